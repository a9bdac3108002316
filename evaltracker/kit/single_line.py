"""Text as a header, a subject or a calendar entry can hold it."""

import unicodedata

# Control, direction and half characters.
_UNPRINTED = ("Cc", "Cf", "Cs")


def one_line(text: str) -> str:
    """`text` on one line, without characters that are not printed (R11)."""
    if not text.isprintable():
        spaced = "".join(" " if char.isspace() else char for char in text)
        text = "".join(
            char for char in spaced if unicodedata.category(char) not in _UNPRINTED
        )
    return " ".join(text.split())
