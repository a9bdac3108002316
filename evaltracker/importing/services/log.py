"""What there is to see of a file that waits: how it is read, and what it would do."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.db import transaction

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations.models import (
    Evaluation,
    Import,
    ImportDraft,
    ImportWork,
    User,
)
from evaltracker.evaluations.policy import lock
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.mend import Mend, adjusted, mend_from, mend_of
from evaltracker.importing.plan import (
    LEAVE_REFUSED,
    Header,
    Plan,
    Reading,
    likely_header,
    only,
    recalled,
)
from evaltracker.importing.previews import (
    Preview,
    kept_preview,
    kept_start,
    packed,
    preview_from,
    preview_of,
    start_from,
)
from evaltracker.importing.services.waiting import (
    TRIES,
    Holding,
    earlier_import,
    finish,
    held,
    hold_next,
    keep_preview,
    let_go,
    remembered_columns,
    remembered_words,
)
from evaltracker.toolbox.database_away import database_is_away
from evaltracker.toolbox.processes import (
    Stopped,
    asked_to_stop,
    listening,
    tell_progress,
)
from evaltracker.toolbox.tabular import ImportProblem, Sheet, Workbook, read_table
from evaltracker.toolbox.tabular.cells import SEARCHED_ROWS

# How a file is read for somebody: as they say, else as it was remembered.


def reading_for(
    *,
    evaluation: Evaluation,
    kind: str,
    by: User,
    book: Workbook,
    said: Mapping[str, Any],
) -> tuple[Workbook, Reading, frozenset[str]]:
    """The sheets that are read, how, and which of them have remembered columns.

    `said` is what a draft keeps: sheet, headers, layout, answers, what was put right,
    and more.
    """
    book = adjusted(only(book, said.get("sheet", "")), said)
    memory = remembered_columns(evaluation=evaluation, kind=kind, by=by)
    known = recalled(book, memory)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    headers = {
        name: header_from(header, KINDS[kind], sheets.get(name))
        for name, header in said.get("headers", {}).items()
    }
    words = remembered_words(evaluation=evaluation, kind=kind)
    reading = Reading(
        headers=known | headers,
        layout=said.get("layout", ""),
        skip_unknown=bool(said.get("skip_unknown")),
        more=said.get("more", {}),
        answers=words | said.get("answers", {}),
    )
    return book, reading, frozenset(known.keys() - headers.keys())


def header_from(
    said: Mapping[str, Any], kind: ImportKind, sheet: Sheet | None
) -> Header:
    """A header that somebody said.

    If only its row was known then, its names tell the columns that were not `chosen`.
    """
    number = said["row"]
    if "columns" in said:
        return Header(number, said["columns"])
    rows = [row for row in sheet.rows if row.number == number] if sheet else []
    chosen = said["chosen"]
    found = kind.columns_in(rows[0]) if rows else {}
    columns = {it: at for it, at in found.items() if at not in chosen.values()}
    return Header(number, columns | chosen)


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


# Doing what waits: reading large files, comparing them, and taking them in.

FAILED = (
    "The import failed, and nothing was imported. Try it again; if it fails again, "
    "tell whoever runs this installation."
)
MOVED = (
    "The evaluation changed since this was shown, so nothing was written. This is what "
    "the file would do now."
)
logger = structlog.get_logger(__name__)


def work_on_imports() -> None:
    """Work on whatever waits, one file after another."""
    while not asked_to_stop():
        draft = hold_next()
        if draft is None:
            return
        work_on(draft)


def work_on(draft: ImportDraft) -> None:
    """Do what the draft asks for; what goes wrong is kept for its page."""
    try:
        if draft.tries > TRIES:
            raise Refused(FAILED)
        with Holding(draft) as holding, listening(holding):
            if draft.work == ImportWork.IMPORT:
                take_in(draft)
            else:
                look_through(draft)
    except Stopped:
        if asked_to_stop():
            let_go(draft)
    except Problem as problem:
        keep_problem(draft, problem.sentence)
    # Its person shall know, and the others' files still wait.
    except Exception as error:
        if database_is_away(error):
            raise
        logger.exception("import_failed", draft=str(draft.pk))
        keep_problem(draft, FAILED)


def look_through(draft: ImportDraft) -> None:
    """Read and compare a file, and keep what it would do."""
    kind = KINDS[draft.kind]
    look = look_at(draft, kind, draft.evaluation, draft.person)
    keep_preview(draft, *keep_look(look, kind))


def take_in(draft: ImportDraft) -> None:
    """Do what was shown, or show what it would be by now.

    Raises:
        Refused: its person may not any more. Stopped: somebody put the file away.

    """
    kind, person = KINDS[draft.kind], draft.person
    with transaction.atomic():
        evaluation = lock(draft.evaluation)
        if not (person.is_active and kind.allowed(person, evaluation)):
            raise Refused(f"Importing {kind.things} is not yours to do here.")
        look = look_at(draft, kind, evaluation, person)
        if look.problem is None and look.plan is not None and look.digest == draft.said:
            plan, reading = look.plan, look.reading
            del look  # The file is as large as all that is written of it.
            kind.apply(evaluation, person, plan, reading, draft.pk)
            finish(draft)
            return
    kept, pages = keep_look(look, kind)
    keep_preview(draft, {**kept, "notice": MOVED}, pages)


def keep_problem(draft: ImportDraft, sentence: str) -> None:
    """Keep why nothing came of it, beside what was shown before."""
    shown = held(draft).values_list("preview", "pages").first()
    if shown is not None:
        preview, pages = shown
        keep_preview(draft, {**(preview or {}), "notice": sentence}, pages)
