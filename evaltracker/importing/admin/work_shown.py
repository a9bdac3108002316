"""How far the background is with a file, in words."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from evaltracker.evaluations.models import ImportDraft, ImportWork

STEPS = {
    "read": "Reading the file",
    "compared": "Comparing the rows with the evaluation",
    "checked": "Checking the rows",
    "written": "Importing",
    "shown": "Putting the preview together",
}
LONG = datetime.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class WorkShown:
    """What the page says of work that goes on."""

    title: str
    step: str
    stop: str
    done: int = 0
    total: int = 0


def work_shown(draft: ImportDraft) -> WorkShown | None:
    """What goes on with the file; None if nothing does."""
    if not draft.work:
        return None
    if draft.work == ImportWork.IMPORT:
        title, stop = f"Import of “{draft.filename}”", "Stop, and import nothing"
    else:
        title, stop = f"Preview of “{draft.filename}”", "Discard the file"
    said = draft.progress
    if draft.holder is None:
        return WorkShown(title, waiting(draft), stop)
    return WorkShown(
        title,
        STEPS.get(said.get("what", ""), "Starting"),
        stop,
        said.get("done", 0),
        said.get("total", 0),
    )


def waiting(draft: ImportDraft) -> str:
    """That it has not begun, and what may be the matter if it takes long."""
    if draft.asked_at is None or timezone.now() - draft.asked_at < LONG:
        return "It begins in a moment."
    return (
        "It has not begun yet: another file is being imported, or the background "
        "worker of this installation is not running."
    )
