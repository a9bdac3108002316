"""Taking a file of runs from the buyer's own benchmark: all of it, or nothing."""

import hashlib
import uuid
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.policy import lock
from evaltracker.kit.clock import database_now
from evaltracker.kit.storage import files_of_rows
from trials.choices import ReportFormat
from trials.models import RunReport, RunToken
from trials.run_formats import ReportedFile
from trials.selectors.run_tokens import check_run_token
from trials.services.run_matching import match_runs
from trials.services.run_rows import add_runs
from trials.services.run_tokens import actor_by_run_token, note_use
from trials.services.trials import locked_trial

FOLDER = "run_reports"
ENDINGS = {
    ReportFormat.JSON: "json",
    ReportFormat.JUNIT: "xml",
    ReportFormat.IN_TOTO: "json",
}
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
    *, token: RunToken, format: str, content: bytes, said: ReportedFile
) -> Received:
    """Keep a file and its runs; the same file under the same id again changes nothing.

    Raises:
        Forbidden: the token has ended.
        Refused: the trial takes no runs, or the id stands for another file.
        Invalid: by place in the file; then nothing of it is kept.
        StorageFull: the disk is full.

    """
    evaluation = lock(token.trial.candidate.evaluation)
    fresh: RunToken = RunToken.objects.select_related("made_by").get(pk=token.pk)
    fresh.trial = trial = locked_trial(token.trial, evaluation)
    now = database_now()
    check_run_token(fresh, now)
    kind = ReportFormat(format)
    sha256 = hashlib.sha256(content).hexdigest()
    report = RunReport(
        trial=trial,
        token=fresh,
        key=said.key,
        format=kind,
        commit=said.commit,
        link=said.link,
        environment=said.environment,
        name=f"runs.{ENDINGS[kind]}",
        size=len(content),
        sha256=sha256,
        ignored=said.ignored,
        received_at=now,
    )
    former = RunReport.objects.filter(trial=trial, key=said.key).first()
    if former is not None:
        return _again(former, report)
    matched = match_runs(trial, said.runs, now)
    report.stored_as = default_storage.save(
        f"{FOLDER}/{uuid.uuid4()}.{ENDINGS[kind]}", ContentFile(content)
    )
    report.save(force_insert=True)
    add_runs(report, matched)
    note_use(fresh, now)
    _record(report, len(said.runs), fresh)
    return Received(report, len(said.runs), created=True)


def _again(former: RunReport, report: RunReport) -> Received:
    """What stands, if the file is the same."""
    same = ("sha256", "format", "commit", "link", "environment")
    if any(getattr(former, name) != getattr(report, name) for name in same):
        raise Refused(
            f"The id “{former.key}” stands for another file, received "
            f"{former.received_at:%Y-%m-%d %H:%M} UTC. Give each file its own id.",
            code=TAKEN,
        )
    return Received(former, former.runs.count(), created=False)


def _record(report: RunReport, runs: int, token: RunToken) -> None:
    """One entry for the file; its digest proves every run of it."""
    candidate = report.trial.candidate
    journal.record(
        evaluation=candidate.evaluation,
        action="runs.reported",
        subject=report,
        by=actor_by_run_token(token),
        after={
            "candidate": candidate,
            "runs": runs,
            **journal.snapshot(report, TOLD),
        },
    )
