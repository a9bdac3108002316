"""What the journal says of files that were attached to things."""

from evaltracker.pages.workspace import register_words

register_words(
    {
        "file.attached": ("attached a file", "attached “{name}” to {about}"),
        "file.removed": ("removed a file", "removed “{name}” from {about}"),
    }
)
