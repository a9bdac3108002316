"""Answers under each vendor: its name over a column of answers and one of comments."""

from collections.abc import Sequence
from dataclasses import replace

from evaltracker.importing.layout import spread
from evaltracker.tabular import Row, Sheet, columns_by_field, find_header
from vendors.imports.names import Names
from vendors.imports.shapes import SAMPLED_ROWS, ListShape
from vendors.imports.words import COLUMNS

LEAST = 2
FIELDS = {it: COLUMNS[it] for it in ("status", "statement", "evidence")}


def find_by_vendor(
    sheet: Sheet, candidates: Names, requirements: Names
) -> list[ListShape]:
    """A list for each vendor that stands over its answers; nothing if none does."""

    def points(row: Row) -> int:
        found = sum(candidates.find(cell) is not None for cell in row.cells)
        return found if found >= LEAST else 0

    header = find_header(sheet, points)
    below = sheet.below(header) if header else []
    if header is None or not below:
        return []
    lower, spans = below[0], spread(header, below[0])
    label = label_in(below[1:], requirements, spans)
    shapes = []
    for name in dict.fromkeys(spans.values()):
        whose, others = candidates.find(name), set(spans) - under(spans, name)
        alone = replace(sheet, rows=tuple(without(row, others) for row in sheet.rows))
        head = without(lower, {*others, *range(min(spans))})
        columns = columns_by_field(head, FIELDS)
        if whose and label is not None and "status" in columns:
            columns = {"requirement": label, **columns}
            shapes.append(ListShape(alone, head, columns, whose))
    return shapes if len(shapes) >= LEAST else []


def label_in(
    rows: Sequence[Row], requirements: Names, spans: dict[int, str]
) -> int | None:
    """The column before the vendors that names requirements."""
    before = range(min(spans, default=0))
    hits = {
        column: sum(
            requirements.find(row.cell(column)) is not None
            for row in rows[:SAMPLED_ROWS]
        )
        for column in before
    }
    best = max(hits, key=lambda column: hits[column], default=None)
    return best if best is not None and hits[best] else None


def under(spans: dict[int, str], name: str) -> set[int]:
    """The columns that stand under a name."""
    return {column for column, above in spans.items() if above == name}


def without(row: Row, columns: set[int]) -> Row:
    """The row with nothing in these columns."""
    cells = ("" if at in columns else cell for at, cell in enumerate(row.cells))
    return replace(row, cells=tuple(cells))
