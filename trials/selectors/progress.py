"""How far a trial has come: criteria judged, must-haves exercised by day."""

import datetime
import uuid
import zoneinfo
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Requirement
from trials.choices import Source
from trials.models import Criterion, Evidence, Run, Trial
from trials.policy import today_in
from vendors.models import Ruling


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
