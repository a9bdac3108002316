"""The notes on a demo as one person may see them."""

from dataclasses import dataclass

from evaltracker.evaluations.models import User
from trials.models import Demo, DemoNote


@dataclass(frozen=True, slots=True)
class SoloNotes:
    """One's own note, those that one may read, and how many were written."""

    own: DemoNote | None
    others: list[DemoNote]
    written: int
    revealed: bool


def solo_notes(user: User, demo: Demo) -> SoloNotes:
    """What `user` may know of the notes on `demo`; two queries."""
    notes = list(
        DemoNote.objects.visible_to(user).filter(demo=demo).select_related("author")
    )
    return SoloNotes(
        own=next((note for note in notes if note.author_id == user.pk), None),
        others=[note for note in notes if note.author_id != user.pk],
        written=demo.solo_notes.count(),
        revealed=demo.notes_are_open,
    )
