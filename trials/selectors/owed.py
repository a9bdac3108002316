"""Which verdicts are still owed, and which criteria wait for runs."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain

from evaltracker.evaluations.models import Evaluation, Requirement
from trials.models import Criterion, Gap, Trial
from trials.scoring import Credits, Standing, ValueState, Verdict
from trials.scoring import Source as FactsSource
from trials.scoring.ledger import HARSHNESS
from trials.scoring.open_cells import OpenCell, RecordedCell, TrialRecord
from trials.selectors.cells import Cell, awaiting_reply
from trials.selectors.ledger import Ledger
from trials.selectors.runs import pooled_runs
from trials.selectors.trials import unjudged_criteria
from vendors.choices import CandidateState
from vendors.models import Candidate

type Place = tuple[uuid.UUID, uuid.UUID]
# What a criterion or a finding names: values by list.
type Lists = dict[str, list[str]]

# Nothing can be judged there: no answer, one to re-confirm, or an honest never.
UNJUDGEABLE = (Standing.UNANSWERED, Standing.NEVER)


@dataclass(frozen=True, slots=True)
class ProposedCell:
    """A cell of which all that is owed is proposed by runs: the worst of it, and the
    credit of that."""

    candidate: str
    ref: str
    verdict: Verdict
    today: Decimal
    proposed: Decimal
    knocks_out: bool


@dataclass(frozen=True, slots=True)
class CandidateOwed:
    """What one candidate's trials still owe.

    `own` are the trial verdicts that count or wait for a reply, one per cell; `judged`
    how many cells have one and owe nothing more; `unanswered` how many criteria wait
    for an answer before they can be judged.
    """

    cells: tuple[OpenCell, ...]
    recorded: tuple[RecordedCell, ...]
    proposed: tuple[ProposedCell, ...]
    own: TrialRecord
    judged: int
    unanswered: int


def verdicts_owed(
    book: Ledger, candidates: Collection[Candidate]
) -> dict[uuid.UUID, CandidateOwed]:
    """What is owed on the cells of `candidates`, in as many queries for all of them as
    for one."""
    keys = [candidate.pk for candidate in candidates]
    planned: dict[Place, list[Criterion]] = defaultdict(list)
    criteria = unjudged_criteria().filter(
        trial__candidate__in=keys, trial__closed_at__isnull=True
    )
    for criterion in criteria:
        place = criterion.trial.candidate_id, criterion.requirement_id
        planned[place].append(criterion)
    pools = pooled_runs(chain.from_iterable(planned.values()))
    proposals = {
        key: Verdict(pooled.proposal.verdict)
        for key, pooled in pools.items()
        if pooled.proposal.verdict
    }
    awaited: dict[Place, list[Lists]] = defaultdict(list)
    for candidate, requirement, named, of_criterion in Gap.objects.filter(
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
        awaited[candidate, requirement].append({**(of_criterion or {}), **named})
    credits = Credits.from_mapping(book.evaluation.credits)
    reading = _Reading(book, credits, planned, proposals, awaited)
    return {candidate.pk: reading.of(candidate) for candidate in candidates}


@dataclass(frozen=True, slots=True)
class _Reading:
    book: Ledger
    credits: Credits
    planned: dict[Place, list[Criterion]]
    proposals: dict[uuid.UUID, Verdict]
    awaited: dict[Place, list[Lists]]

    def of(self, candidate: Candidate) -> CandidateOwed:
        cells: list[OpenCell] = []
        recorded: list[RecordedCell] = []
        proposed: list[ProposedCell] = []
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
                open_cell = self._open(candidate, requirement, cell, values)
                worst, is_whole = self._proposed(place, cell, values)
                if worst is None:
                    cells.append(open_cell)
                elif is_whole:
                    proposed.append(taken_as(worst, open_cell))
                else:
                    cells.append(at_most(worst, open_cell))
                continue
            judged += verdict is not None
            if place in self.awaited:
                recorded.append(self._recorded(candidate, requirement, cell))
        record = TrialRecord(
            own[Verdict.HOLDS], own[Verdict.PARTLY], own[Verdict.FAILS]
        )
        return CandidateOwed(
            cells=tuple(cells),
            recorded=tuple(recorded),
            proposed=tuple(proposed),
            own=record,
            judged=judged,
            unanswered=unanswered,
        )

    def _open_values(
        self, place: Place, requirement: Requirement, cell: Cell
    ) -> list[ValueState]:
        """The values on which a criterion or the gate of trials owes a verdict."""
        counted = cell.state.counted
        if not requirement.weight and not knocks_out(requirement, counted):
            return []
        values = self._planned_values(place, counted)
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

    def _planned_values(
        self, place: Place, counted: Sequence[ValueState]
    ) -> list[ValueState]:
        criteria = self.planned.get(place)
        return (
            named_of([row.named_values for row in criteria], counted)
            if criteria
            else []
        )

    def _proposed(
        self, place: Place, cell: Cell, values: list[ValueState]
    ) -> tuple[Verdict | None, bool]:
        """The worst that runs propose for the cell, and whether they do for all of its
        criteria and for whatever else the gate owes."""
        verdicts = [self.proposals.get(row.pk) for row in self.planned.get(place, ())]
        planned = self._planned_values(place, cell.state.counted)
        is_whole = None not in verdicts and all(one in planned for one in values)
        worst = max(filter(None, verdicts), key=HARSHNESS.__getitem__, default=None)
        return worst, is_whole

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


def taken_as(verdict: Verdict, cell: OpenCell) -> ProposedCell:
    return ProposedCell(
        candidate=cell.candidate,
        ref=cell.ref,
        verdict=verdict,
        today=cell.today,
        proposed=getattr(cell, verdict),
        knocks_out=cell.knocks_out and verdict == Verdict.FAILS,
    )


def at_most(verdict: Verdict, cell: OpenCell) -> OpenCell:
    """The cell, drawn as before, which earns no more than with this verdict."""
    most: Decimal = getattr(cell, verdict)
    return replace(
        cell,
        holds=min(cell.holds, most),
        partly=min(cell.partly, most),
        fails=min(cell.fails, most),
    )


def knocks_out(requirement: Requirement, values: Iterable[ValueState]) -> bool:
    return requirement.is_must and not all(one.facts.excused for one in values)


def named_of(named: Iterable[Lists], values: Sequence[ValueState]) -> list[ValueState]:
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
    # What has to be declared before any of its runs count.
    asks: str = ""

    @property
    def to_confirm(self) -> bool:
        return not self.asks and self.n >= self.least

    @property
    def words(self) -> str:
        """“no run yet”, “12 of 20 runs”, or “20 runs to confirm”."""
        if self.asks:
            return f"say which {self.asks} counts"
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
    """Must-haves first, then what only has to be confirmed.

    What has no measure and no test result is judged by eye.
    """
    rows = unjudged_criteria().filter(trial__in=trials)
    criteria = list(rows.select_related("requirement", "trial__candidate"))
    pools = pooled_runs(criteria)
    lacking = []
    for criterion in criteria:
        pooled = pools[criterion.pk]
        if criterion.measure or pooled.asks or pooled.proposal.n:
            n = pooled.proposal.n
            least = n + (pooled.missing or 0)
            lacking.append(RunsOwed(criterion, n, least, pooled.asks))
    return sorted(
        lacking,
        key=lambda owed: (
            not owed.criterion.requirement.is_must,
            not owed.to_confirm,
            owed.criterion.trial.candidate.name,
            owed.criterion.position,
        ),
    )
