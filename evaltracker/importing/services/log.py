"""What there is to see of a file that waits: how it is read, and what it would do."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import batched
from typing import Any

import structlog
from django.db import models, transaction
from django.db.models.deletion import get_candidate_relations_to_delete
from django.utils import timezone

from evaltracker.errors import Problem, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import (
    Evaluation,
    Import,
    ImportDraft,
    ImportWork,
    User,
)
from evaltracker.evaluations.policy import lock, require_open, require_owner
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.mend import (
    Mend,
    Preview,
    adjusted,
    kept_preview,
    kept_start,
    mend_from,
    mend_of,
    packed,
    preview_from,
    preview_of,
    start_from,
)
from evaltracker.importing.plan import (
    LEAVE_REFUSED,
    Header,
    Plan,
    Reading,
    likely_header,
    only,
    recalled,
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
from evaltracker.toolbox.database import database_is_away
from evaltracker.toolbox.processes import (
    Stopped,
    asked_to_stop,
    listening,
    tell_progress,
)
from evaltracker.toolbox.tabular.cells import (
    SEARCHED_ROWS,
    ImportProblem,
    Sheet,
    Workbook,
)
from evaltracker.toolbox.tabular.open_books import read_table


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
    remembered = remembered_words(evaluation=evaluation, kind=kind)
    reading = Reading(
        headers=known | headers,
        layout=said.get("layout", ""),
        skip_unknown=bool(said.get("skip_unknown")),
        more=said.get("more", {}),
        answers=remembered | said.get("answers", {}),
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
    guessed = kind.columns_in(rows[0]) if rows else {}
    columns = {name: at for name, at in guessed.items() if at not in chosen.values()}
    return Header(number, columns | chosen)


@dataclass(frozen=True, slots=True)
class SheetChoice:
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
        return next(tab for tab in self.book.visible if tab.name == self.sheet.name)

    def is_out_of_sight(self, number: int) -> bool:
        numbers = [row.number for row in self.as_it_is.rows]
        is_cut = self.draft.is_large and len(numbers) >= SEARCHED_ROWS
        return is_cut and number > numbers[SEARCHED_ROWS - 1] and number not in numbers

    @property
    def of_file(self) -> Sequence[ImportProblem]:
        problems = self.preview.problems if self.preview else ()
        return [problem for problem in problems if problem.row is None]

    @property
    def is_for_mending(self) -> bool:
        """Whether cells are what there is to do now: no question is open."""
        shown = self.preview
        if shown is None or not shown.problems:
            return False
        return all(item.said or item.key == LEAVE_REFUSED for item in shown.questions)

    @property
    def is_answered(self) -> bool:
        return self.preview is None or all(item.said for item in self.preview.questions)

    @property
    def digest(self) -> str:
        return self.preview.digest if self.preview else ""

    @property
    def can_apply(self) -> bool:
        return bool(self.preview and self.preview.can_apply)


def look_at(
    draft: ImportDraft, kind: ImportKind, evaluation: Evaluation, user: User
) -> Look:
    """Read a draft and plan it against the evaluation as it is now.

    Raises:
        Unreadable: the file is no table.
    """
    settings: dict[str, Any] = draft.reading
    tell_progress("read", 0, 0)
    whole = read_table(bytes(draft.content), draft.filename)
    book, reading, remembered = reading_for(
        evaluation=evaluation, kind=kind.slug, by=user, book=whole, said=settings
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
            next(shown for shown in whole.visible if shown.name == sheet.name),
            plan,
            settings.get("typed", ()),
        ),
    )


def keep_look(look: Look, kind: ImportKind) -> tuple[dict[str, Any], bytes | None]:
    stored: dict[str, Any] = {
        "start": kept_start(look.book, look.sheet.name, look.header.row),
        "sheet": look.sheet.name,
        "header": {"row": look.header.row, "columns": dict(look.header.columns)},
        "is_recalled": look.is_recalled,
        "sha256": look.book.sha256,
        "sheets": [asdict(choice) for choice in look.sheets],
        "mend": asdict(look.mend),
    }
    pages = None
    if look.preview is not None:
        stored["plan"], pages = kept_preview(look.preview)
    if look.plan is not None and pages is not None:
        rest = packed(kind.rest(look.plan, look.read, look.reading))
        stored["rest"], pages = [len(pages), len(rest)], pages + rest
    if look.problem is not None:
        stored["problem"] = look.problem.sentence
    return stored, pages


def kept_look(
    draft: ImportDraft, kind: ImportKind, evaluation: Evaluation, user: User
) -> Look | None:
    """The look that was kept of a large file; None if it could not be read at all."""
    stored = draft.preview or {}
    if "start" not in stored:
        return None
    start = start_from(stored["start"], draft.filename)
    _, reading, _ = reading_for(
        evaluation=evaluation, kind=kind.slug, by=user, book=start, said=draft.reading
    )
    sheet = next(read for read in start.sheets if read.name == stored["sheet"])
    plan, problem = stored.get("plan"), stored.get("problem")
    return Look(
        draft=draft,
        book=start,
        read=start,
        reading=reading,
        sheet=sheet,
        header=Header(stored["header"]["row"], stored["header"]["columns"]),
        is_recalled=stored["is_recalled"],
        plan=None,
        preview=preview_from(plan, lambda: bytes(draft.pages or b"")) if plan else None,
        problem=Refused(problem) if problem else None,
        earlier=earlier_import(
            evaluation=evaluation, kind=kind.slug, sha256=stored["sha256"]
        ),
        sheets=[SheetChoice(**choice) for choice in stored["sheets"]],
        mend=mend_from(stored["mend"]),
    )


def shown_header(
    kind: ImportKind, book: Workbook, headers: Mapping[str, Header]
) -> tuple[Sheet, Header]:
    sheets = [sheet for sheet in book.visible if not sheet.is_blank]
    for sheet in sheets:
        header = headers.get(sheet.name)
        if header is None:
            header = kind.header_of(sheet)
        if header is not None:
            return sheet, header
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
    names = {sheet.name for sheet in read.visible}
    lines = (
        (plan.new, plan.same, tuple(change.line for change in plan.changed))
        if plan
        else ()
    )
    hit = {line.sheet for part in lines for line in part}
    filled = [sheet for sheet in whole.visible if not sheet.is_blank]
    choices = []
    for sheet in filled if len(filled) > 1 else ():
        header = headers.get(sheet.name) or kind.header_of(sheet)
        why = names_in(kind, header) if header else "no names that are known"
        if not header and sheet.name in hit:
            why = "its names are known"
        is_read = sheet.name in names and bool(header or sheet.name in hit)
        choices.append(SheetChoice(sheet.name, why, is_read))
    return choices


def names_in(kind: ImportKind, header: Header) -> str:
    """“Row 4 names Ref, Text and 2 more”."""
    names = [column.label for column in kind.columns if column.name in header.columns]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"row {header.row} names {', '.join(names[:3])}{more}"


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
    while not asked_to_stop():
        draft = hold_next()
        if draft is None:
            return
        work_on(draft)


def work_on(draft: ImportDraft) -> None:
    try:
        if draft.tries > TRIES:
            raise Refused(FAILED)
        with Holding(draft) as holding, listening(holding):
            if draft.work == ImportWork.IMPORT:
                take_in(draft)
            else:
                kind = KINDS[draft.kind]
                look = look_at(draft, kind, draft.evaluation, draft.person)
                keep_preview(draft, *keep_look(look, kind))
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
    stored, pages = keep_look(look, kind)
    keep_preview(draft, {**stored, "notice": MOVED}, pages)


def keep_problem(draft: ImportDraft, sentence: str) -> None:
    shown = held(draft).values_list("preview", "pages").first()
    if shown is not None:
        preview, pages = shown
        keep_preview(draft, {**(preview or {}), "notice": sentence}, pages)


# What came in from files: each import a row, so that it can be recognised and undone.
#
# How a kind is undone is said in its declaration (`take_back`).

SHOWN = 10
BATCH = 5_000
REST = "rest"


def refuse_repeat(import_id: uuid.UUID | None) -> None:
    """Refuse to do once more what one yes has done; call it under the lock."""
    done = Import.objects.filter(pk=import_id).first() if import_id else None
    if done is not None:
        raise Refused(
            f"“{done.filename}” was imported by this very yes already.",
            code="imported",
        )


def log_import(
    *,
    evaluation: Evaluation,
    kind: str,
    plan: Plan[Any, Any],
    by: By,
    kept: Mapping[str, Any],
    import_id: uuid.UUID | None = None,
) -> Import:
    """Write down that a file came in, in the caller's transaction.

    `kept` is what undoing needs. Without an `import_id` (a command) it gets a new one.
    """
    row = Import(
        evaluation=evaluation,
        kind=kind,
        filename=plan.filename[:200],
        sha256=plan.sha256,
        by=actor_of(by).user,
        counts=plan.counts,
        kept=journal.plain({**kept, REST: list(plan.rest)} if plan.rest else {**kept}),
    )
    if import_id is not None:
        row.pk = import_id
    row.save(force_insert=True)
    return row


def told_of(plan: Plan[Any, Any], *, new: Any, changed: Any) -> dict[str, Any]:
    edits = plan.edits
    left = {sheet: [row.number for row in rows] for sheet, rows in edits.left.items()}
    return {
        "file": plan.filename,
        "sha256": plan.sha256,
        "new": new,
        "changed": changed,
        "same": len(plan.same),
        # Places alone, for what stood there may be sealed.
        **({"typed": list(edits.typed)} if edits.typed else {}),
        **({"left_out": left} if left else {}),
    }


@transaction.atomic
def undo_import(*, imported: Import, by: User) -> Import:
    """Put back what stood before an import, all of it or nothing.

    Raises:
        Forbidden: `by` is not the owner. Refused: undone already, too late, rows
        changed since (it names them), or such things are not imported any more.
    """
    evaluation = lock(imported.evaluation)
    imported = Import.objects.select_for_update(of=("self",), no_key=True).get(
        pk=imported.pk
    )
    imported.evaluation = evaluation
    require_owner(by, evaluation)
    require_open(evaluation)
    if imported.undone_at:
        raise Refused("This import was undone already.")
    if imported.kind not in KINDS:
        raise Refused("Such files are not imported any more. Change the rows by hand.")
    type(KINDS[imported.kind]).take_back(imported, by)
    # What it takes to undo is of no use any more, and may hold sealed values.
    imported.kept, imported.undone_by = {}, by
    imported.undone_at = timezone.now()
    imported.save(update_fields=["kept", "undone_at", "undone_by"])
    journal.record(
        evaluation=evaluation,
        action="import.undone",
        subject=imported,
        by=by,
        before={
            "kind": imported.kind,
            **imported.counts,
            "file": imported.filename,
        },
    )
    return imported


def refuse_moved(names: Iterable[str]) -> None:
    moved = list(dict.fromkeys(names))
    if moved:
        shown = ", ".join(moved[:SHOWN])
        more = f" and {len(moved) - SHOWN:,} more" if len(moved) > SHOWN else ""
        raise Refused(
            "It cannot be undone, because these rows changed or were used since: "
            f"{shown}{more}. Change them by hand instead."
        )


def delete_unused[M: models.Model](
    rows: models.QuerySet[M], keys: Collection[str], name_of: Callable[[M], str]
) -> None:
    """Delete those of `rows` that have these keys, or refuse with the names of some.

    Each table that can point at them is asked once, by `rows` and not by their keys: of
    50,000 rows, Django's own `delete` asks each of a dozen tables a hundred times.

    Raises:
        Refused: something points at one of them.
    """
    pointed: set[str] = set()
    relations: Iterable[Any] = get_candidate_relations_to_delete(
        rows.model._meta  # type: ignore[arg-type]
    )
    for relation in relations:
        key = relation.field.attname
        pointing = relation.related_model._base_manager.filter(**{f"{key}__in": rows})
        pointed.update(map(str, pointing.order_by().values_list(key, flat=True)))
    used = pointed.intersection(keys)
    refuse_moved(sorted(map(name_of, rows.filter(pk__in=used))) if used else ())
    for batch in batched(keys, BATCH):
        # Nothing points at them, so there is nothing to collect.
        rows.filter(pk__in=batch)._raw_delete(rows.db)
