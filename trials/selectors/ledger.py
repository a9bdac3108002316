"""The ledger: every requirement of every candidate, claimed, shown and tested."""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import UUID

from evaltracker.evaluations.models import Evaluation, Requirement
from trials.policy import today_in
from trials.scoring import Coverage, Credits, FitRow, FitSum, PromiseRecord
from trials.selectors.cell_cache import Cell, Cells, cells_for
from trials.selectors.cell_shapes import PlainShape, Shape, without_instants
from trials.selectors.cell_tuples import Spots, read_shapes
from trials.selectors.ledger_rows import LedgerRow, ledger_rows, live
from trials.selectors.sums import Sums
from vendors.models import Candidate
from vendors.selectors.candidates import ACTIVE


@dataclass(frozen=True)
class Column:
    """One candidate, and what its cells come to."""

    candidate: Candidate
    sums: Sums

    @property
    def numbers(self) -> list[int]:
        """The numbers of its cells in the order of the rows."""
        return self.sums.numbers

    @property
    def cells(self) -> dict[str, Cell]:
        """Its cells by ref."""
        return self.sums.cells

    @property
    def fit(self) -> FitSum:
        """The weighted result of its cells."""
        return self.sums.fit

    @property
    def fit_rows(self) -> tuple[FitRow, ...]:
        """Each requirement's part in the fit."""
        return self.sums.whole_fit.rows

    @property
    def coverage(self) -> Coverage:
        """How much is answered, shown and tested."""
        return self.fit.coverage

    @property
    def knock_outs(self) -> tuple[str, ...]:
        """Refs of the must-haves that block it and that nobody excused."""
        return self.sums.knock_outs

    @property
    def is_blocked(self) -> bool:
        """Whether somebody has to eliminate it or excuse a knock-out."""
        return bool(self.knock_outs)

    @property
    def promises(self) -> PromiseRecord:
        """What it said it had, against what was found."""
        return self.sums.promises


@dataclass(frozen=True)
class Ledger:
    """Requirements by candidates, as of one day; `kinds` are all cells there are."""

    evaluation: Evaluation
    as_of: datetime.date
    rows: list[LedgerRow]
    columns: list[Column]
    kinds: list[Cell]
    given: Sequence[Requirement] | None = None
    # By spot what is on file, if it was read exactly.
    on_file: dict[int, PlainShape] | None = None

    @property
    def candidates(self) -> list[Candidate]:
        """Whose columns these are."""
        return [column.candidate for column in self.columns]

    @cached_property
    def requirements(self) -> list[Requirement]:
        """The requirements of the rows, with category and metric."""
        return list(self.given if self.given is not None else live(self.evaluation))

    @cached_property
    def lines(self) -> list[tuple[int, ...]]:
        """For each row the numbers of its cells, in the columns' order; those of which
        the same is shown have one number."""
        if not self.columns:
            return [()] * len(self.rows)
        alike = self.columns[0].sums.known.alike.__getitem__
        shown = (map(alike, column.numbers) for column in self.columns)
        return list(zip(*shown, strict=True))

    def only(self, candidates: Sequence[Candidate]) -> "Ledger":
        """The same with the columns of these candidates, in their order."""
        columns = [self.of(candidate) for candidate in candidates]
        return replace(self, columns=columns, on_file=None)

    def of_active(self) -> "Ledger":
        """The same with the columns of the candidates that are still in the choice."""
        return self.only([each for each in self.candidates if each.state in ACTIVE])

    def beside(self, before: "Ledger | None") -> "Ledger":
        """The same; a candidate whose cells stand as in `before` keeps what was counted
        of them."""
        if before is None or before.rows != self.rows:
            return self
        old = {column.candidate.pk: column.sums for column in before.columns}
        columns = [
            replace(column, sums=column.sums.or_of(old.get(column.candidate.pk)))
            for column in self.columns
        ]
        return replace(self, columns=columns)

    def of(self, candidate: Candidate) -> Column:
        """What stands for one candidate."""
        return self._by_candidate[candidate.pk]

    def cell(self, candidate: Candidate, requirement: Requirement) -> Cell:
        """What stands for one candidate and one requirement."""
        return self._by_candidate[candidate.pk].cells[requirement.ref]

    def row(self, requirement: Requirement) -> list[Cell]:
        """One requirement's cells, in the order of the candidates."""
        return [column.cells[requirement.ref] for column in self.columns]

    @cached_property
    def _by_candidate(self) -> dict[object, Column]:
        return {column.candidate.pk: column for column in self.columns}


def ledger(
    evaluation: Evaluation,
    candidates: Sequence[Candidate] | None = None,
    as_of: datetime.date | None = None,
    requirements: Sequence[Requirement] | None = None,
    *,
    exact: bool = False,
) -> Ledger:
    """The ledger of an evaluation, in at most six queries whatever its size.

    Without `candidates` it holds all of them, the eliminated too; without
    `requirements` all that are not retired. `as_of` decides which planned dates have
    passed: today in the evaluation's zone by default. `exact` keeps what is on file,
    for `cell_records`.
    """
    if candidates is None:
        candidates = _everybody(evaluation)
    day = as_of or today_in(evaluation.zone)
    rows = ledger_rows(evaluation, requirements)
    known = cells_for(Credits.from_mapping(evaluation.credits))
    walls, on_file = _walls(
        candidates, rows, known, day, only=requirements is not None, exact=exact
    )
    columns = [
        Column(candidate, Sums(rows, wall, known))
        for candidate, wall in zip(candidates, walls, strict=True)
    ]
    return Ledger(
        evaluation, day, rows, columns, known.found, requirements, on_file or None
    )


def ledger_after(
    before: Ledger, evaluation: Evaluation, moved: Collection[UUID]
) -> Ledger | None:
    """The exact ledger of all candidates, of which only those of `moved` have other
    cells than in `before`; None if more than that is different."""
    candidates = _everybody(evaluation)
    known = cells_for(Credits.from_mapping(evaluation.credits))
    if candidates != before.candidates or known.found is not before.kinds:
        return None
    wide, rows = len(before.rows), before.rows
    places = [at for at, one in enumerate(candidates) if one.pk in moved]
    walls, read = _walls(
        [candidates[at] for at in places], rows, known, before.as_of, exact=True
    )
    sums = [column.sums for column in before.columns]
    on_file = dict(before.on_file or {})
    for number, (at, wall) in enumerate(zip(places, walls, strict=True)):
        sums[at] = Sums(rows, wall, known).or_of(sums[at])
        for row in range(wide):
            on_file.pop(at * wide + row, None)
            if (shape := read.get(number * wide + row)) is not None:
                on_file[at * wide + row] = shape
    columns = list(map(Column, candidates, sums))
    return Ledger(
        evaluation, before.as_of, rows, columns, known.found, None, on_file or None
    )


def _everybody(evaluation: Evaluation) -> list[Candidate]:
    """All candidates, the eliminated too."""
    rows = Candidate.objects.filter(evaluation=evaluation)
    return list(rows.select_related("vendor"))


def _walls(
    candidates: Sequence[Candidate],
    rows: Sequence[LedgerRow],
    known: Cells,
    day: datetime.date,
    *,
    only: bool = False,
    exact: bool = False,
) -> tuple[list[list[int]], dict[int, PlainShape]]:
    """By candidate the numbers of its cells, and by spot what is on file, if they are
    read exactly."""
    spots = Spots(
        candidates=[candidate.pk for candidate in candidates],
        requirements=[row.pk for row in rows],
        revisions=[row.revision for row in rows],
        demanded=[row.demanded for row in rows],
        day=day,
        only=only,
        exact=exact,
    )
    wide, high = len(rows), len(candidates)
    wall = [known.number_of(Shape())] * (wide * high)
    if spots.has_lists:
        empty = [known.number_of(Shape(demanded=each)) for each in spots.demanded]
        wall = empty * high
    on_file = {}
    for spot, shape in read_shapes(spots):
        if exact:
            on_file[spot] = shape
            shape = without_instants(shape, day)
        wall[spot] = known.number_of(shape)
    return [wall[at * wide : (at + 1) * wide] for at in range(high)], on_file


def one_cell(candidate: Candidate, requirement: Requirement) -> Cell:
    """A single cell, read alone."""
    book = ledger(
        candidate.evaluation, candidates=[candidate], requirements=[requirement]
    )
    return book.cell(candidate, requirement)
