"""The ledger: every requirement of every candidate, claimed, shown and tested."""

import datetime
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import compress, groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from evaltracker.enumerations import Availability, Priority
from evaltracker.evaluations.models import Demand, Evaluation, Requirement
from evaltracker.toolbox.days import wall_of
from trials import scoring
from trials.policy import today_in
from trials.scoring import (
    CellState,
    Coverage,
    Credits,
    Fit,
    FitRow,
    FitSum,
    PromiseRecord,
    Standing,
    Value,
)
from trials.scoring.promise import (
    PromiseStep,
    SaidOn,
    Turn,
    fit_by_category,
    promised_dates,
)
from trials.selectors.cells import (
    Cells,
    LedgerCell,
    PlainShape,
    Shape,
    Spots,
    cells_for,
    read_shapes,
    without_instants,
)
from vendors.models import Candidate, Claim
from vendors.selectors.candidates import ACTIVE, active_candidates

ORDER = ("category__position", "position", "ref")
LISTS = ("scope__position", "scope__name")
VALUES = ("demanded__position", "demanded__name")


class LedgerRow(NamedTuple):
    """A requirement, as far as it is shown and counted.

    `demanded` are the values of the brief in which it must hold.
    """

    pk: UUID
    ref: str
    text: str
    priority: str
    weight: int
    revision: int
    category_id: UUID
    category: str
    demanded: tuple[Value, ...] = ()

    @property
    def is_must(self) -> bool:
        return self.priority == Priority.MUST


def live(evaluation: Evaluation) -> list[Requirement]:
    return list(
        Requirement.objects.filter(
            evaluation=evaluation, retired_at__isnull=True
        ).select_related("category", "metric")
    )


def ledger_rows(
    evaluation: Evaluation, requirements: Sequence[Requirement] | None = None
) -> list[LedgerRow]:
    """The rows of these requirements, or of all that are not retired; one query."""
    if requirements is None:
        return list(_live_rows(evaluation))
    demanded = _demanded([requirement.pk for requirement in requirements])
    return [
        LedgerRow(
            pk=row.pk,
            ref=row.ref,
            text=row.text,
            priority=row.priority,
            weight=row.weight,
            revision=row.revision,
            category_id=row.category_id,
            category=row.category.name,
            demanded=demanded.get(row.pk, ()),
        )
        for row in requirements
    ]


def _live_rows(evaluation: Evaluation) -> Iterator[LedgerRow]:
    """A requirement comes once for each value of the brief in which it must hold."""
    current = Q(demands__scope__values__retired_at=None)
    value = FilteredRelation("demands__scope__values", condition=current)
    by_list = [f"demands__{name}" for name in LISTS]
    order = (*ORDER, *by_list, *VALUES)
    joined = (
        Requirement.objects.filter(evaluation=evaluation, retired_at=None)
        .annotate(demanded=value)
        .order_by(*order)
        .values_list(
            *LedgerRow._fields[:-2],
            "category__name",
            "demands__scope__name",
            "demanded__name",
        )
    )
    for columns, rows in groupby(joined, key=lambda row: row[:-2]):
        values = [Value(*row[-2:]) for row in rows if row[-1] is not None]
        yield LedgerRow._make((*columns, tuple(values)))


def _demanded(requirements: Sequence[UUID]) -> dict[UUID, tuple[Value, ...]]:
    current = Q(scope__values__retired_at=None)
    value = FilteredRelation("scope__values", condition=current)
    joined = (
        Demand.objects.filter(requirement__in=requirements)
        .annotate(demanded=value)
        .order_by("requirement_id", *LISTS, *VALUES)
        .values_list("requirement_id", "scope__name", "demanded__name")
    )
    return {
        key: tuple(Value(*row[1:]) for row in rows if row[-1] is not None)
        for key, rows in groupby(joined, key=lambda row: row[0])
    }


@dataclass(frozen=True)
class Sums:
    """What one candidate's cells come to; `numbers` are in the order of the rows."""

    rows: list[LedgerRow]
    numbers: list[int]
    known: Cells

    @cached_property
    def cells(self) -> dict[str, LedgerCell]:
        cells = self.known.found
        refs = (row.ref for row in self.rows)
        return dict(zip(refs, map(cells.__getitem__, self.numbers), strict=True))

    @cached_property
    def fit(self) -> FitSum:
        return self.known.fit_of((row.weight for row in self.rows), self.numbers)

    @cached_property
    def whole_fit(self) -> Fit:
        """The same with each requirement's part in it."""
        parts = (
            replace(self.known.fit_row(row.weight, number), key=row.ref)
            for row, number in zip(self.rows, self.numbers, strict=True)
        )
        return Fit.of(self.fit, parts)

    @cached_property
    def fit_by_category(self) -> dict[str, Fraction]:
        return fit_by_category(
            self.whole_fit.weighed, {row.ref: row.category for row in self.rows}
        )

    @cached_property
    def knock_outs(self) -> tuple[str, ...]:
        blocking = self.musts_where(lambda state: state.knocks_out)
        return tuple(row.ref for row in blocking)

    def musts_where(self, holds: Callable[[CellState], bool]) -> list[LedgerRow]:
        """The must-haves of which that holds for the cell; asked once for all alike."""
        cells = self.known.found
        such = {number for number in set(self.numbers) if holds(cells[number].state)}
        rows = compress(self.rows, map(such.__contains__, self.numbers))
        return [row for row in rows if row.is_must]

    @cached_property
    def _records(self) -> dict[frozenset[str], PromiseRecord]:
        return {}

    def promises(self, missed: frozenset[str]) -> PromiseRecord:
        """The record, counted once for equal `missed`: see `promise_record`."""
        if missed not in self._records:
            requirements = [
                scoring.RequirementFacts(row.ref, row.category, Decimal(row.weight))
                for row in self.rows
            ]
            states = {ref: cell.state for ref, cell in self.cells.items()}
            record = scoring.promise_record(requirements, states, missed)
            self._records[missed] = record
        return self._records[missed]

    def or_of(self, before: "Sums | None") -> "Sums":
        """Those of before, with all that was counted, if the same cells stand in the
        same rows; whoever asks knows that the rows are."""
        if before and before.known is self.known and before.numbers == self.numbers:
            return before
        return self


@dataclass(frozen=True)
class CandidateColumn:
    """One candidate, and what its cells come to."""

    candidate: Candidate
    sums: Sums

    @property
    def numbers(self) -> list[int]:
        return self.sums.numbers

    @property
    def cells(self) -> dict[str, LedgerCell]:
        return self.sums.cells

    @property
    def fit(self) -> FitSum:
        return self.sums.fit

    @property
    def fit_rows(self) -> tuple[FitRow, ...]:
        return self.sums.whole_fit.rows

    @property
    def coverage(self) -> Coverage:
        return self.fit.coverage

    @property
    def knock_outs(self) -> tuple[str, ...]:
        return self.sums.knock_outs

    @property
    def is_blocked(self) -> bool:
        return bool(self.knock_outs)


@dataclass(frozen=True)
class Ledger:
    """Requirements by candidates, as of one day; `kinds` are all cells there are."""

    evaluation: Evaluation
    as_of: datetime.date
    rows: list[LedgerRow]
    columns: list[CandidateColumn]
    kinds: list[LedgerCell]
    given: Sequence[Requirement] | None = None
    # By spot what is on file, if it was read exactly.
    on_file: dict[int, PlainShape] | None = None

    @property
    def candidates(self) -> list[Candidate]:
        return [column.candidate for column in self.columns]

    @cached_property
    def requirements(self) -> list[Requirement]:
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
        columns = [self.of(candidate) for candidate in candidates]
        return replace(self, columns=columns, on_file=None)

    def of_active(self) -> "Ledger":
        return self.only(
            [candidate for candidate in self.candidates if candidate.state in ACTIVE]
        )

    def with_sums_of(self, before: "Ledger | None") -> "Ledger":
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

    def of(self, candidate: Candidate) -> CandidateColumn:
        return self._by_candidate[candidate.pk]

    def cell(self, candidate: Candidate, requirement: Requirement) -> LedgerCell:
        return self._by_candidate[candidate.pk].cells[requirement.ref]

    def row(self, requirement: Requirement) -> list[LedgerCell]:
        return [column.cells[requirement.ref] for column in self.columns]

    @cached_property
    def _by_candidate(self) -> dict[object, CandidateColumn]:
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
        CandidateColumn(candidate, Sums(rows, wall, known))
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
    wide = len(before.rows)
    rows = before.rows
    places = [at for at, candidate in enumerate(candidates) if candidate.pk in moved]
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
    columns = list(map(CandidateColumn, candidates, sums))
    return Ledger(
        evaluation, before.as_of, rows, columns, known.found, None, on_file or None
    )


def _everybody(evaluation: Evaluation) -> list[Candidate]:
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
    wide = len(rows)
    high = len(candidates)
    wall = [known.number_of(Shape())] * (wide * high)
    if spots.has_lists:
        empty = [known.number_of(Shape(demanded=values)) for values in spots.demanded]
        wall = empty * high
    on_file = {}
    for spot, shape in read_shapes(spots):
        if exact:
            on_file[spot] = shape
            wall[spot] = known.number_of(without_instants(shape, day))
        else:
            wall[spot] = known.number_of(shape)
    return [wall[at * wide : (at + 1) * wide] for at in range(high)], on_file


def one_cell(candidate: Candidate, requirement: Requirement) -> LedgerCell:
    book = ledger(
        candidate.evaluation, candidates=[candidate], requirements=[requirement]
    )
    return book.cell(candidate, requirement)


# The kind of the mail about it; trials/notices.py.
SLIP_NOTICE = "promise_slipped"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promised:
    """The story of one cell's planned date, up to today."""

    candidate: Candidate
    requirement: Requirement
    cell: LedgerCell
    steps: tuple[PromiseStep, ...]

    @property
    def date(self) -> datetime.date | None:
        """The date that stands; None if it is no plan any more."""
        return self.steps[-1].date

    @property
    def moves(self) -> int:
        return sum(step.turn == Turn.MOVED for step in self.steps)

    @property
    def days(self) -> int:
        return sum(step.days for step in self.steps)

    @property
    def missed(self) -> int:
        """How many promised dates passed before the candidate said anything else."""
        return sum(step.after_it_passed for step in self.steps) + self.slipped

    @property
    def slipped(self) -> bool:
        return self.cell.state.slipped

    @property
    def is_coming(self) -> bool:
        return self.date is not None and self.cell.standing == Standing.CLAIMED

    @property
    def slipped_since(self) -> datetime.date | None:
        if self.slipped and self.date:
            return self.date + DAY
        return None


def story(claims: Iterable[Claim], zone: str) -> tuple[PromiseStep, ...]:
    """The story of revisions in their order; days are those of `zone`."""
    return promised_dates(
        SaidOn(
            Availability(claim.availability),
            claim.available_from,
            wall_of(claim.submitted_at, zone).date(),
        )
        for claim in claims
    )


def promised(book: Ledger) -> list[Promised]:
    """Every planned date that was ever promised in these cells; one query.

    The slipped first, then by date; what is no plan any more comes last.
    """
    by_cell: dict[object, list[Claim]] = defaultdict(list)
    planned = Claim.objects.filter(
        candidate=OuterRef("candidate"),
        requirement=OuterRef("requirement"),
        availability=Availability.PLANNED,
    )
    keys = [candidate.pk for candidate in book.candidates]
    rows = Claim.objects.filter(Exists(planned), candidate__in=keys)
    for claim in rows.order_by("revision").only(
        "candidate_id",
        "requirement_id",
        "revision",
        "availability",
        "available_from",
        "submitted_at",
    ):
        by_cell[claim.candidate_id, claim.requirement_id].append(claim)
    promises = [
        Promised(candidate, requirement, book.cell(candidate, requirement), steps)
        for candidate in book.candidates
        for requirement in book.requirements
        if (claims := by_cell.get((candidate.pk, requirement.pk)))
        and (steps := story(claims, book.evaluation.zone))
    ]
    return sorted(
        promises,
        key=lambda promise: (not promise.slipped, promise.date or datetime.date.max),
    )


def slipped_claims(evaluation: Evaluation, claims: QuerySet[Claim]) -> list[Claim]:
    """Those of these claims of one evaluation that stand and have slipped.

    Of candidates in the choice only, and of what is asked and applies to them.
    """
    rows = list(
        claims.filter(
            superseded_at__isnull=True,
            candidate__in=active_candidates(evaluation),
            requirement__retired_at__isnull=True,
        ).select_related("candidate__vendor", "requirement__category")
    )
    if not rows:
        return []
    book = ledger(
        evaluation,
        candidates=list({row.candidate_id: row.candidate for row in rows}.values()),
        requirements=list(
            {row.requirement_id: row.requirement for row in rows}.values()
        ),
    )
    return [
        row for row in rows if book.cell(row.candidate, row.requirement).state.slipped
    ]
