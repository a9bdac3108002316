"""Which trial verdicts are still owed, from what is planned and what the gate asks."""

import datetime
import uuid
import zoneinfo
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Requirement
from trials.choices import Source
from trials.models import Criterion, Evidence, Gap, Run, Trial
from trials.policy import today_in
from trials.scoring import Credits, Standing, ValueState, Verdict
from trials.scoring import Source as FactsSource
from trials.scoring.ledger import HARSHNESS
from trials.scoring.open_cells import OpenCell, RecordedCell, TrialRecord
from trials.selectors.cell_tuples import Cell, awaiting_reply
from trials.selectors.ledger import Ledger
from vendors.models import Candidate, Ruling

# How far a trial has come: criteria judged, must-haves exercised by day.


@dataclass(frozen=True, slots=True)
class DayShare:
    """How many must-haves had been exercised by the end of one day of the trial."""

    day: datetime.date
    number: int
    exercised: int
    asked: int

    @property
    def share(self) -> Fraction | None:
        """Exercised of asked; None if there is no must-have."""
        return Fraction(self.exercised, self.asked) if self.asked else None


def unjudged_criteria() -> QuerySet[Criterion]:
    """Criteria without a verdict on words that stand; filter it by trial.

    A criterion of a retired requirement needs none.
    """
    judged = Evidence.objects.filter(
        criterion=OuterRef("pk"),
        claim__superseded_at__isnull=True,
        claim__requirement_revision__gte=F("claim__requirement__revision"),
    )
    return Criterion.objects.filter(
        ~Exists(judged), requirement__retired_at__isnull=True
    ).select_related("requirement", "trial")


def exercised_by_day(
    trial: Trial, today: datetime.date | None = None
) -> list[DayShare]:
    """For each day of the trial until `today`, how many must-haves had been tried.

    A must-have is exercised by the first verdict of this trial on any revision of
    the candidate's claim, or by the first run that counts if the trial measures it;
    what was tried before day one counts on day one.
    """
    musts = asked_musts(trial)
    first = _first_exercised(trial, [requirement.pk for requirement in musts])
    last = min(today or today_in(trial.zone), trial.ends_on)
    return [
        DayShare(
            day=day,
            number=number + 1,
            exercised=sum(tried <= day for tried in first.values()),
            asked=len(musts),
        )
        for number in range((last - trial.starts_on).days + 1)
        for day in [trial.starts_on + datetime.timedelta(days=number)]
    ]


def half_time_alarm(
    trial: Trial, today: datetime.date | None = None
) -> list[Requirement]:
    """The must-haves that nobody has touched once half of an open trial is gone."""
    day = today or today_in(trial.zone)
    length = (trial.ends_on - trial.starts_on).days + 1
    if trial.closed_at or 2 * (day - trial.starts_on).days < length:
        return []
    musts = asked_musts(trial)
    first = _first_exercised(trial, [requirement.pk for requirement in musts])
    return [requirement for requirement in musts if requirement.pk not in first]


def asked_musts(trial: Trial) -> list[Requirement]:
    """Must-haves that apply to the candidate of the trial."""
    return list(
        Requirement.objects.filter(
            evaluation=trial.candidate.evaluation_id,
            priority=Priority.MUST,
            retired_at__isnull=True,
        ).exclude(
            pk__in=Ruling.objects.whole()
            .filter(candidate=trial.candidate_id)
            .values("requirement")
        )
    )


def _first_exercised(
    trial: Trial, requirements: list[uuid.UUID]
) -> dict[uuid.UUID, datetime.date]:
    """By requirement, the day in the trial's zone of its first verdict, or of its first
    run where the trial measures it."""
    zone, wanted = zoneinfo.ZoneInfo(trial.zone), set(requirements)
    found = Evidence.objects.filter(
        Q(criterion__isnull=True) | Q(criterion__trial=trial),
        source=Source.TRIAL,
        claim__candidate=trial.candidate_id,
        claim__requirement__in=requirements,
        reconfirms__isnull=True,
    )
    first: dict[uuid.UUID, datetime.date] = {}
    for requirement, at in found.order_by("recorded_at").values_list(
        "claim__requirement_id", "recorded_at"
    ):
        first.setdefault(requirement, at.astimezone(zone).date())
    for requirement, earliest in _first_runs(trial).items():
        first.pop(requirement, None)
        if earliest is not None:
            first[requirement] = earliest.astimezone(zone).date()
    return {key: day for key, day in first.items() if key in wanted}


def _first_runs(trial: Trial) -> dict[uuid.UUID, datetime.datetime | None]:
    """By measured requirement, when the first run that counts was; None without one."""
    runs = Run.objects.counting().filter(criterion=OuterRef("pk"))
    earliest = runs.order_by("measured_at").values("measured_at")[:1]
    measured = trial.criteria.exclude(measure={}).order_by()
    found: dict[uuid.UUID, datetime.datetime | None] = {}
    for requirement, at in measured.values_list("requirement_id", Subquery(earliest)):
        known = found.setdefault(requirement, at)
        if at is not None and (known is None or at < known):
            found[requirement] = at
    return found


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
    """The ledger beside what is planned and what waits for a vendor's reply."""

    book: Ledger
    credits: Credits
    planned: Named
    awaited: Named

    def of(self, candidate: Candidate) -> CandidateOwed:
        """Go through the candidate's cells in the order of the requirements."""
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
        found = named_of(self.planned[place], counted) if place in self.planned else []
        if requirement.is_must:
            waits = (
                named_of(self.awaited[place], counted) if place in self.awaited else []
            )
            found += [
                one
                for one in counted
                if not one.tested
                and not one.facts.excused
                and one not in waits
                and one not in found
            ]
        return found

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
    """Whether the candidate is out if one of these values fails."""
    return requirement.is_must and not all(one.facts.excused for one in values)


def named_of(
    named: Iterable[dict[str, list[str]]], values: Sequence[ValueState]
) -> list[ValueState]:
    """The values that are named; all where nothing is, for then somebody is asked."""
    found = [
        one
        for one in values
        if any(one.value in each.get(one.list_name, ()) for each in named)
    ]
    return found or list(values)


def least_of(values: Iterable[ValueState]) -> Decimal:
    """The least that one of these values earns."""
    return min((one.credit or Decimal(0) for one in values), default=Decimal(1))


def trial_verdict(cell: Cell) -> Verdict | None:
    """The trial verdict of a cell, the harshest of its values; None without one."""
    found = (
        one.verdict_of(FactsSource.TRIAL) for one in cell.state.counted if one.tested
    )
    return max(filter(None, found), key=HARSHNESS.__getitem__, default=None)


# What a vendor may read of its own trials: from the agreement on.


def agreed_trial(candidate: Candidate) -> Trial | None:
    """The agreed trial that starts last, with its milestones, criteria and gaps."""
    rows: QuerySet[Trial] = Trial.objects.filter(
        candidate=candidate, agreed_at__isnull=False
    )
    return (
        rows.prefetch_related(
            "milestones", "criteria__requirement", "gaps__requirement"
        )
        .order_by("starts_on", "agreed_at")
        .last()
    )


def agreed_gaps(candidate: Candidate) -> QuerySet[Gap]:
    """What agreed trials of a candidate found missing."""
    rows: QuerySet[Gap] = Gap.objects.filter(
        trial__candidate=candidate, trial__agreed_at__isnull=False
    )
    return rows.select_related("requirement", "trial__candidate__evaluation")


def own_runs(trial: Trial) -> QuerySet[Run]:
    """The numbers that the buyer's programs measured, also those that were left out;
    never where or from what they came."""
    rows: QuerySet[Run] = Run.objects.filter(
        criterion__trial=trial, number__isnull=False
    )
    return rows.select_related("criterion__requirement").only(
        *("number", "unit", "measured_at", "criterion__position"),
        "criterion__requirement__ref",
    )
