"""What can be imported: each kind registers how it is read, shown and taken in."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured

from evaltracker.errors import Forbidden, Problem
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.importing.plan import Findings, Header, Plan, Reading, settled, short
from evaltracker.importing.rows import find_table, rest_of
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.tabular.cells import (
    SEARCHED_ROWS,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    columns_by_field,
    header_key,
)
from evaltracker.toolbox.text import meant

type Changes = list[tuple[str, list[tuple[str, Any, Any]]]]


@dataclass(frozen=True, slots=True)
class Column:
    """Something that a column can hold, as the form and the empty sheet name it.

    `head` is a name that the import knows; `example` stands in the sheet's example.
    """

    name: str
    head: str
    label: str
    help: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    key: str
    shown: str
    count: int


class ImportKind:
    slug: ClassVar[str] = ""
    things: ClassVar[str] = ""
    tab: ClassVar[str] = ""
    # One sentence: what a file needs.
    needs: ClassVar[str] = ""
    columns: ClassVar[tuple[Column, ...]] = ()
    # What columns are called in files, by the name of the column.
    names: ClassVar[Mapping[str, Sequence[str]]] = {}
    layouts: ClassVar[tuple[tuple[str, str], ...]] = ()
    # Whether names that the evaluation has not may be left out.
    may_skip: ClassVar[bool] = False
    template: ClassVar[str] = "evaluations/import.html"

    # The services that do what a plan says, and that put back what stood before.
    take_in: ClassVar[Callable[..., object]]
    take_back: ClassVar[Callable[..., object]]

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        """Whether it is `user` who imports such things; the owner unless said."""
        return is_owner(user, evaluation)

    def check_allowed(self, user: User, evaluation: Evaluation) -> None:
        """Refuse to read a file for somebody else; page and command ask this.

        Raises:
            Forbidden: it is not `user` who imports such things.
        """
        if not self.allowed(user, evaluation):
            raise Forbidden(f"Importing {self.things} is not yours to do here.")

    def more_fields(self, evaluation: Evaluation, user: User) -> dict[str, forms.Field]:
        """What else the form about the reading asks."""
        return {}

    def guess(self, sheet: Sheet) -> Header | None:
        raise NotImplementedError

    def columns_in(self, row: Row) -> dict[str, int]:
        return columns_by_field(row, self.names)

    def plan(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> Plan[Any, Any]:
        raise NotImplementedError

    def settled(
        self, evaluation: Evaluation, user: User, book: Workbook, reading: Reading
    ) -> Plan[Any, Any]:
        """The plan, with what somebody answered; page and command ask for this."""
        plan = settled(self.plan(evaluation, user, book, reading), reading.answers)
        if plan.problems:
            return plan
        return replace(plan, rest=self.rest(plan, book, reading))

    def rest(
        self, plan: Plan[Any, Any], book: Workbook, reading: Reading
    ) -> tuple[dict[str, Any], ...]:
        """The rows that stay out, as a list to hand out."""
        out = {problem.sheet for problem in plan.complaints} | plan.edits.left.keys()
        sheets = [sheet for sheet in book.visible if sheet.name in out]
        guessed = {sheet.name: self.header_of(sheet) for sheet in sheets}
        headers = {name: header for name, header in guessed.items() if header} | dict(
            reading.headers
        )
        return rest_of(plan, book, headers)

    def header_of(self, sheet: Sheet) -> Header | None:
        """The header that would be taken, if one can be."""
        try:
            return self.guess(sheet)
        except Problem:
            return None

    def apply(
        self,
        evaluation: Evaluation,
        user: User,
        plan: Any,
        reading: Reading,
        import_id: uuid.UUID | None = None,
    ) -> None:
        """Have the service do it, for the yes of that id; a command has none."""
        type(self).take_in(
            evaluation=evaluation, plan=plan, by=user, import_id=import_id
        )

    def heads(self) -> tuple[str, ...]:
        raise NotImplementedError

    def cells(self, line: Any) -> Sequence[Any]:
        """A line of the plan under those heads; the first cell names it."""
        raise NotImplementedError

    def new_rows(self, plan: Any, start: int, stop: int) -> Sequence[Sequence[Any]]:
        return [self.cells(line) for line in plan.new[start:stop]]

    def changes(self, plan: Any, start: int, stop: int) -> Changes:
        """Name, and by field before and after, of some of the rows that change."""
        return [
            (
                self.name_of(change.line),
                [
                    (field.replace("_", " "), before, after)
                    for field, before, after in self.differing(change)
                ],
            )
            for change in plan.changed[start:stop]
        ]

    def name_of(self, line: Any) -> str:
        name: str = line.name
        return name

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        """Field, before and after of what a change of the plan changes."""
        return [
            (field, change.before.get(field), value)
            for field, value in change.after.items()
        ]

    def questions(self, plan: Any) -> Sequence[Question]:
        return ()

    def meanings(self) -> tuple[tuple[str, str], ...]:
        return ()

    def explain(
        self,
        evaluation: Evaluation,
        user: User,
        said: Mapping[str, tuple[str, str]],
    ) -> None:
        """Keep what words mean: by key the meaning, and a date or nothing."""

    def lists(self, evaluation: Evaluation, user: User) -> Mapping[str, Sequence[str]]:
        return {}


class RowsImport(ImportKind):
    # Whether columns of these names make such a list.
    is_list: ClassVar[Callable[..., bool]]

    def guess(self, sheet: Sheet) -> Header | None:
        table = find_table(sheet, None, self.columns_in, type(self).is_list)
        return Header(table.header.number, table.columns) if table else None


KINDS: Registry[str, ImportKind] = Registry("kind of import")


def register_import[K: type[ImportKind]](cls: K) -> K:
    """Class decorator: make a kind known to page, command and undo, or fail loudly."""
    for duty in ("slug", "things", "tab", "needs", "columns", "take_in", "take_back"):
        if not getattr(cls, duty, None):
            raise ImproperlyConfigured(f"{cls.__name__} lacks {duty}.")
    KINDS.register(cls.slug, cls())
    return cls


MARKS = frozenset("xX✓✔☑✅●•")
LEAST = 2


def in_one_column(book: Workbook, words: Collection[str], name: str) -> Workbook:
    """The book, with columns called by `words` that hold marks alone as one `name`."""
    sheets = tuple(with_choices(sheet, words, name) for sheet in book.sheets)
    return replace(book, sheets=sheets)


def with_choices(sheet: Sheet, words: Collection[str], name: str) -> Sheet:
    for header in sheet.rows[:SEARCHED_ROWS]:
        columns = [at for at in header.filled if header_key(header.cell(at)) in words]
        if len(columns) < LEAST:
            continue
        below = sheet.below(header)
        cells = [row.cell(at) for row in below for at in columns if row.cell(at)]
        if cells and MARKS.issuperset(cells):
            names = [header.cell(at) for at in columns]
            head = put(header, columns, f"{name} ({', '.join(names)})")
            rows = {header.number: head} | {
                row.number: put(row, columns, chosen(row, columns, names))
                for row in below
            }
            return replace(
                sheet, rows=tuple(rows.get(row.number, row) for row in sheet.rows)
            )
    return sheet


def chosen(row: Row, columns: list[int], names: list[str]) -> str:
    """The names above the marks of a row; more than one are no word that is known."""
    return " and ".join(
        name for at, name in zip(columns, names, strict=True) if row.cell(at)
    )


def put(row: Row, columns: list[int], text: str) -> Row:
    cells = list(row.cells) + [""] * (columns[0] + 1 - len(row.cells))
    for at in columns:
        if at < len(cells):
            cells[at] = ""
    cells[columns[0]] = text
    return replace(row, cells=tuple(cells))


# The column names and words that an import of requirements understands.

CLAIMED, DERIVED = ": claimed", (": shown", ": tested", ": standing")
# Where a number was claimed or measured anywhere.
NUMBERS = ": numbers"
MEMO_SHEETS = frozenset({"Decision", "Comparison", "Standings"})
MEMO_TITLE = "Decision memo: "


def is_own(row: Row) -> bool:
    names = [name for name in row.cells if name.endswith(CLAIMED)]
    return bool(names) and all(
        name.removesuffix(CLAIMED) + part in row.cells
        for name in names
        for part in DERIVED
    )


def is_saved_matrix(sheet: Sheet) -> bool:
    return bool(sheet.rows) and is_own(sheet.rows[0])


def refuse_memo(book: Workbook, sentence: str) -> None:
    """Refuse a decision memo: what it holds was worked out, and nobody said it."""
    names = {sheet.name for sheet in book.sheets}
    if names >= MEMO_SHEETS or any(name.startswith(MEMO_TITLE) for name in names):
        raise Unreadable(f"This is a decision memo. {sentence}")


def without_escapes(book: Workbook) -> Workbook:
    return replace(book, sheets=tuple(_plain(sheet) for sheet in book.sheets))


def _plain(sheet: Sheet) -> Sheet:
    if not is_saved_matrix(sheet):
        return sheet
    return replace(
        sheet,
        rows=tuple(
            replace(row, cells=tuple(meant(cell) for cell in row.cells))
            for row in sheet.rows
        ),
    )


# By field, what people call its column; the first that a header has is taken, so the
# more exact name stands first. Case, blanks and marks do not count.
REF_COLUMNS = (
    "ref",
    "reference",
    "requirementref",
    "subid",
    "requirementid",
    "requirementno",
    "requirementnumber",
    "reqid",
    "reqno",
    "questionid",
    "questionno",
    "controlid",
    "id",
    "no",
    "nr",
    "number",
    "#",
    "key",
    "code",
    "itemno",
    "index",
)
# These name the thing itself: a ref where there is none, a text where there is one.
STORY_COLUMNS = ("iwantto", "iwant", "ineedto")
NAME_COLUMNS = (
    *("capability", "criterion", "criteria", "feature", "requirement", "question"),
    *STORY_COLUMNS,
)
TEXT_COLUMNS = (
    "text",
    "texthtml",
    "whatweneed",
    "requirementtext",
    "requirementdescription",
    "question",
    "requirement",
    "label",
    "description",
    "topic",
    "title",
    *STORY_COLUMNS,
)
COLUMNS: dict[str, tuple[str, ...]] = {
    "ref": REF_COLUMNS,
    "text": TEXT_COLUMNS,
    "name": NAME_COLUMNS,
    "category": (
        "category",
        "section",
        "chapter",
        "group",
        "area",
        "theme",
        "questionnaire",
        "set",
        *("domain", "domaintitle", "ccmdomaintitle"),
        *("epic", "module", "functionalarea", "topic"),
    ),
    "priority": ("priority", "moscow", "importance", "obligation"),
    "weight": ("weight", "weighting", "weightpercent", "weightinpercent"),
    "vendor_help": ("vendorhelp", "help", "hint", "guidance", "helptext"),
    "scorer_help": ("scorerhelp", "scoringhelp", "scoringguidance"),
    "must_hold_for": ("mustholdfor",),
    "measure": ("measure", "measuredby", "acceptancemeasure"),
}
# The last word of a name above refs: “BR_ID”, “FR #”, “Req. Nr.”.
REF_WORDS = frozenset({"id", "no", "nr", "num", "number", "ref", "#"})
# What has an ID of its own and is no requirement.
OTHERS = frozenset(
    {
        *("parent", "test", "ticket", "issue", "user", "vendor", "candidate"),
        *("supplier", "company", "product", "evidence", "linked", "source", "phone"),
    }
)
# What stands above the answers of a questionnaire.
ANSWER_COLUMNS = (
    *("answer", "response", "answers", "responses"),
    *("vendoranswer", "vendoranswers", "vendorresponse"),
    *("supplieranswer", "supplierresponse", "bidderresponse", "yourresponse"),
    *("youranswer", "cspcaiqanswer", "caiqanswer", "consensusassessmentanswers"),
)
# A column of these makes the file a list of claims: a row per requirement and
# candidate.
CANDIDATE_COLUMNS = (
    "candidate",
    "platform",
    "product",
    "vendor",
    "supplier",
    "vendorname",
    "companyname",
    "company",
    "tool",
    "bidder",
    "offeror",
)
COMPONENT_COLUMNS = ("component",)
# What stands in a table beside the answers and is neither.
SIDE_COLUMNS = frozenset(
    {
        "url",
        "website",
        "link",
        "evidenceurl",
        "evidence",
        "version",
        "total",
        "sum",
        "score",
        *("winner", "verdict", "recommendation", "best"),
        "notes",
        "comment",
        "comments",
        "remarks",
        *(name for names in COLUMNS.values() for name in names),
        *CANDIDATE_COLUMNS,
        *COMPONENT_COLUMNS,
    }
)
PRIORITIES: dict[str, Priority] = {
    **dict.fromkeys(
        ("must", "musthave", "mandatory", "essential", "required", "m"), Priority.MUST
    ),
    **dict.fromkeys(("should", "shouldhave", "important", "s"), Priority.SHOULD),
    **dict.fromkeys(
        ("could", "couldhave", "nicetohave", "desirable", "optional", "c"),
        Priority.COULD,
    ),
}
# Names of columns in one of which a priority is crossed.
CROSSED = frozenset({*PRIORITIES, "high", "medium", "low"})
DEFAULT_CATEGORY = "General"


LEAVE_OUT = "leave-out"
MOST_WORDS = 12
WORD = "word:"


def meanings_in(
    header: Row,
    column: int,
    body: Sequence[Row],
    known: Mapping[str, str],
    options: Sequence[tuple[str, str]],
    findings: Findings,
    *,
    field: str,
) -> dict[str, str]:
    """By cell, what it means: a known word, or one that somebody explained.

    More words than `MOST_WORDS` are no scale, and nothing is asked about them.
    """
    counts: dict[str, int] = {}
    for row in body:
        cell = row.cell(column)
        if cell:
            counts[cell] = counts.get(cell, 0) + 1
    meanings = {cell: known[key_of(cell)] for cell in counts if key_of(cell) in known}
    unknown = [cell for cell in counts if cell not in meanings]
    if len(unknown) > MOST_WORDS:
        return meanings
    name = short(header.cell(column), 30)
    for cell in unknown:
        times = "once" if counts[cell] == 1 else f"{counts[cell]:,} times"
        answer = findings.ask(
            f"{WORD}{field}:{key_of(cell)}",
            f"What does “{short(cell)}” in column “{name}” mean here? It stands there "
            f"{times}.",
            options,
        )
        if answer:
            meanings[cell] = answer
    return meanings


def key_of(cell: str) -> str:
    return header_key(cell)[:60]
