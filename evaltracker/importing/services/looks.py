"""What there is to see of a file that waits: how it is read, and what it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import Evaluation, Import, ImportDraft, User
from evaltracker.importing.kinds import ImportKind
from evaltracker.importing.mend import Mend, mend_from, mend_of
from evaltracker.importing.plan import LEAVE_REFUSED, Plan
from evaltracker.importing.previews import (
    Preview,
    kept_preview,
    kept_start,
    packed,
    preview_from,
    preview_of,
    start_from,
)
from evaltracker.importing.reading import Header, Reading, likely_header
from evaltracker.importing.services.readings import reading_for
from evaltracker.importing.services.waiting_files import earlier_import
from evaltracker.kit.progress import tell_progress
from evaltracker.tabular import ImportProblem, Sheet, Workbook, read_table
from evaltracker.tabular.headers import SEARCHED_ROWS


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """A sheet of the file, whether it is read, and what speaks for it."""

    name: str
    why: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A file, the sheet whose columns are shown, and its plan or why there is none."""

    draft: ImportDraft
    # The file as it is, and as it is read: with what was put right.
    book: Workbook
    read: Workbook
    reading: Reading
    sheet: Sheet
    header: Header
    is_recalled: bool
    # That of a large file is at hand only while the background works on it.
    plan: Plan[Any, Any] | None
    preview: Preview | None
    problem: Problem | None
    earlier: Import | None
    sheets: Sequence[SheetChoice]
    mend: Mend

    @property
    def as_it_is(self) -> Sheet:
        """The sheet whose columns are shown, as it stands in the file."""
        return next(it for it in self.book.visible if it.name == self.sheet.name)

    def is_out_of_sight(self, number: int) -> bool:
        """Whether a large file may have that row, of which the first alone are kept."""
        kept = [row.number for row in self.as_it_is.rows]
        is_cut = self.draft.is_large and len(kept) >= SEARCHED_ROWS
        return is_cut and number > kept[SEARCHED_ROWS - 1] and number not in kept

    @property
    def of_file(self) -> Sequence[ImportProblem]:
        """What is wrong with the file, and with no row of it."""
        problems = self.preview.problems if self.preview else ()
        return [problem for problem in problems if problem.row is None]

    @property
    def is_for_mending(self) -> bool:
        """Whether cells are what there is to do now: no question is open."""
        shown = self.preview
        if shown is None or not shown.problems:
            return False
        return all(it.said or it.key == LEAVE_REFUSED for it in shown.questions)

    @property
    def is_answered(self) -> bool:
        """Whether every question of the file has its answer."""
        return self.preview is None or all(it.said for it in self.preview.questions)

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
        read=book,
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
        sheets=sheet_choices(kind, whole, book, reading.headers, plan),
        mend=mend_of(
            whole,
            book,
            next(it for it in whole.visible if it.name == sheet.name),
            plan,
            said.get("typed", ()),
        ),
    )


def keep_look(look: Look, kind: ImportKind) -> tuple[dict[str, Any], bytes | None]:
    """A look at a large file, as its draft keeps it."""
    kept: dict[str, Any] = {
        "start": kept_start(look.book, look.sheet.name, look.header.row),
        "sheet": look.sheet.name,
        "header": {"row": look.header.row, "columns": dict(look.header.columns)},
        "is_recalled": look.is_recalled,
        "sha256": look.book.sha256,
        "sheets": [asdict(it) for it in look.sheets],
        "mend": asdict(look.mend),
    }
    pages = None
    if look.preview is not None:
        kept["plan"], pages = kept_preview(look.preview)
    if look.plan is not None and pages is not None:
        rest = packed(kind.rest(look.plan, look.read, look.reading))
        kept["rest"], pages = [len(pages), len(rest)], pages + rest
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
        read=start,
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
        sheets=[SheetChoice(**it) for it in kept["sheets"]],
        mend=mend_from(kept["mend"]),
    )


def shown_header(
    kind: ImportKind, book: Workbook, headers: Mapping[str, Header]
) -> tuple[Sheet, Header]:
    """The sheet whose columns the form shows, and what they are taken for."""
    sheets = [sheet for sheet in book.visible if not sheet.is_blank]
    for sheet in sheets:
        found = headers.get(sheet.name)
        if found is None:
            found = kind.header_of(sheet)
        if found is not None:
            return sheet, found
    sheet = sheets[0]
    row = likely_header(sheet)
    return sheet, Header(row.number, kind.columns_in(row))


def sheet_choices(
    kind: ImportKind,
    whole: Workbook,
    read: Workbook,
    headers: Mapping[str, Header],
    plan: Plan[Any, Any] | None,
) -> list[SheetChoice]:
    """The sheets that hold something, each with why it is read or not."""
    names = {sheet.name for sheet in read.visible}
    lines = (plan.new, plan.same, tuple(it.line for it in plan.changed)) if plan else ()
    hit = {line.sheet for part in lines for line in part}
    filled = [sheet for sheet in whole.visible if not sheet.is_blank]
    found = []
    for sheet in filled if len(filled) > 1 else ():
        header = headers.get(sheet.name) or kind.header_of(sheet)
        why = names_in(kind, header) if header else "no names that are known"
        if not header and sheet.name in hit:
            why = "its names are known"
        is_read = sheet.name in names and bool(header or sheet.name in hit)
        found.append(SheetChoice(sheet.name, why, is_read))
    return found


def names_in(kind: ImportKind, header: Header) -> str:
    """“Row 4 names Ref, Text and 2 more”."""
    names = [it.label for it in kind.columns if it.name in header.columns]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"row {header.row} names {', '.join(names[:3])}{more}"
