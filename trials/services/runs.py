"""Runs of criteria: tokens that post them, taking them, confirming a verdict."""

import datetime
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from evaltracker.enumerations import Source
from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import SYSTEM, Actor, By, actor_of
from evaltracker.evaluations.policy import change, lock
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.days import database_now, instant_of
from evaltracker.toolbox.files import files_of_rows
from evaltracker.toolbox.measures import (
    Measure,
    Measured,
    Pooled,
    PossibleRange,
    check_same_kind,
    sum_of,
)
from evaltracker.toolbox.secrets import digest_of, new_token
from evaltracker.toolbox.text import CallFields, listed_few, read_reason
from evaltracker.toolbox.working_days import day_in_words
from trials.choices import ReportFormat, Runner
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
from trials.models.runs import digest_of_runs
from trials.notices import RunTokenLeaked
from trials.policy import check_running, check_trial, journal_on, today_in
from trials.run_formats import Faults, ReportedFile, ReportedRun
from trials.selectors.runs import (
    LoadedRuns,
    check_run_token,
    declared_then,
    frozen_numbers,
    frozen_pool,
    load_runs,
    pooled_runs,
    standing,
    value_text,
    who_left_out,
)
from trials.services.criteria import give_missing_codes
from trials.services.evidence import check_judge_together, record_evidence
from trials.services.trials import locked_trial, open_trial
from vendors.models import Claim
from vendors.policy import check_judges
from vendors.services.candidates import lock_candidate

MIDNIGHT = datetime.time()
ZONE = "If the file's times have no offset, name their zone: ?zone=Europe/Berlin"
# By how much the clock of a program may be ahead of ours.
AHEAD = datetime.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class MatchedRuns:
    """Runs of one unit, and the criterion that they are for; those without a number
    have no unit."""

    criterion: Criterion
    unit: str
    possible: PossibleRange | None = None
    runs: list[ReportedRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Misfit:
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a trial as instants, where it takes place."""

    trial: Trial
    now: datetime.datetime
    start: datetime.datetime
    end: datetime.datetime

    @classmethod
    def of(cls, trial: Trial, now: datetime.datetime) -> "Days":
        after = trial.ends_on + datetime.timedelta(days=1)
        return cls(
            trial,
            now,
            instant_of(trial.starts_on, MIDNIGHT, trial.zone),
            instant_of(after, MIDNIGHT, trial.zone),
        )

    @property
    def until(self) -> datetime.datetime:
        return min(self.end, self.now + AHEAD)

    def fault_in(self, when: datetime.datetime) -> str:
        """What is wrong with a time of measuring outside `start` and `until`."""
        if not self.start <= when < self.end:
            there = when.astimezone(ZoneInfo(self.trial.zone))
            sentence = (
                f"measured_at {there:%Y-%m-%d %H:%M} ({self.trial.zone}) is no day of "
                f"the trial, which runs from {self.trial.starts_on} to "
                f"{self.trial.ends_on}."
            )
        else:
            sentence = (
                "measured_at is in the future; by our clock it is "
                f"{self.now:%Y-%m-%dT%H:%M:%SZ}."
            )
        return f"{sentence} {ZONE}"


def match_runs(
    trial: Trial, runs: Sequence[ReportedRun], now: datetime.datetime
) -> list[MatchedRuns]:
    """The runs by criterion and unit, if all of them may count.

    Raises:
        Invalid: by place in the file, or the trial has not begun.
    """
    days = Days.of(trial, now)
    if now < days.start:
        first = day_in_words(trial.starts_on)
        raise Invalid(f"The trial starts on {first}; no run is taken before that day.")
    rows = list(trial.criteria.only("position", "code", "measure"))
    faults = Faults()
    kinds: dict[tuple[str | int, str, bool, bool], MatchedRuns | Misfit] = {}
    start = days.start
    until = days.until
    for run in runs:
        name = (run.criterion, run.unit, run.number is None, run.failed is True)
        if name not in kinds:
            kinds[name] = _match(run, rows, days.end - days.start)
        kind = kinds[name]
        if not start <= run.measured_at < until:
            faults.refuse(run.field("measured_at"), days.fault_in(run.measured_at))
        if isinstance(kind, Misfit):
            faults.refuse(run.field(kind.field), kind.sentence)
        elif kind.possible is None or run.number is None:
            # What a failed run took says nothing of what is measured.
            kind.runs.append(run._replace(number=None))
        elif fault := kind.possible.fault_in(run.number):
            faults.refuse(run.field("value"), fault)
        else:
            kind.runs.append(run)
    faults.check()
    return [kind for kind in kinds.values() if isinstance(kind, MatchedRuns)]


def _match(
    run: ReportedRun, rows: Sequence[Criterion], longest: datetime.timedelta
) -> MatchedRuns | Misfit:
    named = str(run.criterion)
    place = [row for row in rows if str(row.position) == named]
    for row in rows:
        if isinstance(run.criterion, str) and named in (row.code, str(row.pk)):
            return _fit(run, row, longest)
    there = listed_few([row.code for row in rows], most=10)
    sentence = f"This trial has no criterion “{named}”; its criteria are {there}."
    if place:
        code = place[0].code
        sentence += f" Places in the list move; number {named} is “{code}” now."
    return Misfit("criterion", sentence)


def _fit(
    run: ReportedRun, criterion: Criterion, longest: datetime.timedelta
) -> MatchedRuns | Misfit:
    measure = Measure.from_json(criterion.measure)
    if misfit := _misfit(run, criterion, measure):
        return Misfit("unit" if run.unit else "criterion", misfit)
    if measure is None or run.failed:
        return MatchedRuns(criterion, "")
    return MatchedRuns(criterion, run.unit, measure.possible(run.unit, longest))


def _misfit(run: ReportedRun, criterion: Criterion, measure: Measure | None) -> str:
    """Why a run of this unit says nothing for a criterion; blank if it does."""
    named = f"Criterion {criterion.code}"
    if measure is None:
        if run.number is None:
            return ""
        return f"{named} has no measure; send no number."
    if run.failed:
        return ""
    if run.number is None:
        return f"{named} asks for a number in {measure.unit}, and none was sent."
    try:
        check_same_kind(run.unit, measure.unit)
    except ValueError as error:
        return f"{named} is measured in {measure.unit}: {error}"
    return ""


# Criterion and unit come once for all their runs; `kind` is their place.
INSERT = """
INSERT INTO trials_run (
    id, report_id, criterion_id, number, unit, failed, measured_at
)
SELECT id, %s, (%s::uuid[])[kind], number, (%s::text[])[kind], failed, measured_at
FROM unnest(
    %s::uuid[], %s::integer[], %s::numeric[], %s::boolean[], %s::timestamptz[]
) AS sent (id, kind, number, failed, measured_at)
"""


def add_runs(report: RunReport, matched: Sequence[MatchedRuns]) -> None:
    is_own = connection.vendor == "postgresql"
    # In the order of their ids, in which they are read.
    keys = sorted(str(uuid.uuid4()) for kind in matched for _ in kind.runs)
    report.runs_sha256 = digest_of_runs(
        (
            kind.criterion.pk,
            kind.unit,
            run.failed,
            run.number if is_own else rounded(run.number),
            run.measured_at,
        )
        for kind in matched
        for run in kind.runs
    )
    report.save(force_insert=True)
    runs = [run for kind in matched for run in kind.runs]
    if not is_own:
        kinds_of = [kind for kind in matched for _ in kind.runs]
        Run.objects.bulk_create(
            Run(
                pk=uuid.UUID(key),
                report=report,
                criterion=kind.criterion,
                number=run.number,
                unit=kind.unit,
                failed=run.failed,
                measured_at=run.measured_at,
            )
            for key, kind, run in zip(keys, kinds_of, runs, strict=True)
        )
        return
    kinds = [str(at) for at, kind in enumerate(matched, 1) for _ in kind.runs]
    columns: list[Any] = [
        [kind.criterion.pk for kind in matched],
        [kind.unit for kind in matched],
        _array(keys),
        _array(kinds),
        _array(["NULL" if run.number is None else str(run.number) for run in runs]),
        _array(["NULL" if run.failed is None else str(run.failed) for run in runs]),
        _array([str(run.measured_at) for run in runs]),
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [report.pk, *columns])


def rounded(number: Decimal | None) -> Decimal | None:
    """As SQLite gives it back."""
    if number is None:
        return None
    return Context(prec=15).create_decimal_from_float(float(number))


def _array(values: Iterable[str]) -> str:
    """Values that hold no comma or quote as PostgreSQL writes an array: a list would
    cost the driver as much as the rest of the call."""
    return f"{{{','.join(values)}}}"


# One for each program that measures, and one to change over.
MOST_LIVE = 5


def check_make_run_token(trial: Trial, by: By) -> None:
    check_trial(trial, by)
    check_judges(trial.candidate.evaluation, by)
    check_running(trial.candidate)
    if trial.agreed_at is None:
        raise Refused("Runs are measured against what was agreed; agree first.")
    if today_in(trial.zone) > trial.ends_on:
        raise Refused("The last day of this trial is over; move its end first.")
    if trial.run_tokens.filter(revoked_at=None, version=trial.version).count() >= (
        MOST_LIVE
    ):
        raise Refused(
            f"This trial has {MOST_LIVE} run tokens; revoke one before you make "
            "another."
        )


def check_revoke_run_token(token: RunToken, by: By) -> None:
    check_trial(token.trial, by)
    if token.revoked_at:
        raise Refused("This run token is revoked already.")


@transaction.atomic
def make_run_token(*, trial: Trial, by: By, label: str = "") -> tuple[RunToken, str]:
    """A token and its secret text, which is shown this once and never kept.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest. Refused: not
        agreed, over, closed, or there are enough.
    """
    trial, _ = open_trial(trial, by, check_make_run_token)
    give_missing_codes(trial)
    inputs = CallFields()
    name = inputs.line("label", label, limit=80, blank=True)
    inputs.check()
    user = actor_of(by).user
    if user is None:
        raise Forbidden("A person makes a run token.")
    prefix, secret = new_token("evr")
    token = RunToken.objects.create(
        trial=trial,
        label=name,
        prefix=prefix,
        digest=digest_of(secret),
        version=trial.version,
        made_by=user,
    )
    after = {"prefix": prefix, "label": name, "version": trial.version}
    journal_on(trial, "run_token.made", by, after=after)
    return token, secret


@transaction.atomic
def revoke_run_token(*, token: RunToken, by: By) -> RunToken:
    token = _locked_token(token)
    check_revoke_run_token(token, by)
    _end(token, by, "")
    return token


@transaction.atomic
def end_leaked_token(*, token: RunToken) -> None:
    """End a token that stood in an address; who runs the trial is told."""
    token = _locked_token(token)
    if token.revoked_at:
        return
    token.leaked_at = timezone.now()
    _end(token, SYSTEM, "It was sent in a URL, which logs keep.")
    trial = token.trial
    for person in {trial.lead, token.made_by}:
        evaluation = trial.candidate.evaluation
        owe_now(RunTokenLeaked.name, evaluation, token.pk, recipient=person)


def _locked_token(token: RunToken) -> RunToken:
    evaluation = lock(token.trial.candidate.evaluation)
    fresh: RunToken = RunToken.objects.select_related("made_by").get(pk=token.pk)
    fresh.trial = locked_trial(token.trial, evaluation)
    return fresh


def _end(token: RunToken, by: By, reason: str) -> None:
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at", "leaked_at"])
    after = {"prefix": token.prefix, "label": token.label}
    journal_on(token.trial, "run_token.revoked", by, after=after, reason=reason)


FOLDER = "run_reports"
TAKEN = "run_report_id_taken"
TOLD = ("key", "format", "size", "sha256", "ignored")


@dataclass(frozen=True, slots=True)
class Received:
    """The report that stands, how many runs it has, and whether this call made it."""

    report: RunReport
    runs: int
    created: bool


@transaction.atomic
@files_of_rows()
def receive_report(
    *, token: RunToken, content: bytes, reported_file: ReportedFile
) -> Received:
    """Keep a file and its runs; the same file under the same id again changes nothing.

    Raises:
        Forbidden: the token has ended. Refused: the trial takes no runs, or the id
        stands for another file. Invalid: by place in the file; then nothing of it is
        kept. StorageFull: the disk is full.
    """
    fresh = _locked_token(token)
    trial = fresh.trial
    now = database_now()
    check_run_token(fresh, now)
    kind = ReportFormat(reported_file.format)
    if kind == ReportFormat.JUNIT:
        ending = "xml"
    else:
        ending = "json"
    sha256 = hashlib.sha256(content).hexdigest()
    report = RunReport(
        trial=trial,
        token=fresh,
        key=reported_file.key,
        format=kind,
        commit=reported_file.commit,
        link=reported_file.link,
        environment=reported_file.environment,
        name=f"runs.{ending}",
        size=len(content),
        sha256=sha256,
        ignored=reported_file.ignored,
        received_at=now,
    )
    former = RunReport.objects.filter(trial=trial, key=reported_file.key).first()
    if former is not None:
        return _again(former, report)
    matched = match_runs(trial, reported_file.runs, now)
    report.stored_as = default_storage.save(
        f"{FOLDER}/{uuid.uuid4()}.{ending}", ContentFile(content)
    )
    add_runs(report, matched)
    RunToken.objects.filter(pk=fresh.pk).update(last_used_at=now)
    # One entry for the file; its digest proves every run of it.
    after = {"runs": len(reported_file.runs), **journal.snapshot(report, TOLD)}
    by = Actor(name=f"Run token {fresh.prefix}")
    journal_on(report, "runs.reported", by, after=after)
    return Received(report, len(reported_file.runs), created=True)


def _again(former: RunReport, report: RunReport) -> Received:
    same = ("sha256", "format", "commit", "link", "environment")
    if any(getattr(former, name) != getattr(report, name) for name in same):
        raise Refused(
            f"The id “{former.key}” stands for another file, received "
            f"{former.received_at:%Y-%m-%d %H:%M} UTC. Give each file its own id.",
            code=TAKEN,
        )
    return Received(former, former.runs.count(), created=False)


WHY = "Give the reason for leaving it out; it is shown beside it."


def check_leave_out_runs(of: Run | RunReport, by: By) -> None:
    _check_keeps_runs(of, by)
    if standing_of(of):
        raise Refused("It is left out already.")


def check_take_back_runs(of: Run | RunReport, by: By) -> None:
    _check_keeps_runs(of, by)
    row = standing_of(of)
    if row is None:
        raise Refused("It counts already.")
    if isinstance(of, Run) and row.run is None:
        raise Refused("The whole report of this run is left out; take that back.")


def _check_keeps_runs(of: Run | RunReport, by: By) -> None:
    trial = report_of(of).trial
    check_trial(trial, by)
    check_judges(trial.candidate.evaluation, by)


def report_of(of: Run | RunReport) -> RunReport:
    report: RunReport = of.report if isinstance(of, Run) else of
    return report


def standing_of(of: Run | RunReport) -> LeftOut | None:
    """By what a run, or a whole report, is left out."""
    whole = Q(run__isnull=True)
    if isinstance(of, Run):
        which = whole | Q(run=of.pk)
    else:
        which = whole
    return standing().filter(which, report=report_of(of)).first()


@transaction.atomic
def leave_out_runs(*, of: Run | RunReport, reason: str, by: By) -> LeftOut:
    """Let a run, or all of a report, count no more; the reason stands beside it.

    Raises:
        Forbidden: neither lead nor owner, or a conflict of interest. Refused: left out
        already, or the trial is closed. Invalid: no reason.
    """
    report = report_of(of)
    report.trial, _ = open_trial(report.trial, by)
    check_leave_out_runs(of, by)
    row = LeftOut(
        report=report,
        run=of if isinstance(of, Run) else None,
        reason=read_reason(reason, WHY),
        left_out_by=actor_of(by).user,
    )
    row.save(force_insert=True)
    if row.run:
        action = "run.left_out"
    else:
        action = "report.left_out"
    _journal_left_out(row, action, by, reason=row.reason)
    return row


@transaction.atomic
def take_back_runs(*, of: Run | RunReport, by: By) -> None:
    report = report_of(of)
    report.trial, _ = open_trial(report.trial, by)
    check_take_back_runs(of, by)
    if row := standing_of(of):
        change(row, taken_back_at=timezone.now(), taken_back_by=actor_of(by).user)
        if row.run:
            action = "run.taken_back"
        else:
            action = "report.taken_back"
        _journal_left_out(row, action, by)


def _journal_left_out(row: LeftOut, action: str, by: By, *, reason: str = "") -> None:
    run = row.run
    report = row.report
    if run is None:
        known = journal.snapshot(report, ("key", "sha256"))
        after = {**known, "runs": report.runs.count()}
    else:
        run.criterion.trial = report.trial
        after = {
            "requirement": run.criterion.requirement.ref,
            **journal.snapshot(run, ("number", "unit", "failed", "measured_at")),
        }
    journal_on(run or report, action, by, after=after, reason=reason)


NO_RUN = "No run counts for this criterion yet, so there is nothing to confirm."
WHY_OTHER = "Give the reason for another verdict than the one the runs propose."
LOOK = "Look at them again."


def check_confirm_runs(criterion: Criterion, by: By) -> None:
    check_judge_together(criterion.trial, by)
    require_proposal(pooled_runs([criterion])[criterion.pk])


def require_proposal(pooled: Pooled) -> None:
    n = pooled.proposal.n
    missing = pooled.missing
    if pooled.mismatch or pooled.asks:
        raise Refused(pooled.proposal.why)
    if not n:
        raise Refused(NO_RUN)
    if missing:
        raise Refused(
            f"Only {n} of the {n + missing} runs that this criterion asks for have "
            "come in; confirm it when they all have."
        )


@transaction.atomic
def confirm_runs(
    *,
    criterion: Criterion,
    claim: Claim,
    verdict: str,
    by: By,
    data: str,
    proposed: str = "",
    seen: str = "",
    reason: str = "",
    runner: str = Runner.US,
    named_values: object = None,
    took: str = "",
) -> Evidence:
    """Record the verdict that the runs of a criterion propose, and freeze them with it.

    `proposed` and `seen`, of `Pooled`, are what the person was shown; blank if nothing
    was.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest. Refused: too few
        runs, or as for `record_evidence`. Stale: the runs, or what they propose, are
        others than were shown. Invalid: no reason for another verdict, or for one that
        one file or what was left out turns.
    """
    lock_candidate(claim.candidate)
    criterion = Criterion.objects.select_related(
        "trial__candidate__evaluation", "requirement"
    ).get(pk=criterion.pk)
    check_judge_together(criterion.trial, by)
    runs = load_runs([criterion]).get(criterion.pk, LoadedRuns(criterion))
    pooled = runs.pooled()
    require_proposal(pooled)
    measurement = frozen_runs(criterion, runs, pooled)
    if proposed and proposed != measurement.proposed:
        raise Stale(
            "Runs came in or were left out since you opened the page: they propose "
            f"“{measurement.proposed}” now. {LOOK}"
        )
    if seen and seen != pooled.seen:
        raise Stale(f"Runs came in or were left out since you opened the page. {LOOK}")
    differs = verdict != measurement.proposed
    if differs or pooled.needs_reason:
        if differs:
            why = WHY_OTHER
        else:
            why = f"{' '.join(pooled.turned_words)} Say why."
        measurement.reason = read_reason(reason, why)
    numbers = note_of(pooled)
    return record_evidence(
        claim=claim,
        source=Source.TRIAL,
        verdict=verdict,
        note=". ".join(filter(None, (numbers, measurement.reason))),
        runner=runner,
        data=data,
        named_values=named_values,
        criterion=criterion,
        measurement=measurement,
        took=took,
        by=by,
    )


def frozen_runs(criterion: Criterion, runs: LoadedRuns, pooled: Pooled) -> Measurement:
    """What is frozen, unsaved: the runs of the proposing pool, by file."""
    first = pooled.pools[0]
    files = {file.key: file for file in runs.files()}
    digests = dict(criterion.trial.run_reports.values_list("key", "sha256"))
    measurement = Measurement(
        measure=criterion.measure,
        pool=first.pool._asdict(),
        results=[
            text for share in first.files for text in files[share.key].counted.frozen()
        ],
        results_out=sum_of(files[key].out for key in first.keys).frozen(),
        files=[
            {"id": key, "n": n, "sha256": digests[key]} for key, n, _ in first.files
        ],
        declared=declared_then(criterion),
        others=[
            {
                **other.pool._asdict(),
                "n": other.proposal.n,
                "failed": other.proposal.failed,
                "left_out": other.left_out,
                "value": value_text(other.proposal),
                "would_be": other.proposal.verdict,
            }
            for other in pooled.pools[1:]
        ],
    )
    numbers = frozen_numbers(frozen_pool(measurement))
    if numbers["left_out"]:
        out_here = standing().filter(report__trial=criterion.trial_id)
        numbers["left_out"] |= who_left_out(out_here, criterion.pk, first.keys)
    for name, value in numbers.items():
        setattr(measurement, name, value)
    return measurement


def note_of(pooled: Pooled) -> str:
    """“p95 12.1 ms of 40 runs (bound at most 20 ms)”; the vendor may read it, so it
    names no place and no file."""
    measure = pooled.measure
    proposal = pooled.proposal
    if measure is None or proposal.value is None:
        return proposal.why.rstrip(".")
    return Measured(measure, proposal.value, proposal.n, failed=proposal.failed).words
