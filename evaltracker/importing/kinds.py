"""What can be imported: each kind registers how it is read, shown and taken in."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ImproperlyConfigured

from evaltracker.errors import Forbidden, Problem
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.importing.plan import Header, Plan, Reading, settled
from evaltracker.importing.rows import find_table, rest_of
from evaltracker.toolbox.registry import Registry
from evaltracker.toolbox.tabular import (
    Row,
    Sheet,
    Workbook,
    columns_by_field,
    header_key,
)
from evaltracker.toolbox.tabular.cells import SEARCHED_ROWS

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
    """A word of the file that nobody has explained."""

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
        out = {it.sheet for it in plan.complaints} | plan.edits.left.keys()
        sheets = [sheet for sheet in book.visible if sheet.name in out]
        guessed = {sheet.name: self.header_of(sheet) for sheet in sheets}
        headers = {name: it for name, it in guessed.items() if it} | dict(
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
    """The sheet, its choices in the first of their columns; as it is if it has none."""
    for header in sheet.rows[:SEARCHED_ROWS]:
        columns = [it for it in header.filled if header_key(header.cell(it)) in words]
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
    """The row with `text` in the first of these columns, and nothing in the others."""
    cells = list(row.cells) + [""] * (columns[0] + 1 - len(row.cells))
    for at in columns:
        if at < len(cells):
            cells[at] = ""
    cells[columns[0]] = text
    return replace(row, cells=tuple(cells))
