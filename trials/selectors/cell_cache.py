"""Cells as they stand: of 100,000 few differ from all others in what counts.

The scoring's own rule reads each shape once, so there is no second rule. A shape knows
no evaluation, and no day unless it rests on one; so what was read of it stays true, and
is kept for as long as the process lives.
"""

import datetime
import threading
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from trials.scoring import (
    CellState,
    Credits,
    FitRow,
    FitSum,
    Kept,
    Source,
    Standing,
    ValueState,
    cell_state,
    fit_row,
    fit_sum,
)
from trials.selectors.cell_shapes import PlainShape, Shape, record_of, shape_of

MOST = 50_000  # a purchase of 100,000 cells has some thousands
ONE = Decimal(1)
# A shape that keeps a date without a day is one whose date has passed.
BEFORE, AFTER = datetime.date.min, datetime.date.max


@dataclass(frozen=True)
class Cell:
    """What stands for a candidate and a requirement, shared by all cells alike.

    `credit` is None only where it does not apply. Each value of the brief in which it
    must hold is in `values`; without any it is one without a name.
    """

    state: CellState

    @cached_property
    def marks(self) -> tuple[str, str, str]:
        """An availability and two verdicts; blank is nothing said, shown or tested."""
        return self.state.marks

    @property
    def claimed(self) -> str:
        """The availability that stands, blank if nothing was said."""
        return self.marks[0]

    @property
    def shown(self) -> str:
        """The newest verdict of a demo."""
        return self.marks[1]

    @property
    def tested(self) -> str:
        """The newest verdict of a trial."""
        return self.marks[2]

    @property
    def standing(self) -> Standing:
        """The standing of its weakest value."""
        return self.state.standing

    @property
    def credit(self) -> Decimal | None:
        """The least that one of its values earns."""
        return self.state.credit

    @property
    def working(self) -> str:
        """Why it earns that."""
        return self.state.working

    @property
    def values(self) -> tuple[ValueState, ...]:
        """What it comes to in each value of the brief."""
        return self.state.values if self.state.values[0].name else ()

    @property
    def not_applicable(self) -> bool:
        """Whether the owner ruled it out for this candidate."""
        return self.state.not_applicable

    @property
    def excused(self) -> bool:
        """Whether a knock-out by it is excused."""
        return self.state.excused

    @property
    def knocks_out(self) -> bool:
        """Whether it blocks its candidate, if it is a must-have."""
        return self.state.knocks_out

    @property
    def to_reconfirm(self) -> bool:
        """Whether the requirement changed after it was answered."""
        return self.state.is_stale

    @cached_property
    def proof_to_reconfirm(self) -> bool:
        """Whether a verdict was on older words and nobody has said it anew."""
        return any(one.unconfirmed for one in self.state.values)


class Cells:
    """The cells that were met so far, by number, under one table of credits."""

    def __init__(self, credits: Credits) -> None:
        self.found: list[Cell] = []
        # By number the first cell of which the same is shown among many.
        self.alike: list[int] = []
        self._alike: dict[Hashable, int] = {}
        self._credits = credits
        self._shapes: dict[PlainShape, int] = {}
        self._numbers: dict[Hashable, int] = {}
        # By number the first cell that adds the same to a fit.
        self._in_fits: list[int] = []
        self._fits: dict[FitRow, int] = {}
        self._rows: dict[tuple[int, int], FitRow] = {}
        self._writing = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Whether it has met more shapes than any purchase has."""
        return len(self._shapes) > MOST

    def number_of(self, shape: PlainShape) -> int:
        """The number of the cell that has this shape; any tuple will do."""
        number = self._shapes.get(shape)
        return self._meet(shape) if number is None else number

    def fit_of(self, weights: Iterable[int], numbers: Iterable[int]) -> FitSum:
        """The fit of a column of cells with these weights."""
        in_fits = map(self._in_fits.__getitem__, numbers)
        alike = Counter(zip(weights, in_fits, strict=True))
        return fit_sum([(self.fit_row(*each), times) for each, times in alike.items()])

    def fit_row(self, weight: int, number: int) -> FitRow:
        """What a cell of that number adds to the fit of its column."""
        row = self._rows.get((weight, number))
        if row is None:
            row = fit_row("", Decimal(weight), self.found[number].state)
            self._rows[weight, number] = row
        return row

    def _meet(self, plain: PlainShape) -> int:
        shape = shape_of(plain)
        state = cell_state(
            record_of(shape), shape.demanded, day_of(shape), self._credits
        )
        shown = _shown(state)
        whole = (shown, _told(state))
        with self._writing:
            number = self._numbers.setdefault(whole, len(self.found))
            if number == len(self.found):
                in_fit = self._fits.setdefault(fit_row("", ONE, state), number)
                self._in_fits.append(in_fit)
                self.alike.append(self._alike.setdefault(shown, number))
                self.found.append(Cell(state))
            self._shapes[plain] = number
        return number


def _shown(state: CellState) -> Hashable:
    """All that is shown of a cell among many."""
    return tuple(
        (
            *(one.name, one.standing, one.credit, one.claimed, one.unconfirmed),
            *(one.answered, one.shown, one.tested, one.researched),
            *(one.facts.excused, one.facts.claim and one.facts.claim.stale),
            *(one.verdict_of(Source.DEMO), one.verdict_of(Source.TRIAL)),
        )
        for one in state.values
    )


def _told(state: CellState) -> Hashable:
    """What is told of a cell beside that: cells of which all is equal are one."""
    return tuple(
        (one.working, one.better, _found(one.by_trial), _found(one.by_demo))
        for one in state.values
    )


def _found(kept: Kept | None) -> Hashable:
    return kept and (kept.said, kept.found.verdict, kept.found.source)


def day_of(shape: Shape) -> datetime.date:
    """The day on which a shape that was not read exactly is to be judged."""
    return shape.day or (BEFORE if shape.available_from is None else AFTER)


def cells_for(credits: Credits) -> Cells:
    """The cells under these credits, as this process has come to know them."""
    if _kept(credits).is_full:
        _kept.cache_clear()
    return _kept(credits)


@lru_cache(maxsize=8)
def _kept(credits: Credits) -> Cells:
    return Cells(credits)
