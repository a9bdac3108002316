"""What the runs of criteria come to, counted in the database, and by day."""

import datetime
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone

from evaltracker.errors import Forbidden, why_not
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import require_stage
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.measures import (
    EXACT,
    KEPT,
    NOTHING,
    Measure,
    Proposal,
    UnitMismatch,
    convert,
    mean_of,
    propose,
    propose_of,
    propose_of_tests,
    ranks_of,
    written,
)
from evaltracker.toolbox.working_days import day_in_words
from trials.models import Criterion, Measurement, Run, RunReport, RunToken, Trial
from trials.models.runs import FAILED
from trials.policy import TRIAL_STAGES, check_running, may_lead, require_unclosed
from vendors.policy import may_read_answers
from vendors.wall import digest_of


class Spread(NamedTuple):
    """Of some numbers, in the measure's unit."""

    lowest: Decimal
    mean: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class DayOfRuns:
    """The runs of one day that count; tests have no spread."""

    day: datetime.date
    n: int
    spread: Spread | None
    failed: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Struck:
    day: datetime.date
    number: Decimal | None


@dataclass(frozen=True, slots=True)
class RunCount:
    measure: Measure | None
    proposal: Proposal
    days: Sequence[DayOfRuns] = ()
    struck: Sequence[Struck] = ()
    last_at: datetime.datetime | None = None

    @property
    def left_out(self) -> int:
        return sum(day.left_out for day in self.days)

    @property
    def missing(self) -> int:
        least = self.measure.least_n if self.measure else 1
        return max(least - self.proposal.n, 0)


@dataclass(slots=True)
class Sums:
    """What groups of runs of one criterion add up to, in the measure's unit."""

    n: int = 0
    total: Decimal = Decimal(0)
    lowest: Decimal | None = None
    highest: Decimal | None = None
    failed: int = 0
    left_out: int = 0

    def add(self, row: Mapping[str, Any], measure: Measure | None) -> None:
        self.left_out += row["out"]
        if measure is None:
            self.n += row["tests"]
            self.failed += row["failures"]
        if measure is None or not row["unit"] or not row["n"]:
            return
        low, high, total = (
            convert(row[name], row["unit"], measure.unit)
            for name in ("lowest", "highest", "total")
        )
        self.n += row["n"]
        self.total = EXACT.add(self.total, total)
        self.lowest = low if self.lowest is None else min(self.lowest, low)
        self.highest = high if self.highest is None else max(self.highest, high)

    @property
    def spread(self) -> Spread | None:
        """From the lowest to the highest; None of nothing."""
        if self.lowest is None or self.highest is None:
            return None
        mean = KEPT.plus(EXACT.divide(self.total, Decimal(self.n)))
        return Spread(self.lowest, mean, self.highest)

    def day(self, day: datetime.date) -> DayOfRuns:
        return DayOfRuns(
            day=day,
            n=self.n,
            spread=self.spread,
            failed=self.failed,
            left_out=self.left_out,
        )


# So many runs that somebody left out are drawn; each was a person's own act.
MOST_STRUCK = 200


@dataclass(slots=True)
class _Counted:
    measure: Measure | None
    whole: Sums = field(default_factory=Sums)
    days: dict[datetime.date, Sums] = field(default_factory=dict)
    units: set[str] = field(default_factory=set)
    struck: list[Struck] = field(default_factory=list)
    last_at: datetime.datetime | None = None
    # Why its runs cannot be counted: the measure has another unit since.
    mismatch: str = ""

    def add(self, row: Mapping[str, Any]) -> None:
        self.last_at = max(self.last_at or row["last"], row["last"])
        self.units.add(row["unit"])
        try:
            self.whole.add(row, self.measure)
            self.days.setdefault(row["day"], Sums()).add(row, self.measure)
        except UnitMismatch as error:
            self.mismatch = str(error)


def run_counts(criteria: Iterable[Criterion], zone: str) -> dict[uuid.UUID, RunCount]:
    """What the runs of each criterion come to, in three queries for all.

    A criterion without any run is not in it; one whose runs were all left out is.
    """
    measures = {row.pk: Measure.from_json(row.measure) for row in criteria}
    counted = _by_day(measures, zone)
    values = _ranked(counted)
    rows = (
        Run.objects.filter(criterion__in=counted, left_out_at__isnull=False)
        .order_by("-left_out_at")
        .values_list("criterion_id", "measured_at", "number", "unit")
    )
    for key, at, number, unit in rows[:MOST_STRUCK]:
        one = counted[key]
        if one.measure and number is not None and not one.mismatch:
            number = convert(number, unit, one.measure.unit)
        one.struck.append(Struck(at.astimezone(ZoneInfo(zone)).date(), number))
    return {
        key: RunCount(
            measure=one.measure,
            proposal=_proposal(one, values.get(key, ())),
            days=[sums.day(day) for day, sums in sorted(one.days.items())],
            struck=one.struck,
            last_at=one.last_at,
        )
        for key, one in counted.items()
    }


def _by_day(
    measures: Mapping[uuid.UUID, Measure | None], zone: str
) -> dict[uuid.UUID, _Counted]:
    counts = Q(left_out_at__isnull=True)
    rows = (
        Run.objects.filter(criterion__in=measures)
        .order_by()
        .annotate(day=TruncDate("measured_at", tzinfo=ZoneInfo(zone)))
        .values("criterion_id", "day", "unit")
        .annotate(
            n=Count("pk", filter=counts),
            out=Count("pk", filter=~counts),
            tests=Count("pk", filter=counts & Q(failed__isnull=False)),
            failures=Count("pk", filter=counts & Q(failed=True)),
            lowest=Min("number", filter=counts),
            highest=Max("number", filter=counts),
            total=Sum("number", filter=counts),
            last=Max("measured_at"),
        )
    )
    by_criterion: dict[uuid.UUID, _Counted] = {}
    for row in rows:
        key = row["criterion_id"]
        by_criterion.setdefault(key, _Counted(measures[key])).add(row)
    return by_criterion


def _ranked(counted: Mapping[uuid.UUID, _Counted]) -> dict[uuid.UUID, list[Decimal]]:
    """The numbers at the ranks of each criterion's statistic."""
    wanted = Q()
    for key, one in counted.items():
        if one.measure and one.whole.n and not one.mismatch:
            ranks = ranks_of(one.measure.statistic, one.whole.n)
            wanted |= Q(criterion=key, rank__in=ranks) if ranks else Q()
    if not wanted:
        return {}
    ordered = Window(
        RowNumber(), partition_by="criterion", order_by=_in_one_unit(counted)
    )
    rows = (
        Run.objects.counting()
        .filter(criterion__in=counted, number__isnull=False)
        .order_by()
        .annotate(rank=ordered)
        .filter(wanted)
    )
    by_criterion: dict[uuid.UUID, list[Decimal]] = {}
    for key, number, unit in rows.values_list("criterion_id", "number", "unit"):
        measure = counted[key].measure
        if measure is not None and number is not None:
            by_criterion.setdefault(key, []).append(convert(number, unit, measure.unit))
    return by_criterion


def _in_one_unit(counted: Mapping[uuid.UUID, _Counted]) -> F | CombinedExpression:
    """Numbers as they compare: by factor where a criterion has runs of two units."""
    factors = [
        When(criterion=key, unit=unit, then=Value(convert(Decimal(1), unit, wanted)))
        for key, one in counted.items()
        if one.measure and not one.mismatch
        for wanted in [one.measure.unit]
        for unit in sorted(one.units - {wanted, ""})
    ]
    if not factors:
        return F("number")
    return F("number") * Case(*factors, default=Value(Decimal(1)))


def _proposal(one: _Counted, at_ranks: Sequence[Decimal]) -> Proposal:
    measure, whole = one.measure, one.whole
    if measure is None:
        return propose_of_tests(whole.n, whole.failed)
    if one.mismatch:
        return replace(NOTHING, n=whole.n, why=one.mismatch)
    spread = whole.spread
    if spread is None:
        return NOTHING
    value = mean_of(at_ranks) if at_ranks else spread.mean
    return propose_of(measure, whole.n, value, spread.lowest, spread.highest)


SECRET = re.compile(r"evr_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
ENDED = "run_token_ended"


def find_run_tokens(secrets: Collection[str]) -> QuerySet[RunToken]:
    """The tokens of these secret texts, also those that have ended.

    Only what they open is read with them: whoever uses one locks and reads it anew.
    """
    rows: QuerySet[RunToken] = RunToken.objects.filter(
        digest__in=[digest_of(text) for text in secrets]
    )
    return rows.select_related("trial__candidate__evaluation").only(
        "trial__candidate__evaluation__id"
    )


def check_run_token(token: RunToken, now: datetime.datetime) -> None:
    """A token posts while its trial goes on as it was agreed, and whoever made it
    runs it.
    """
    trial = token.trial
    evaluation = trial.candidate.evaluation
    if token.revoked_at:
        raise _ended("This run token was revoked.")
    if not may_lead(token.made_by, trial):
        raise _ended(
            f"{token.made_by.name}, who made this token, no longer runs the trial."
        )
    if not may_read_answers(token.made_by, evaluation):
        raise _ended(
            f"{token.made_by.name}, who made this token, has a conflict of interest "
            "or has not declared yet."
        )
    require_unclosed(trial)
    require_stage(evaluation, *TRIAL_STAGES)
    check_running(trial.candidate)
    if wall_of(now, trial.zone).date() > trial.ends_on:
        last = day_in_words(trial.ends_on)
        raise _ended(f"The last day of the trial was {last}; this token ended with it.")
    if token.version != trial.version:
        raise _ended(
            "The contract was changed after this token was made, which posts for "
            f"version {token.version} and not for version {trial.version}."
        )


def _ended(sentence: str) -> Forbidden:
    return Forbidden(f"{sentence} Make another one on the trial's page.", code=ENDED)


SHOWN_REPORTS = 20


def tokens_of(trial: Trial) -> list[dict[str, Any]]:
    """Each run token, and why it has `ended` to post; blank while it does."""
    now, states = timezone.now(), []
    for token in trial.run_tokens.select_related("made_by"):
        token.trial = trial
        why = why_not(check_run_token, token, now)
        states.append({"token": token, "ended": why.sentence if why else ""})
    return states


def runs_of(trial: Trial) -> QuerySet[Run]:
    rows: QuerySet[Run] = Run.objects.filter(criterion__trial=trial)
    return rows.select_related(
        "criterion__requirement", "report", "left_out_by"
    ).order_by("-measured_at", "-id")


def reports_of(trial: Trial) -> QuerySet[RunReport]:
    rows: QuerySet[RunReport] = trial.run_reports.select_related("token")
    return rows.order_by("-received_at", "-id")


def reports_so_far(trial: Trial) -> dict[str, Any]:
    """How many reports there are, `n`, and when the last came."""
    return trial.run_reports.aggregate(n=Count("pk"), last=Max("received_at"))


def reported_so_far(trial: Trial) -> dict[str, int]:
    """The numbers of `reports`, of `runs` and of those `left_out`."""
    reports = reports_so_far(trial)
    runs = Run.objects.filter(criterion__trial=trial).aggregate(
        runs=Count("pk"), left_out=Count("pk", filter=Q(left_out_at__isnull=False))
    )
    return {"reports": reports["n"], **runs}


def propose_from(measure: Measure | None, results: Sequence[str]) -> Proposal:
    """What frozen runs propose; counted from nothing else."""
    if measure is None:
        return propose_of_tests(len(results), results.count(FAILED))
    return propose(measure, [Decimal(text) for text in results])


def value_text(proposal: Proposal) -> str:
    """The statistic as it is kept; blank for tests."""
    return "" if proposal.value is None else written(proposal.value)


def recount(evaluation: Evaluation) -> Iterator[str]:
    """A sentence for each number of a verdict that its frozen runs do not come to."""
    measurements = Measurement.objects.in_evaluation(evaluation).select_related(
        "evidence__claim__candidate", "evidence__claim__requirement"
    )
    for measurement in measurements.iterator(chunk_size=50):
        claim = measurement.evidence.claim
        where = f"{claim.candidate.name}, {claim.requirement.ref}, runs"
        try:
            again = _counted(measurement)
        except (ArithmeticError, TypeError, ValueError) as error:
            yield f"{where}: they cannot be counted any more: {error!r}"
            continue
        for name, value in again.items():
            if (frozen := getattr(measurement, name)) != value:
                yield f"{where}, {name}: frozen {frozen!r}, counted again {value!r}"
        verdict = measurement.evidence.verdict
        if verdict != again["proposed"] and not measurement.reason:
            yield (
                f"{where}: they propose “{again['proposed']}”, and “{verdict}” was "
                "recorded without a reason"
            )


def _counted(measurement: Measurement) -> dict[str, object]:
    measure = Measure.from_json(measurement.measure)
    proposal = propose_from(measure, measurement.results)
    return {
        "n": proposal.n,
        "value": value_text(proposal),
        "proposed": proposal.verdict,
    }
