"""Which verdicts are still owed, and which criteria wait for runs."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaltracker.enumerations import Source
from evaltracker.evaluations.models import Evaluation, Requirement
from trials.models import Criterion, Gap, Trial
from trials.scoring import Credits, Standing, ValueState, Verdict
from trials.scoring.ledger import HARSHNESS
from trials.scoring.open_cells import OpenCell, RecordedCell, TrialRecord
from trials.selectors.cells import LedgerCell, awaiting_reply
from trials.selectors.ledger import Ledger
from trials.selectors.runs import pooled_runs
from trials.selectors.trials import unjudged_criteria
from vendors.choices import CandidateState
from vendors.models import Candidate

type Place = tuple[uuid.UUID, uuid.UUID]
# What a criterion or a finding names: values by list.
type Lists = dict[str, list[str]]
# Of a criterion what it names, and what its runs propose.
type Planned = tuple[Lists, Verdict | None]

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
    proposed: tuple[RecordedCell, ...]
    own: TrialRecord
    judged: int
    unanswered: int


def verdicts_owed(
    book: Ledger, candidates: Collection[Candidate]
) -> dict[uuid.UUID, CandidateOwed]:
    """What is owed on the cells of `candidates`, in as many queries for all of them as
    for one."""
    keys = [candidate.pk for candidate in candidates]
    criteria = unjudged_criteria().filter(
        trial__candidate__in=keys, trial__closed_at__isnull=True
    )
    planned: dict[Place, list[Planned]] = defaultdict(list)
    pools = pooled_runs(criteria)
    for row in criteria:
        verdict = pools[row.pk].proposal.verdict
        place = row.trial.candidate_id, row.requirement_id
        planned[place].append((row.named_values, verdict and Verdict(verdict)))
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
    reading = _PendingReader(book, credits, planned, awaited)
    return {candidate.pk: reading.of(candidate) for candidate in candidates}


@dataclass(frozen=True, slots=True)
class _PendingReader:
    book: Ledger
    credits: Credits
    planned: dict[Place, list[Planned]]
    awaited: dict[Place, list[Lists]]

    def of(self, candidate: Candidate) -> CandidateOwed:
        cells: list[OpenCell] = []
        recorded: list[RecordedCell] = []
        proposed: list[RecordedCell] = []
        tally = dict.fromkeys(Verdict, 0)
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
                tally[verdict] += 1
            planned = self.planned.get(place, [])
            counted = cell.state.counted
            waits = named_of(self.awaited.get(place, ()), counted)
            planned_values = named_of([named for named, _ in planned], counted)
            if values := open_values(requirement, counted, planned_values, waits):
                owed = self._cell(candidate, requirement, cell, values)
                verdicts = [verdict for _, verdict in planned]
                worst = harshest(verdicts)
                if (
                    worst
                    and None not in verdicts
                    and all(map(planned_values.__contains__, values))
                ):
                    proposed.append(owed.taken_as(worst))
                else:
                    cells.append(owed.at_most(worst) if worst else owed)
                continue
            judged += verdict is not None
            if waits:
                owed = self._cell(candidate, requirement, cell, waits)
                recorded.append(owed.taken_as(Verdict.FAILS))
        record = TrialRecord(
            tally[Verdict.HOLDS], tally[Verdict.PARTLY], tally[Verdict.FAILS]
        )
        return CandidateOwed(
            cells=tuple(cells),
            recorded=tuple(recorded),
            proposed=tuple(proposed),
            own=record,
            judged=judged,
            unanswered=unanswered,
        )

    def _cell(
        self,
        candidate: Candidate,
        requirement: Requirement,
        cell: LedgerCell,
        values: list[ValueState],
    ) -> OpenCell:
        rest = (value.credit for value in cell.state.counted if value not in values)
        least = min((credit or Decimal(0) for credit in rest), default=Decimal(1))
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


def open_values(
    requirement: Requirement,
    counted: Sequence[ValueState],
    planned_values: list[ValueState],
    waits: list[ValueState],
) -> list[ValueState]:
    """The values on which a criterion, that of `planned_values`, or the gate of trials
    owes a verdict."""
    if not requirement.weight and not knocks_out(requirement, counted):
        return []
    if not requirement.is_must:
        return planned_values
    return planned_values + [
        value
        for value in counted
        if not (
            value.tested
            or value.facts.excused
            or value in waits
            or value in planned_values
        )
    ]


def knocks_out(requirement: Requirement, values: Iterable[ValueState]) -> bool:
    return requirement.is_must and not all(value.facts.excused for value in values)


def named_of(named: Sequence[Lists], values: Sequence[ValueState]) -> list[ValueState]:
    """The values that these name; all where they name nothing, for then somebody is
    asked; none where there are none of these."""
    matches = [
        value
        for value in values
        if any(value.value in lists.get(value.list_name, ()) for lists in named)
    ]
    return matches or list(values if named else ())


def harshest(verdicts: Iterable[Verdict | None]) -> Verdict | None:
    return max(filter(None, verdicts), key=HARSHNESS.__getitem__, default=None)


def trial_verdict(cell: LedgerCell) -> Verdict | None:
    """The trial verdict of a cell, the harshest of its values; None without one."""
    return harshest(
        value.verdict_of(Source.TRIAL) for value in cell.state.counted if value.tested
    )


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
            if self.n == 1:
                return "1 run to confirm"
            return f"{self.n:,} runs to confirm"
        if self.n:
            return f"{self.n} of {self.least} runs"
        return "no run yet"


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
