"""What there is to see of a file that waits: how it is read, and what it would do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, User
from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.plan import Plan
from evaltracker.importing.previews import (
    Preview,
    kept_preview,
    kept_start,
    preview_from,
    preview_of,
    start_from,
)
from evaltracker.importing.reading import Header, Reading, likely_header
from evaltracker.importing.services.readings import reading_for
from evaltracker.importing.services.waiting_files import earlier_import
from evaltracker.kit.progress import tell_progress
from evaltracker.tabular import Sheet, Workbook, read_table


@dataclass(frozen=True, slots=True)
class Look:
    """A file, the sheet whose columns are shown, and its plan or why there is none."""

    draft: ImportDraft
    book: Workbook
    reading: Reading
    sheet: Sheet
    header: Header
    is_recalled: bool
    # That of a large file is at hand only while the background works on it.
    plan: Plan[Any, Any] | None
    preview: Preview | None
    problem: Problem | None
    earlier: Import | None

    @property
    def digest(self) -> str:
        """What tells this plan from another, for the yes that is said to it."""
        return self.preview.digest if self.preview else ""

    @property
    def can_apply(self) -> bool:
        """Whether there is something to say yes to."""
        return bool(self.preview and self.preview.can_apply)


def look_at(
    draft: ImportDraft, kind: ImportKind, evaluation: Evaluation, user: User
) -> Look:
    """Read a draft and plan it against the evaluation as it is now.

    Raises:
        Unreadable: the file is no table.

    """
    said: dict[str, Any] = draft.reading
    tell_progress("read", 0, 0)
    whole = read_table(bytes(draft.content), draft.filename)
    book, reading, remembered = reading_for(
        evaluation=evaluation, kind=kind.slug, by=user, book=whole, said=said
    )
    tell_progress("compared", 0, 0)
    sheet, header = shown_header(kind, book, reading.headers)
    plan: Plan[Any, Any] | None = None
    problem: Problem | None = None
    try:
        plan = kind.settled(evaluation, user, book, reading)
    except Problem as error:
        problem = error
    return Look(
        draft=draft,
        book=whole,
        reading=reading,
        sheet=sheet,
        header=header,
        is_recalled=sheet.name in remembered,
        plan=plan,
        preview=preview_of(kind, plan) if plan else None,
        problem=problem,
        earlier=earlier_import(
            evaluation=evaluation, kind=kind.slug, sha256=whole.sha256
        ),
    )


def keep_look(look: Look) -> tuple[dict[str, Any], bytes | None]:
    """A look at a large file, as its draft keeps it."""
    kept: dict[str, Any] = {
        "start": kept_start(look.book),
        "sheet": look.sheet.name,
        "header": {"row": look.header.row, "columns": dict(look.header.columns)},
        "is_recalled": look.is_recalled,
        "sha256": look.book.sha256,
    }
    pages = None
    if look.preview is not None:
        kept["plan"], pages = kept_preview(look.preview)
    if look.problem is not None:
        kept["problem"] = look.problem.sentence
    return kept, pages


def kept_look(
    draft: ImportDraft, kind: ImportKind, evaluation: Evaluation, user: User
) -> Look | None:
    """The look that was kept of a large file; None if it could not be read at all."""
    kept = draft.preview or {}
    if "start" not in kept:
        return None
    start = start_from(kept["start"], draft.filename)
    _, reading, _ = reading_for(
        evaluation=evaluation, kind=kind.slug, by=user, book=start, said=draft.reading
    )
    sheet = next(it for it in start.sheets if it.name == kept["sheet"])
    plan, problem = kept.get("plan"), kept.get("problem")
    return Look(
        draft=draft,
        book=start,
        reading=reading,
        sheet=sheet,
        header=Header(kept["header"]["row"], kept["header"]["columns"]),
        is_recalled=kept["is_recalled"],
        plan=None,
        preview=preview_from(plan, lambda: bytes(draft.pages or b"")) if plan else None,
        problem=Refused(problem) if problem else None,
        earlier=earlier_import(
            evaluation=evaluation, kind=kind.slug, sha256=kept["sha256"]
        ),
    )


def shown_header(
    kind: ImportKind, book: Workbook, headers: Mapping[str, Header]
) -> tuple[Sheet, Header]:
    """The sheet whose columns the form shows, and what they are taken for."""
    sheets = [sheet for sheet in book.visible if not sheet.is_blank]
    for sheet in sheets:
        found = headers.get(sheet.name)
        if found is None:
            try:
                found = kind.guess(sheet)
            except Problem:
                found = None
        if found is not None:
            return sheet, found
    sheet = sheets[0]
    row = likely_header(sheet)
    return sheet, Header(row.number, kind.columns_in(row))
