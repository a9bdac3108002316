"""What the runs of criteria come to, counted in the database, and by day."""

import datetime
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    F,
    Max,
    Min,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
    prefetch_related_objects,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone

from evaltracker.errors import Forbidden, why_not
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import require_stage
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.measures import (
    AT_MOST,
    EVERY,
    FAILED,
    UNSAID,
    FileOfRuns,
    Measure,
    Pool,
    Pooled,
    Proposal,
    Tally,
    UnitMismatch,
    Verdict,
    convert,
    exact_verdict,
    places_of,
    pools_of,
    propose_frozen,
    propose_of_tests,
    propose_pools,
    verdict_of,
    written,
)
from evaltracker.toolbox.working_days import day_in_words
from trials.models import (
    Criterion,
    LeftOut,
    Measurement,
    Run,
    RunReport,
    RunToken,
    Trial,
)
from trials.models.runs import is_left_out
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
    """What runs come to in their pools; the days are those of the proposing one."""

    pooled: Pooled
    days: Sequence[DayOfRuns] = ()
    struck: Sequence[Struck] = ()
    last_at: datetime.datetime | None = None

    @property
    def measure(self) -> Measure | None:
        return self.pooled.measure

    @property
    def proposal(self) -> Proposal:
        return self.pooled.proposal

    @property
    def left_out(self) -> int:
        return self.pooled.left_out


def left_out_case() -> Case:
    """Whether a run is left out, as a column."""
    return Case(When(is_left_out(), then=True), default=False)


# So many runs that somebody left out are drawn.
MOST_STRUCK = 200
IS_NUMBER = Q(number__isnull=False) & (Q(failed__isnull=True) | Q(failed=False))


@dataclass(slots=True)
class _Counted:
    """The runs of one criterion while they are counted."""

    measure: Measure | None
    # By report, day, and whether they were left out.
    tallies: dict[tuple[uuid.UUID, datetime.date, bool], Tally]
    units: set[str] = field(default_factory=set)
    last_at: datetime.datetime | None = None
    pooled: Pooled = field(init=False)
    # Its runs cannot be counted: the measure has another unit since.
    mismatch: str = ""

    def add(self, row: Mapping[str, Any]) -> None:
        self.last_at = max(self.last_at or row["last"], row["last"])
        self.units.add(row["unit"])
        place = (row["report_id"], row["day"], row["out"])
        try:
            tally = _tally(row, self.measure)
        except UnitMismatch as error:
            self.mismatch = str(error)
        else:
            self.tallies[place] = self.tallies.get(place, Tally()) + tally

    @property
    def may_move(self) -> bool:
        """Whether files could carry another verdict: not if all numbers carry one."""
        whole = sum((t for (*_, out), t in self.tallies.items() if not out), Tally())
        if self.measure is None or whole.lowest is None or whole.highest is None:
            return False
        ends = {verdict_of(self.measure, end) for end in (whole.lowest, whole.highest)}
        return bool(whole.failed) or len(ends) > 1

    def sort(
        self,
        declared: Pool,
        reports: Mapping[uuid.UUID, tuple[str, str, str]],
        within: Mapping[uuid.UUID, Tally],
    ) -> None:
        """Into pools, whose numbers are not known yet."""
        files: dict[uuid.UUID, tuple[Tally, Tally]] = {}
        for (report, _, out), tally in self.tallies.items():
            counted, left = files.get(report, (within.get(report, Tally()), Tally()))
            of = (counted, left + tally) if out else (counted + tally, left)
            files[report] = of
        self.pooled = pools_of(
            self.measure,
            declared,
            (FileOfRuns(*reports[key], *files[key]) for key in files),
        )

    def days(
        self, reports: Mapping[uuid.UUID, tuple[str, str, str]]
    ) -> list[DayOfRuns]:
        if self.pooled.proposing is None:
            return []
        keys = {file.key for file in self.pooled.proposing.files}
        days: dict[datetime.date, list[Tally]] = {}
        for (report, day, out), tally in self.tallies.items():
            if reports[report][0] in keys:
                days.setdefault(day, [Tally(), Tally()])[out] += tally
        return [
            DayOfRuns(
                day,
                counted.numbers if self.measure else counted.n,
                _spread(counted) if self.measure else None,
                counted.failed,
                out.n,
            )
            for day, (counted, out) in sorted(days.items())
        ]


def _tally(row: Mapping[str, Any], measure: Measure | None) -> Tally:
    if measure is None:
        return Tally(row["passed"], row["failures"])
    if not row["n"]:
        return Tally(0, row["failures"])
    ends = (
        convert(row[name], row["unit"], measure.unit)
        for name in ("total", "lowest", "highest")
    )
    total, lowest, highest = ends
    return Tally(row["n"], row["failures"], total, lowest, highest)


def _spread(tally: Tally) -> Spread | None:
    if tally.lowest is None or tally.highest is None:
        return None
    return Spread(tally.lowest, tally.mean, tally.highest)


def pooled_runs(criteria: Iterable[Criterion]) -> dict[uuid.UUID, Pooled]:
    """What the runs of each criterion come to in their pools, in six queries for all;
    also of those without any run."""
    rows = list(criteria)
    counts = run_counts(rows, "UTC")
    return {
        row.pk: counts[row.pk].pooled
        if row.pk in counts
        else pools_of(Measure.from_json(row.measure), row.declared, ())
        for row in rows
    }


def run_counts(criteria: Iterable[Criterion], zone: str) -> dict[uuid.UUID, RunCount]:
    """The same with their days in `zone`; a criterion without any run is not in it,
    one whose runs were all left out is."""
    named = {row.pk: row for row in criteria}
    prefetch_related_objects(list(named.values()), "trial")
    counted = _by_report_and_day(named, zone)
    if not counted:
        return {}
    reports = {
        key: (name, environment, commit)
        for key, name, environment, commit in RunReport.objects.filter(
            trial__in={named[key].trial_id for key in counted}
        ).values_list("pk", "key", "environment", "commit")
    }
    within = _within_bounds(counted)
    for key, one in counted.items():
        one.sort(named[key].declared, reports, within.get(key, {}))
    at, with_out = _at_places(counted), _at_places(counted, with_out=True)
    for key, one in counted.items():
        first = one.pooled.proposing
        one.pooled = propose_pools(
            one.pooled,
            at.get(key, {}),
            with_out.get(key, {}).get(first.pool, ()) if first else (),
            partial(_exact_without, key, one),
        )
        if one.mismatch:
            one.pooled = Pooled(one.measure, mismatch=one.mismatch)
    struck = _struck(counted, zone)
    return {
        key: RunCount(one.pooled, one.days(reports), struck.get(key, ()), one.last_at)
        for key, one in counted.items()
    }


def _struck(
    counted: Mapping[uuid.UUID, _Counted], zone: str
) -> dict[uuid.UUID, list[Struck]]:
    rows = (
        Run.objects.filter(is_left_out(), criterion__in=counted)
        .order_by("-measured_at")
        .values_list("criterion_id", "measured_at", "number", "unit", "report__key")
    )
    struck: dict[uuid.UUID, list[Struck]] = {}
    for key, at, number, unit, report in rows[:MOST_STRUCK]:
        measure, first = counted[key].measure, counted[key].pooled.proposing
        if first is None or report not in {file.key for file in first.files}:
            continue
        if measure and number is not None:
            number = convert(number, unit, measure.unit)
        day = at.astimezone(ZoneInfo(zone)).date()
        struck.setdefault(key, []).append(Struck(day, number))
    return struck


def _by_report_and_day(
    criteria: Mapping[uuid.UUID, Criterion], zone: str
) -> dict[uuid.UUID, _Counted]:
    rows = (
        Run.objects.filter(criterion__in=criteria)
        .order_by()
        .annotate(
            day=TruncDate("measured_at", tzinfo=ZoneInfo(zone)),
            out=left_out_case(),
        )
        .values("criterion_id", "report_id", "day", "unit", "out")
        .annotate(
            n=Count("pk", filter=IS_NUMBER),
            passed=Count("pk", filter=Q(failed=False)),
            failures=Count("pk", filter=Q(failed=True)),
            lowest=Min("number", filter=IS_NUMBER),
            highest=Max("number", filter=IS_NUMBER),
            total=Sum("number", filter=IS_NUMBER),
            last=Max("measured_at"),
        )
    )
    by_criterion: dict[uuid.UUID, _Counted] = {}
    for row in rows:
        key = row["criterion_id"]
        if key not in by_criterion:
            measure = Measure.from_json(criteria[key].measure)
            by_criterion[key] = _Counted(measure, {})
        by_criterion[key].add(row)
    return by_criterion


def _within_bounds(
    counted: Mapping[uuid.UUID, _Counted],
) -> dict[uuid.UUID, dict[uuid.UUID, Tally]]:
    """By criterion and report, how many numbers are no worse than the bound, and than
    its tolerance; of those criteria alone in which a file may move the verdict."""
    holding, tolerated, tried = Q(), Q(), []
    for key, one in counted.items():
        measure = one.measure
        several = len({report for report, *_ in one.tallies}) > 1
        if measure is None or one.mismatch or not several or not one.may_move:
            continue
        tried.append(key)
        at_most = measure.direction == AT_MOST
        compare = "number__lte" if at_most else "number__gte"
        more = (measure.tolerance or 0) * (1 if at_most else -1)
        for unit in one.units - {""}:
            bound, last = (
                convert(end, measure.unit, unit)
                for end in (measure.bound, measure.bound + more)
            )
            holding |= Q((compare, bound), criterion=key, unit=unit)
            tolerated |= Q((compare, last), criterion=key, unit=unit)
    if not tried:
        return {}
    rows = (
        Run.objects.counting()
        .filter(IS_NUMBER, criterion__in=tried)
        .order_by()
        .values_list("criterion", "report")
        .annotate(
            holding=Count("pk", filter=holding),
            tolerated=Count("pk", filter=tolerated),
        )
    )
    by_criterion: dict[uuid.UUID, dict[uuid.UUID, Tally]] = {}
    for key, report, held, near in rows:
        tally = Tally(holding=held, tolerated=near)
        by_criterion.setdefault(key, {})[report] = tally
    return by_criterion


type AtPlaces = dict[uuid.UUID, dict[Pool, list[Decimal]]]


def _at_places(
    counted: Mapping[uuid.UUID, _Counted], *, with_out: bool = False
) -> AtPlaces:
    """By criterion and pool, the numbers at the places of its statistic; with those
    that were left out, of the proposing pool alone."""
    wanted, every, joined = Q(), set[int](), list[uuid.UUID]()
    at: AtPlaces = {}
    pools: dict[tuple[uuid.UUID, str, str], Pool] = {}
    for key, one in counted.items():
        for count in one.pooled.pools:
            if one.mismatch or (with_out and not count.out.n):
                continue
            tally = count.counted + count.out if with_out else count.counted
            places = places_of(one.measure, tally)
            if not places:
                continue
            raw = {
                (file.environment, EVERY if count.pool.commit == EVERY else file.commit)
                for file in count.files
            }
            if len(raw) > 1:  # one name in several spellings
                numbers = _numbers(key, one.measure, count.files, with_out=with_out)
                found = [numbers[place - 1] for place in places]
                at.setdefault(key, {})[count.pool] = found
                continue
            pools[key, *raw.copy().pop()] = count.pool
            environment, commit = raw.pop()
            if commit == EVERY:
                joined.append(key)
            place = {"environment": environment, "commit": commit}
            wanted |= Q(criterion=key, rank__in=places, **place)
            every |= {*places}
    if not wanted:
        return at
    rows = (
        (Run.objects.all() if with_out else Run.objects.counting())
        .filter(IS_NUMBER, criterion__in=counted)
        .order_by()
        .annotate(
            environment=F("report__environment"),
            commit=Case(
                When(criterion__in=joined, then=Value(EVERY)),
                default=F("report__commit"),
            ),
            rank=Window(
                RowNumber(),
                partition_by=("criterion", "environment", "commit"),
                order_by=_in_one_unit(counted),
            ),
        )
        # Most rows are told from the rank alone.
        .filter(Q(rank__in=every) & wanted)
    )
    named = ("criterion_id", "environment", "commit", "number", "unit")
    for key, environment, commit, number, unit in rows.values_list(*named):
        measure, pool = counted[key].measure, pools[key, environment, commit]
        if measure is not None and number is not None:
            number = convert(number, unit, measure.unit)
            at.setdefault(key, {}).setdefault(pool, []).append(number)
    return at


def _numbers(
    key: uuid.UUID,
    measure: Measure | None,
    files: Iterable[FileOfRuns],
    *,
    with_out: bool = False,
) -> list[Decimal]:
    """All numbers that files have for a criterion, in their order."""
    rows = Run.objects.all() if with_out else Run.objects.counting()
    rows = rows.filter(
        IS_NUMBER, criterion=key, report__key__in=[file.key for file in files]
    )
    return sorted(
        convert(number, unit, measure.unit)
        for number, unit in rows.values_list("number", "unit").iterator()
        if measure and number is not None
    )


def _exact_without(key: uuid.UUID, one: _Counted, file_key: str) -> Verdict | None:
    first = one.pooled.proposing
    rest = first.without(file_key) if first else []
    return exact_verdict(one.measure, rest, _numbers(key, one.measure, rest))


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
    return (
        rows.select_related("criterion__requirement", "report")
        .prefetch_related(
            Prefetch("left_out", standing(), to_attr="own_out"),
            Prefetch("report__left_out", standing_whole(), to_attr="whole_out"),
        )
        .order_by("-measured_at", "-id")
    )


def standing() -> QuerySet[LeftOut]:
    """What is left out at the moment, with whoever did it."""
    rows: QuerySet[LeftOut] = LeftOut.objects.filter(taken_back_at__isnull=True)
    return rows.select_related("left_out_by", "report", "run")


def standing_whole() -> QuerySet[LeftOut]:
    """The same of whole reports alone."""
    return standing().filter(run__isnull=True)


def reports_of(trial: Trial) -> QuerySet[RunReport]:
    rows: QuerySet[RunReport] = trial.run_reports.select_related("token")
    whole = Prefetch("left_out", standing_whole(), to_attr="whole_out")
    return rows.prefetch_related(whole).order_by("-received_at", "-id")


def reports_so_far(trial: Trial) -> dict[str, Any]:
    """How many reports there are, `n`, and when the last came."""
    return trial.run_reports.aggregate(n=Count("pk"), last=Max("received_at"))


def reported_so_far(trial: Trial) -> dict[str, int]:
    """The numbers of `reports`, of `runs` and of those `left_out`."""
    reports = reports_so_far(trial)
    runs = Run.objects.filter(criterion__trial=trial).aggregate(
        runs=Count("pk"), left_out=Count("pk", filter=is_left_out())
    )
    return {"reports": reports["n"], **runs}


def value_text(proposal: Proposal) -> str:
    """The statistic as it is kept; blank for tests."""
    if proposal.fell:
        return FAILED
    return "" if proposal.value is None else written(proposal.value)


def frozen_pool(measurement: Measurement) -> Pooled:
    """What the frozen runs of a verdict come to, counted from nothing else.

    Raises:
        ValueError: its files have more or fewer runs than it.

    """
    measure, results = Measure.from_json(measurement.measure), measurement.results
    pool = Pool(**measurement.pool) if measurement.pool else UNSAID
    said = measurement.files or [{"id": "", "n": len(results)}]
    if sum(file["n"] for file in said) != len(results):
        raise ValueError("its files have another number of runs")
    files: list[tuple[FileOfRuns, list[str], list[str]]] = []
    start = 0
    for file in said:
        part = results[start : start + file["n"]]
        start += file["n"]
        one = FileOfRuns(file["id"], *pool, Tally.of(measure, part))
        files.append((one, part, []))
    out = measurement.results_out
    left = FileOfRuns("", *pool, Tally(), Tally.of(measure, out))
    return propose_frozen(measure, pool, [*files, (left, [], out)] if out else files)


def frozen_numbers(pooled: Pooled) -> dict[str, Any]:
    """What is kept of a verdict's runs beside the runs themselves."""
    proposal, whole = pooled.proposal, pooled.with_left_out
    left_out = {
        "n": pooled.left_out,
        "of": pooled.left_out + proposal.n,
        "value_with": value_text(whole),
        "proposed_with": whole.verdict,
    }
    return {
        "n": proposal.n,
        "value": value_text(proposal),
        "proposed": proposal.verdict,
        "failed": proposal.failed,
        "left_out": left_out if pooled.left_out else {},
        "moves": [{"id": key, "without": without} for key, without in pooled.moves],
    }


def declared_then(criterion: Criterion) -> dict[str, Any]:
    """What the contract declares, since which day, and how many of the runs that there
    are were in by then; {} if it declares nothing."""
    declared = criterion.declared
    moments = [criterion.declared_at, criterion.trial.declared_at]
    last = max((moment for moment in moments if moment), default=None)
    if not any(declared) or last is None:
        return {}
    runs = Run.objects.filter(criterion=criterion, report__received_at__lte=last)
    day = wall_of(last, criterion.trial.zone).date()
    return {**declared._asdict(), "on": day.isoformat(), "runs": runs.count()}


def who_left_out(
    rows: Iterable[LeftOut], criterion: uuid.UUID, keys: Collection[str]
) -> dict[str, list[str]]:
    """Of what is left out: by whom and why runs that these reports have for a
    criterion, each once."""
    own = [
        row
        for row in rows
        if row.report.key in keys
        and (row.run is None or row.run.criterion_id == criterion)
    ]
    return {
        "by": list(dict.fromkeys(row.left_out_by.name for row in own)),
        "reasons": list(dict.fromkeys(row.reason for row in own)),
    }


def recount(evaluation: Evaluation) -> Iterator[str]:
    """A sentence for each number of a verdict that its frozen runs do not come to."""
    measurements = Measurement.objects.in_evaluation(evaluation).select_related(
        "evidence__claim__candidate", "evidence__claim__requirement"
    )
    for measurement in measurements.iterator(chunk_size=50):
        claim = measurement.evidence.claim
        where = f"{claim.candidate.name}, {claim.requirement.ref}, runs"
        try:
            pooled = frozen_pool(measurement)
            again = _counted_again(measurement, pooled)
        except (ArithmeticError, KeyError, TypeError, ValueError) as error:
            yield f"{where}: they cannot be counted any more: {error!r}"
            continue
        for name, value in again.items():
            if (frozen := getattr(measurement, name)) != value:
                yield f"{where}, {name}: frozen {frozen!r}, counted again {value!r}"
        verdict = measurement.evidence.verdict
        if measurement.reason:
            continue
        if verdict != again["proposed"]:
            yield (
                f"{where}: they propose “{again['proposed']}”, and “{verdict}” was "
                "recorded without a reason"
            )
        elif measurement.pool and pooled.needs_reason:
            yield (
                f"{where}: one file or what was left out turns the verdict, which was "
                "recorded without a reason"
            )


def _counted_again(measurement: Measurement, pooled: Pooled) -> dict[str, Any]:
    again = frozen_numbers(pooled)
    if not measurement.pool:
        return {name: again[name] for name in ("n", "value", "proposed")}
    if again["left_out"]:
        # Who and why is no number.
        again["left_out"] = {**measurement.left_out, **again["left_out"]}
    again["others"] = [
        {**row, "would_be": _would_be(pooled.measure, row)}
        for row in measurement.others
    ]
    return again


def _would_be(measure: Measure | None, row: Mapping[str, Any]) -> Verdict | None:
    n, value = row["n"], row["value"]
    if measure is None:
        return propose_of_tests(n, row["failed"]).verdict
    if n < measure.least_n:
        return None
    return "fails" if value == FAILED else verdict_of(measure, Decimal(value))
