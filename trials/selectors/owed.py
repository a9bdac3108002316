"""Which verdicts are still owed, and which criteria wait for runs."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.toolbox.measures import Measure
from trials.models import Criterion, Gap, Run, Trial
from trials.scoring import Credits, Standing, ValueState, Verdict
from trials.scoring import Source as FactsSource
from trials.scoring.ledger import HARSHNESS
from trials.scoring.open_cells import OpenCell, RecordedCell, TrialRecord
from trials.selectors.cells import Cell, awaiting_reply
from trials.selectors.ledger import Ledger
from trials.selectors.trials import unjudged_criteria
from vendors.choices import CandidateState
from vendors.models import Candidate

type Place = tuple[uuid.UUID, uuid.UUID]
# What the criteria or findings of a cell name: values by list.
type Named = dict[Place, list[dict[str, list[str]]]]

# Nothing can be judged there: no answer, one to re-confirm, or an honest never.
UNJUDGEABLE = (Standing.UNANSWERED, Standing.NEVER)


@dataclass(frozen=True, slots=True)
class CandidateOwed:
    """What one candidate's trials still owe.

    `own` are the trial verdicts that count or wait for a reply, one per cell; `judged`
    how many cells have one and owe nothing more; `unanswered` how many criteria wait
    for an answer before they can be judged.
    """

    cells: tuple[OpenCell, ...]
    recorded: tuple[RecordedCell, ...]
    own: TrialRecord
    judged: int
    unanswered: int


def verdicts_owed(
    book: Ledger, candidates: Collection[Candidate]
) -> dict[uuid.UUID, CandidateOwed]:
    """What is owed on the cells of `candidates`, in two queries beside the ledger."""
    keys = [candidate.pk for candidate in candidates]
    planned: Named = defaultdict(list)
    for *place, named in (
        unjudged_criteria()
        .filter(trial__candidate__in=keys, trial__closed_at__isnull=True)
        .values_list("trial__candidate_id", "requirement_id", "named_values")
    ):
        planned[place[0], place[1]].append(named)
    awaited: Named = defaultdict(list)
    for *place, named, of_criterion in Gap.objects.filter(
        awaiting_reply(),
        evidence__isnull=False,
        evidence__claim__superseded_at__isnull=True,
        trial__candidate__in=keys,
    ).values_list(
        "trial__candidate_id",
        "evidence__claim__requirement_id",
        "evidence__named_values",
        "evidence__criterion__named_values",
    ):
        awaited[place[0], place[1]].append({**(of_criterion or {}), **named})
    credits = Credits.from_mapping(book.evaluation.credits)
    reading = _Reading(book, credits, planned, awaited)
    return {candidate.pk: reading.of(candidate) for candidate in candidates}


@dataclass(frozen=True, slots=True)
class _Reading:
    book: Ledger
    credits: Credits
    planned: Named
    awaited: Named

    def of(self, candidate: Candidate) -> CandidateOwed:
        cells: list[OpenCell] = []
        recorded: list[RecordedCell] = []
        own = dict.fromkeys(Verdict, 0)
        judged = unanswered = 0
        for requirement in self.book.requirements:
            cell = self.book.cell(candidate, requirement)
            place = candidate.pk, requirement.pk
            if cell.credit is None:  # not applicable
                continue
            if cell.standing in UNJUDGEABLE:
                unanswered += place in self.planned
                continue
            verdict = Verdict.FAILS if place in self.awaited else trial_verdict(cell)
            if verdict is not None:
                own[verdict] += 1
            if values := self._open_values(place, requirement, cell):
                cells.append(self._open(candidate, requirement, cell, values))
                continue
            judged += verdict is not None
            if place in self.awaited:
                recorded.append(self._recorded(candidate, requirement, cell))
        record = TrialRecord(
            own[Verdict.HOLDS], own[Verdict.PARTLY], own[Verdict.FAILS]
        )
        return CandidateOwed(tuple(cells), tuple(recorded), record, judged, unanswered)

    def _open_values(
        self, place: Place, requirement: Requirement, cell: Cell
    ) -> list[ValueState]:
        """The values on which a criterion or the gate of trials owes a verdict."""
        counted = cell.state.counted
        if not requirement.weight and not knocks_out(requirement, counted):
            return []
        values = named_of(self.planned[place], counted) if place in self.planned else []
        if requirement.is_must:
            waits = (
                named_of(self.awaited[place], counted) if place in self.awaited else []
            )
            values += [
                one
                for one in counted
                if not one.tested
                and not one.facts.excused
                and one not in waits
                and one not in values
            ]
        return values

    def _open(
        self,
        candidate: Candidate,
        requirement: Requirement,
        cell: Cell,
        values: list[ValueState],
    ) -> OpenCell:
        least = least_of(one for one in cell.state.counted if one not in values)
        return OpenCell(
            candidate=str(candidate.pk),
            ref=requirement.ref,
            category=requirement.category.name,
            weight=Decimal(requirement.weight),
            today=cell.credit or Decimal(0),
            holds=min(self.credits.trial_holds, least),
            partly=min(self.credits.trial_partly, least),
            fails=min(self.credits.trial_fails, least),
            knocks_out=knocks_out(requirement, values),
        )

    def _recorded(
        self, candidate: Candidate, requirement: Requirement, cell: Cell
    ) -> RecordedCell:
        counted = cell.state.counted
        waits = named_of(self.awaited[candidate.pk, requirement.pk], counted)
        least = least_of(one for one in counted if one not in waits)
        return RecordedCell(
            candidate=str(candidate.pk),
            ref=requirement.ref,
            category=requirement.category.name,
            weight=Decimal(requirement.weight),
            today=cell.credit or Decimal(0),
            recorded=min(self.credits.trial_fails, least),
            knocks_out=knocks_out(requirement, waits),
        )


def knocks_out(requirement: Requirement, values: Iterable[ValueState]) -> bool:
    return requirement.is_must and not all(one.facts.excused for one in values)


def named_of(
    named: Iterable[dict[str, list[str]]], values: Sequence[ValueState]
) -> list[ValueState]:
    """The values that are named; all where nothing is, for then somebody is asked."""
    matches = [
        one
        for one in values
        if any(one.value in lists.get(one.list_name, ()) for lists in named)
    ]
    return matches or list(values)


def least_of(values: Iterable[ValueState]) -> Decimal:
    return min((one.credit or Decimal(0) for one in values), default=Decimal(1))


def trial_verdict(cell: Cell) -> Verdict | None:
    """The trial verdict of a cell, the harshest of its values; None without one."""
    verdicts = (
        one.verdict_of(FactsSource.TRIAL) for one in cell.state.counted if one.tested
    )
    return max(filter(None, verdicts), key=HARSHNESS.__getitem__, default=None)


@dataclass(frozen=True, slots=True)
class RunsOwed:
    """A criterion without a verdict, how many runs it has and how many it needs."""

    criterion: Criterion
    n: int
    least: int

    @property
    def to_confirm(self) -> bool:
        return self.n >= self.least

    @property
    def words(self) -> str:
        """“no run yet”, “12 of 20 runs”, or “20 runs to confirm”."""
        if self.to_confirm:
            return "1 run to confirm" if self.n == 1 else f"{self.n:,} runs to confirm"
        return f"{self.n} of {self.least} runs" if self.n else "no run yet"


def running_trials_of(evaluation: Evaluation) -> list[Trial]:
    rows = Trial.objects.filter(
        candidate__evaluation=evaluation,
        agreed_at__isnull=False,
        closed_at__isnull=True,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    return list(rows)


def runs_owed(trials: Collection[Trial]) -> list[RunsOwed]:
    """Must-haves first, then what only has to be confirmed; in two queries.

    What has no measure and no test result is judged by eye.
    """
    rows = unjudged_criteria().filter(trial__in=trials)
    criteria = list(rows.select_related("requirement", "trial__candidate"))
    counts = {
        key: (numbers, tests)
        for key, numbers, tests in Run.objects.counting()
        .filter(criterion__in=criteria)
        .order_by()
        .values_list("criterion")
        .annotate(numbers=Count("number"), tests=Count("failed"))
    }
    lacking = []
    for criterion in criteria:
        numbers, tests = counts.get(criterion.pk, (0, 0))
        measure = Measure.from_json(criterion.measure)
        if measure:
            lacking.append(RunsOwed(criterion, numbers, measure.least_n))
        elif tests:
            lacking.append(RunsOwed(criterion, tests, 1))
    return sorted(
        lacking,
        key=lambda owed: (
            not owed.criterion.requirement.is_must,
            not owed.to_confirm,
            owed.criterion.trial.candidate.name,
            owed.criterion.position,
        ),
    )
