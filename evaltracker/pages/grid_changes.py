"""Saving what people changed in a grid: all that one request brings, or nothing.

Each row is saved by the services of its columns, so that a pasted block ends as if each
cell had been typed. A cell that is not what its reader saw any more is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import transaction

from evaltracker.errors import Forbidden, Invalid, NotFound, Problem
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.grid import Column, Grid
from evaltracker.pages.grid_values import is_key, reader_of

# What a grid refuses, cell by cell: the sentence stands where the value was typed.


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """One cell that was not saved; without a column, the whole row."""

    row: str
    column: str
    sentence: str
    status: int = 400
    # What the cell holds now, if somebody else changed it.
    stored: Any = None

    def shown(self) -> dict[str, Any]:
        """As the page's script puts it at the cell."""
        said = {"row": self.row, "column": self.column, "sentence": self.sentence}
        return said | ({} if self.stored is None else {"stored": self.stored})


class RefusedCells(Problem):
    """Nothing was saved, because of these cells."""

    default_code: ClassVar[str] = "refused_cells"

    def __init__(self, cells: list[RefusedCell]) -> None:
        first, rest = cells[0], len(cells) - 1
        more = f" {rest} more {'cell was' if rest == 1 else 'cells were'} refused, too."
        super().__init__(f"Nothing was saved. {first.sentence}{more if rest else ''}")
        self.cells = cells
        statuses = {cell.status for cell in cells}
        # Several reasons at once are a conflict with what stands.
        self.answer = statuses.pop() if len(statuses) == 1 else 409


def refused_cells(
    row: str, columns: dict[str, str], problem: Problem
) -> list[RefusedCell]:
    """What a service refused of a row, at the cells that it names.

    `columns` are those that were sent, by what the service calls them. A sentence that
    belongs to none of them stands at the first.

    Raises:
        Forbidden: the wrong person; then no cell is to blame.

    """
    if isinstance(problem, Forbidden):
        raise problem
    first = next(iter(columns.values()), "")
    errors = problem.errors if isinstance(problem, Invalid) else {}
    named = [
        RefusedCell(row, columns.get(name, first), " ".join(sentences), problem.status)
        for name, sentences in errors.items()
    ]
    return named or [RefusedCell(row, first, problem.sentence, problem.status)]


MOST_ROWS, MOST_CELLS = 500, 5_000


@dataclass(frozen=True, slots=True)
class Change:
    """One cell: what its reader saw, and what they want it to be."""

    row: str
    column: Column
    seen: Any
    typed: Any


def refuse_too_many(rows: int, cells: int = 0) -> None:
    """Refuse what no request may bring at once.

    Raises:
        Invalid: with the most that is taken.

    """
    if rows > MOST_ROWS or cells > MOST_CELLS:
        raise Invalid(
            f"At most {MOST_ROWS} rows and {MOST_CELLS:,} cells are saved at once. "
            "Paste fewer, or import the spreadsheet."
        )


def rows_by_id(
    grid: Grid[Any, Any], subject: Any, user: User, ids: Iterable[str]
) -> dict[str, Any]:
    """The rows of these ids, as they are now.

    Raises:
        NotFound: one of them is not there, or not for this person.

    """
    wanted = list(dict.fromkeys(ids))
    if not all(is_key(each) for each in wanted):
        raise NotFound
    found = {str(row.pk): row for row in grid.rows(subject, user).filter(pk__in=wanted)}
    if len(found) < len(wanted):
        raise NotFound("One of these rows is not here any more. Load the page again.")
    return {each: found[each] for each in wanted}


def save_cells(
    grid: Grid[Any, Any], subject: Any, changes: Sequence[Change], by: User
) -> list[str]:
    """Save cells, row by row; the ids of the rows. The evaluation is locked.

    Raises:
        RefusedCells: some cells were refused, and so all of them. NotFound: a row is
        gone. Forbidden: the wrong person.

    """
    by_row: dict[str, list[Change]] = {}
    for change in changes:
        by_row.setdefault(change.row, []).append(change)
    refuse_too_many(len(by_row), len(changes))
    rows = rows_by_id(grid, subject, by, by_row)
    columns = {change.column.name: change.column for change in changes}
    readers = {
        name: reader_of(column.field)
        for name, column in columns.items()
        if column.field
    }
    refused: list[RefusedCell] = []
    for key, cells in by_row.items():
        refused += _save_row(rows[key], cells, readers, by)
    if refused:
        raise RefusedCells(refused)
    return list(by_row)


def _save_row(
    row: Any, cells: Sequence[Change], readers: Mapping[str, Any], by: User
) -> list[RefusedCell]:
    """Save the cells of one row, in one call for each service."""
    refused: list[RefusedCell] = []
    calls: dict[int, tuple[Column, dict[str, Any], dict[str, str]]] = {}
    for cell in cells:
        column = cell.column
        stored = column.value(row)
        if stored == cell.typed:
            continue
        if stored != cell.seen:
            refused.append(_changed_meanwhile(cell, stored))
            continue
        try:
            value = readers[column.name](cell.typed)
        except ValidationError as error:
            said = " ".join(error.messages)
            refused.append(RefusedCell(cell.row, column.name, said))
            continue
        name = column.argument or column.name
        call = calls.setdefault(id(column.saves), (column, {}, {}))
        call[1][name], call[2][name] = value, column.name
    if refused:
        return refused
    for column, values, names in calls.values():
        saves: Any = column.saves
        arguments = {saves.row_name: row, **saves.more, **values}
        try:
            with transaction.atomic():
                saves.service(**arguments, by=by)
        except Problem as problem:
            refused += refused_cells(cells[0].row, names, problem)
    return refused


def _changed_meanwhile(cell: Change, stored: Any) -> RefusedCell:
    """Both values; nobody's is overwritten unseen."""
    theirs, mine = cell.column.label_of(stored), cell.column.label_of(cell.typed)
    said = (
        f"Somebody else changed {cell.column.label} to “{theirs}” meanwhile; you "
        f"entered “{mine}”. Enter it again to replace theirs."
    )
    return RefusedCell(cell.row, cell.column.name, said, 409, stored)


class _NewCells:
    """What the cells of new rows hold; a choice that is new, too, is made once."""

    def __init__(self, grid: Grid[Any, Any], subject: Any, by: User) -> None:
        self.grid, self.subject, self.by = grid, subject, by
        self.readers = {
            column.name: reader_of(column.field)
            for column in grid.columns(subject, by)
            if column.field
        }
        self.made: dict[tuple[str, str], Any] = {}

    def read(self, column: str, value: Any) -> Any:
        """What the cell holds.

        Raises:
            ValidationError: it cannot be read. Problem: it could not be made.

        """
        try:
            return self.readers[column](value)
        except ValidationError:
            name = value.strip() if isinstance(value, str) else ""
            about = (column, name.casefold())
            if name and about not in self.made:
                with transaction.atomic():
                    self.made[about] = self.grid.choice_named(
                        self.subject, column, name, self.by
                    )
            if self.made.get(about) is None:
                raise
            return self.made[about]


def add_rows(
    grid: Grid[Any, Any],
    subject: Any,
    typed: Sequence[Mapping[str, Any]],
    by: User,
) -> list[str]:
    """Add rows by the grid's service; their ids.

    Raises:
        RefusedCells: at `new-1` and so on; nothing was added.

    """
    refuse_too_many(len(typed), sum(map(len, typed)))
    new = _NewCells(grid, subject, by)
    if unknown := {name for row in typed for name in row} - new.readers.keys():
        raise Invalid(f"There is no column “{min(unknown)}” to fill here.")
    refused: list[RefusedCell] = []
    made = []
    for number, values in enumerate(typed, 1):
        key, read = f"new-{number}", {}
        for name, value in values.items():
            if not str(value).strip():
                continue  # a blank says nothing: the row begins as the form does
            try:
                read[name] = new.read(name, value)
            except ValidationError as error:
                refused.append(RefusedCell(key, name, " ".join(error.messages)))
            except Problem as problem:
                refused += refused_cells(key, {name: name}, problem)
        if refused:
            continue
        try:
            with transaction.atomic():
                made.append(str(grid.add(subject, read, by).pk))
        except Problem as problem:
            refused += refused_cells(key, {name: name for name in values}, problem)
    if refused:
        raise RefusedCells(refused)
    return made


# Acts that are done to several rows of a grid at once.


def act_on_rows(
    grid: Grid[Any, Any],
    subject: Any,
    name: str,
    ids: Sequence[str],
    data: Mapping[str, Any],
    by: User,
) -> str:
    """Do an act of the grid to several rows; what is said of it.

    Raises:
        RefusedCells: some rows were refused, and so all of them. Forbidden: it is not
        this person's to do. NotFound: a row is gone.

    """
    if name not in grid.acts(subject, by):
        raise Invalid("There is no such act here.")
    refuse_too_many(len(ids))
    rows, act = rows_by_id(grid, subject, by, ids), ACTS[name]
    own = grid.own_answers.get(name)
    refused: list[RefusedCell] = []
    for key in rows:
        try:
            with transaction.atomic():
                target = act.load(by, key)
                act.check(by, target)
                given = own.of(target) if own else data
                form: Any = act.form_class(given, **act.form_kwargs(target, by))
                if form.is_valid():
                    act.perform(target, form.cleaned_data, by)
                else:
                    said = [text for texts in form.errors.values() for text in texts]
                    refused.append(RefusedCell(key, "", said[0]))
        except Problem as problem:
            refused += refused_cells(key, {}, problem)
    if refused:
        raise RefusedCells(refused)
    return act.success if len(rows) == 1 else f"{act.title}: done for {len(rows)} rows."
