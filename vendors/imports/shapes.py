"""How claims lie in a sheet: a list, or a matrix one way or the other."""

from collections.abc import Collection
from dataclasses import dataclass

from evaltracker.importing.plan import Header
from evaltracker.importing.rows import is_figure, without_aside
from evaltracker.toolbox.tabular import (
    Row,
    Sheet,
    Unreadable,
    columns_by_field,
    find_header,
)
from vendors.imports.answers import COLUMNS
from vendors.imports.candidates import Names

LIST = "list"
QUESTIONNAIRE = "questionnaire"
REQUIREMENTS_AS_ROWS = "requirements-as-rows"
CANDIDATES_AS_ROWS = "candidates-as-rows"
SAMPLED_ROWS = 300
STARS = frozenset("⭐★☆ ")


@dataclass(frozen=True, slots=True)
class ListShape:
    """One row per claim; by field, its column."""

    sheet: Sheet
    header: Row
    columns: dict[str, int]
    # Whose answers all of them are, where no column says it.
    whose: str = ""

    @property
    def below(self) -> list[Row]:
        """All rows under the header."""
        return self.sheet.below(self.header)

    @property
    def body(self) -> list[Row]:
        """The rows under the header that are lines of the table."""
        return list(without_aside(self.below, self.header, self.header.filled))


@dataclass(frozen=True, slots=True)
class MatrixShape:
    """One axis in the header row, the other in the label column."""

    sheet: Sheet
    header: Row
    label: int
    orientation: str
    fit: int

    @property
    def below(self) -> list[Row]:
        """All rows under the header."""
        return self.sheet.below(self.header)

    @property
    def body(self) -> list[Row]:
        """The rows under the header that are lines of the table."""
        return list(without_aside(self.below, self.header, self.header.filled))


def find_list(sheet: Sheet, said: Header | None = None) -> ListShape | None:
    """The sheet as a list of claims, if its header or somebody says so."""
    if said is not None and is_list(said.columns):
        return ListShape(sheet, said.on(sheet), dict(said.columns))
    header = find_header(sheet, list_points)
    if header is None:
        return None
    return ListShape(sheet, header, columns_by_field(header, COLUMNS))


def list_points(row: Row) -> int:
    """How much `row` looks like the header of a list of claims."""
    columns = columns_by_field(row, COLUMNS)
    return len(columns) if is_list(columns) else 0


def is_list(columns: Collection[str]) -> bool:
    """Whether these columns make a claim."""
    says_something = "status" in columns or "statement" in columns
    return says_something and "candidate" in columns and "requirement" in columns


def find_matrix(
    sheet: Sheet, across: Names, down: Names, orientation: str
) -> MatrixShape | None:
    """The sheet as a matrix with `across` in its header and `down` in a column."""

    def points(row: Row) -> int:
        return sum(1 for cell in row.cells if across.find(cell))

    header = find_header(sheet, points)
    if header is None:
        return None
    taken = {index for index in header.filled if across.find(header.cell(index))}
    below = sheet.below(header)[:SAMPLED_ROWS]
    width = max((len(row.cells) for row in below), default=0)
    best, hits = None, 0
    for column in range(width):
        if column in taken:
            continue
        found = {down.find(row.cell(column)) for row in below} - {None}
        if len(found) > hits:
            best, hits = column, len(found)
    if best is None:
        return None
    return MatrixShape(sheet, header, best, orientation, fit=len(taken) * hits)


def refuse_scores(shape: MatrixShape, heads: Collection[int]) -> None:
    """Refuse a matrix of bare numbers: those are somebody's scores, not claims."""
    cells = [
        row.cell(column) for row in shape.body for column in heads if row.cell(column)
    ]
    if cells and all(is_points(cell) for cell in cells):
        raise Unreadable(
            f"all of its {len(cells):,} answers are numbers. Those are scores and not "
            "answers; stakeholders give scores themselves, on the scoring page.",
            sheet=shape.sheet.name,
            row=shape.header.number,
        )


def is_points(cell: str) -> bool:
    """Whether a cell is a number and no word: “4”, “8/10”, “5 (2.00)”, “★★☆”."""
    is_number = is_figure(cell) and not any(mark.isalpha() for mark in cell)
    return is_number or STARS.issuperset(cell)
