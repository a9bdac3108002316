"""What the runs of criteria come to, counted in the database, and by day."""

import datetime
import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Max,
    Prefetch,
    Q,
    QuerySet,
    StringAgg,
    TextField,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from evaltracker.errors import Forbidden, why_not
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import require_stage
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.measures import (
    FAILED,
    UNSAID,
    FileOfRuns,
    Measure,
    Pool,
    Pooled,
    ProposedVerdict,
    Results,
    UnitMismatch,
    Verdict,
    convert,
    count_pools,
    mean_of,
    propose_of_tests,
    sum_of,
    verdict_of,
    written,
)
from evaltracker.toolbox.secrets import digest_of
from evaltracker.toolbox.working_days import day_in_words
from trials.models import (
    Criterion,
    Evidence,
    LeftOut,
    Measurement,
    Run,
    RunReport,
    RunToken,
    Trial,
)
from trials.models.runs import is_left_out
from trials.policy import TRIAL_STAGES, check_running, may_lead, require_unclosed
from trials.run_formats import key_of_code
from vendors.policy import may_read_answers

# So many runs of a day that somebody left out are drawn.
MOST_STRUCK = 200


class RunSpread(NamedTuple):
    """Of some numbers, in the measure's unit."""

    lowest: Decimal
    mean: Decimal
    highest: Decimal


@dataclass(frozen=True, slots=True)
class DayOfRuns:
    """The runs of one day that count; tests have no spread."""

    day: datetime.date
    n: int
    spread: RunSpread | None
    failed: int
    left_out: int
    # Numbers that were left out, as many as are drawn.
    struck: Sequence[Decimal]

    @classmethod
    def of(cls, day: datetime.date, counted: Results, out: Results) -> "DayOfRuns":
        numbers = counted.numbers
        spread = None
        if numbers:
            spread = RunSpread(numbers[0], mean_of(numbers), numbers[-1])
        drawn = out.numbers[:MOST_STRUCK]
        return cls(day, counted.n, spread, counted.failed, out.n, drawn)


@dataclass(frozen=True, slots=True)
class RunCount:
    """What runs come to in their pools; the days are those of the proposing one."""

    pooled: Pooled
    days: Sequence[DayOfRuns] = ()
    last_at: datetime.datetime | None = None


IS_NUMBER = Q(number__isnull=False) & (Q(failed__isnull=True) | Q(failed=False))
BETWEEN = " "


class LoadedRuns:
    """The runs of one criterion, by report, day, and whether they were left out."""

    def __init__(self, criterion: Criterion) -> None:
        self.measure = Measure.from_json(criterion.measure)
        self.declared = criterion.declared
        self.results: dict[tuple[RunReport, datetime.date, bool], Results] = {}
        self.last_at: datetime.datetime | None = None
        self.mismatch = ""

    def add(self, report: RunReport, row: Mapping[str, Any]) -> None:
        self.last_at = max(self.last_at or row["last"], row["last"])
        numbers: list[Decimal] = []
        if self.measure:
            passed = 0
        else:
            passed = row["passed"]
        if self.measure is not None and row["numbers"]:
            texts = row["numbers"].split(BETWEEN)
            unit = row["unit"]
            try:
                numbers = [
                    convert(Decimal(text), unit, self.measure.unit) for text in texts
                ]
            except UnitMismatch as error:
                self.mismatch = str(error)
        place = (report, row["day"], row["out"])
        results = [Results(numbers, passed, row["failures"])]
        if place in self.results:  # in another unit
            results.append(self.results[place])
        self.results[place] = sum_of(results)

    def files(self) -> list[FileOfRuns]:
        parts: dict[RunReport, tuple[list[Results], list[Results]]] = {}
        for (report, _, out), results in self.results.items():
            parts.setdefault(report, ([], []))[out].append(results)
        return [
            FileOfRuns(
                run_report.key,
                run_report.environment,
                run_report.commit,
                *map(sum_of, both),
            )
            for run_report, both in parts.items()
        ]

    def pooled(self, declared: Pool | None = None) -> Pooled:
        if self.mismatch:
            return Pooled(self.measure, mismatch=self.mismatch)
        return count_pools(self.measure, declared or self.declared, self.files())

    def days(self, keys: Collection[str]) -> list[DayOfRuns]:
        days: dict[datetime.date, tuple[list[Results], list[Results]]] = {}
        for (report, day, out), results in self.results.items():
            if report.key in keys:
                days.setdefault(day, ([], []))[out].append(results)
        return [
            DayOfRuns.of(day, sum_of(counted), sum_of(out))
            for day, (counted, out) in sorted(days.items())
        ]


def load_runs(
    criteria: Iterable[Criterion], zone: str = "UTC"
) -> dict[uuid.UUID, LoadedRuns]:
    """The runs of criteria, with their days in `zone`, in two queries for all; those
    without any run are not in it.

    The numbers of a group come as one text: a row for each would take longer than all
    that is counted of them.
    """
    named = {row.pk: row for row in criteria}
    prefetch_related_objects(list(named.values()), "trial")
    rows = list(
        Run.objects.filter(criterion__in=named)
        .order_by()
        .annotate(
            day=TruncDate("measured_at", tzinfo=ZoneInfo(zone)),
            out=Case(When(is_left_out(), then=True), default=False),
        )
        .values("criterion_id", "report_id", "day", "unit", "out")
        .annotate(
            numbers=StringAgg(
                Cast("number", TextField()), Value(BETWEEN), filter=IS_NUMBER
            ),
            passed=Count("pk", filter=Q(failed=False)),
            failures=Count("pk", filter=Q(failed=True)),
            last=Max("measured_at"),
        )
    )
    described = RunReport.objects.only("key", "environment", "commit")
    reports = described.in_bulk({row["report_id"] for row in rows})
    loaded: dict[uuid.UUID, LoadedRuns] = {}
    for row in rows:
        key = row["criterion_id"]
        if key not in loaded:
            loaded[key] = LoadedRuns(named[key])
        loaded[key].add(reports[row["report_id"]], row)
    return loaded


def pooled_runs(criteria: Iterable[Criterion]) -> dict[uuid.UUID, Pooled]:
    """What the runs of each criterion come to in their pools; also of those without
    any run."""
    rows = list(criteria)
    loaded = load_runs(rows)
    return {row.pk: loaded.get(row.pk, LoadedRuns(row)).pooled() for row in rows}


def run_counts(criteria: Iterable[Criterion], zone: str) -> dict[uuid.UUID, RunCount]:
    """The same with their days in `zone`; a criterion without any run is not in it,
    one whose runs were all left out is."""
    counts = {}
    for key, runs in load_runs(criteria, zone).items():
        pooled = runs.pooled()
        keys = pooled.proposing.keys if pooled.proposing else ()
        counts[key] = RunCount(pooled, runs.days(keys), runs.last_at)
    return counts


def codes_of(trial: uuid.UUID) -> dict[str, str]:
    """The codes of a trial's criteria as names of tests write them."""
    codes = Criterion.objects.filter(trial=trial).values_list("code", flat=True)
    return {key_of_code(code): code for code in codes if code}


def runs_by_code(report: RunReport) -> dict[str, int]:
    rows = report.runs.order_by().values_list("criterion__code")
    return dict(rows.annotate(n=Count("pk")).order_by("criterion__code"))


def results_by_token(
    token: RunToken, environment: str = "", commit: str = ""
) -> list[dict[str, Any]]:
    """The same for who holds the token.

    Raises:
        Forbidden: it has ended. Refused: the trial is closed.
    """
    rows = RunToken.objects.select_related(
        "made_by", "trial__lead", "trial__candidate__evaluation__owner"
    )
    fresh = rows.get(pk=token.pk)
    check_run_token(fresh, timezone.now())
    return results_of(fresh.trial, environment, commit)


def results_of(
    trial: Trial, environment: str = "", commit: str = ""
) -> list[dict[str, Any]]:
    """What the runs of each criterion come to, as programs read it: no words of people,
    claims or prices. A pool that is asked for stands where the declared one does."""
    criteria = list(trial.criteria.all())
    for row in criteria:
        row.trial = trial
        row.counted_environment = environment or row.counted_environment
        row.counted_commit = commit or row.counted_commit
    confirmed = dict(
        Evidence.objects.filter(criterion__in=criteria, measurement__isnull=False)
        .order_by("recorded_at")
        .values_list("criterion_id", "verdict")
    )
    pooled = pooled_runs(criteria)
    return [_result(row, pooled[row.pk], confirmed.get(row.pk)) for row in criteria]


def _result(
    criterion: Criterion, pooled: Pooled, confirmed: str | None
) -> dict[str, Any]:
    measure = pooled.measure
    proposal = pooled.proposal
    return {
        "code": criterion.code,
        "bound": measure.reach if measure else None,
        "n": proposal.n,
        "least": measure.least_n if measure else 1,
        "missing": pooled.missing,
        "failed": proposal.failed,
        "value": value_text(proposal) or None,
        "unit": measure.unit if measure else None,
        "proposed": proposal.verdict,
        "why": proposal.why,
        "asks": pooled.asks or None,
        "left_out": pooled.left_out,
        "moves": [{"file": key, "without": verdict} for key, verdict in pooled.moves],
        "pools": [
            {
                "environment": pool.pool.environment,
                "commit": pool.pool.commit,
                "n": pool.proposal.n,
                "left_out": pool.left_out,
                "value": value_text(pool.proposal) or None,
                "would_be": pool.proposal.verdict,
            }
            for pool in pooled.pools
        ],
        "confirmed": confirmed,
    }


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
    now = timezone.now()
    states = []
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


def value_text(proposal: ProposedVerdict) -> str:
    """The statistic as it is kept; blank for tests."""
    if proposal.fell:
        return FAILED
    if proposal.value is None:
        return ""
    return written(proposal.value)


def frozen_pool(measurement: Measurement) -> Pooled:
    """What the frozen runs of a verdict come to, counted from nothing else.

    Raises:
        ValueError: its files have more or fewer runs than it.
    """
    if measurement.pool:
        pool = Pool(**measurement.pool)
    else:
        pool = UNSAID
    results = measurement.results
    frozen_files = measurement.files or [{"id": "", "n": len(results)}]
    if sum(file["n"] for file in frozen_files) != len(results):
        raise ValueError("its files have another number of runs")
    out = Results.of(measurement.results_out)
    files = [FileOfRuns("", *pool, Results(), out)]
    start = 0
    for file in frozen_files:
        part = Results.of(results[start : start + file["n"]])
        files.append(FileOfRuns(file["id"], *pool, part))
        start += file["n"]
    return count_pools(Measure.from_json(measurement.measure), pool, files)


def frozen_numbers(pooled: Pooled) -> dict[str, Any]:
    """What is kept of a verdict's runs beside the runs themselves."""
    proposal = pooled.proposal
    whole = pooled.with_left_out
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
    criterion_rows = [
        row
        for row in rows
        if row.report.key in keys
        and (row.run is None or row.run.criterion_id == criterion)
    ]
    return {
        "by": list(dict.fromkeys(row.left_out_by.name for row in criterion_rows)),
        "reasons": list(dict.fromkeys(row.reason for row in criterion_rows)),
    }


def recount(evaluation: Evaluation) -> Iterator[str]:
    """A sentence for each number of a verdict that its frozen runs do not come to."""
    measurements = Measurement.objects.in_evaluation(evaluation).select_related(
        "evidence__claim__candidate", "evidence__claim__requirement"
    )
    for measurement in measurements.iterator(chunk_size=50):
        claim = measurement.evidence.claim
        for fault in faults_in(measurement):
            yield f"{claim.candidate.name}, {claim.requirement.ref}, runs{fault}"


def faults_in(measurement: Measurement) -> Iterator[str]:
    try:
        pooled = frozen_pool(measurement)
        again = _counted_again(measurement, pooled)
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        yield f": they cannot be counted any more: {error!r}"
        return
    for name, value in again.items():
        if (frozen := getattr(measurement, name)) != value:
            yield f", {name}: frozen {frozen!r}, counted again {value!r}"
    verdict = measurement.evidence.verdict
    proposed = again["proposed"]
    turned = measurement.pool and pooled.needs_reason
    if (verdict != proposed or turned) and not measurement.reason:
        if turned:
            why = "one file or what was left out turns that, and"
        else:
            why = "and"
        yield (
            f": they propose “{proposed}”, {why} “{verdict}” was recorded without a "
            "reason"
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
    n = row["n"]
    value = row["value"]
    if measure is None:
        return propose_of_tests(n, row["failed"]).verdict
    if n < measure.least_n:
        return None
    if value == FAILED:
        return "fails"
    return verdict_of(measure, Decimal(value))
