"""The grid: the ledger of many cells at once, for whoever only shows them.

It says of each cell what the ledger says, without what only a single cell's page tells:
the claim itself, the working, the promise record.
"""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import NamedTuple
from uuid import UUID

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Evaluation, Requirement
from trials.policy import today_in
from trials.scoring import Coverage, Credits, FitSum, fit_sum
from trials.selectors.cell_cache import Kind, Kinds, Shape, kinds_for
from trials.selectors.cell_tuples import Spots, read_shapes
from vendors.models import Candidate


class GridRow(NamedTuple):
    """A requirement, as far as it is shown."""

    pk: UUID
    ref: str
    text: str
    priority: str
    weight: int
    revision: int
    category_id: UUID
    category: str

    @property
    def is_must(self) -> bool:
        """Whether it is a must-have."""
        return self.priority == Priority.MUST


@dataclass(frozen=True, slots=True)
class GridColumn:
    """One candidate: the kinds of its cells by number, in the rows' order.

    `knock_outs` are the refs of must-haves that block it and that nobody excused.
    """

    candidate: Candidate
    numbers: list[int]
    fit: FitSum
    knock_outs: tuple[str, ...]

    @property
    def coverage(self) -> Coverage:
        """How much is answered, and how much of that is tested."""
        return self.fit.coverage

    @property
    def is_blocked(self) -> bool:
        """Whether somebody has to eliminate it or excuse a knock-out."""
        return bool(self.knock_outs)


@dataclass(frozen=True)
class Grid:
    """Requirements by candidates as of one day; `kinds` are all kinds of cells."""

    evaluation: Evaluation
    as_of: datetime.date
    rows: list[GridRow]
    columns: list[GridColumn]
    kinds: list[Kind]

    @cached_property
    def lines(self) -> list[tuple[int, ...]]:
        """For each row the numbers of its cells' kinds, in the columns' order."""
        if not self.columns:
            return [()] * len(self.rows)
        return list(zip(*(column.numbers for column in self.columns), strict=True))

    def cell(self, column: int, row: int) -> Kind:
        """What stands in one place."""
        return self.kinds[self.columns[column].numbers[row]]


def grid(
    evaluation: Evaluation,
    candidates: Sequence[Candidate],
    as_of: datetime.date | None = None,
) -> Grid:
    """What stands for these candidates, in four queries whatever the size.

    `as_of` decides which planned dates have passed: today in the evaluation's zone by
    default. All live requirements are in it, for the fits are over all.
    """
    day = as_of or today_in(evaluation.zone)
    rows = _rows(evaluation)
    kinds = kinds_for(Credits.from_mapping(evaluation.credits))
    spots = Spots([candidate.pk for candidate in candidates], [row.pk for row in rows])
    wide = len(rows)
    wall = [kinds.number_of(Shape())] * (wide * len(candidates))
    for spot, shape in read_shapes(spots, [row.revision for row in rows], day):
        wall[spot] = kinds.number_of(shape)
    columns = [
        _column(candidate, wall[at * wide : (at + 1) * wide], rows, kinds)
        for at, candidate in enumerate(candidates)
    ]
    return Grid(evaluation, day, rows, columns, kinds.found)


def _rows(evaluation: Evaluation) -> list[GridRow]:
    found = Requirement.objects.filter(evaluation=evaluation, retired_at=None)
    return [
        GridRow(*values)
        for values in found.values_list(*GridRow._fields[:-1], "category__name")
    ]


def _column(
    candidate: Candidate, numbers: list[int], rows: list[GridRow], kinds: Kinds
) -> GridColumn:
    weighed = Counter(zip((row.weight for row in rows), numbers, strict=True)).items()
    blocking = {number for number in set(numbers) if kinds.found[number].knocks_out}
    blocks = compress(rows, map(blocking.__contains__, numbers))
    return GridColumn(
        candidate,
        numbers,
        fit_sum([(kinds.fit_row(*each), times) for each, times in weighed]),
        tuple(block.ref for block in blocks if block.is_must),
    )
