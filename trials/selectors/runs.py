"""Reading what programs reported to a trial, and by which tokens."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from evaltracker.errors import why_not
from trials.models import Run, RunReport, RunToken, Trial
from trials.selectors.run_tokens import check_run_token

SHOWN_REPORTS = 20


@dataclass(frozen=True, slots=True)
class TokenState:
    """A run token, and why it posts nothing; blank while it does."""

    token: RunToken
    ended: str


@dataclass(frozen=True, slots=True)
class ReportedSoFar:
    """How much was reported to a trial."""

    reports: int
    runs: int
    left_out: int


def tokens_of(trial: Trial) -> list[TokenState]:
    """The trial's run tokens, the newest first."""
    now, found = timezone.now(), []
    for token in trial.run_tokens.select_related("made_by"):
        token.trial = trial
        why = why_not(check_run_token, token, now)
        found.append(TokenState(token, why.sentence if why else ""))
    return found


def runs_of(trial: Trial) -> QuerySet[Run]:
    """The trial's runs, the newest first."""
    rows: QuerySet[Run] = Run.objects.filter(criterion__trial=trial)
    return rows.select_related(
        "criterion__requirement", "report", "left_out_by"
    ).order_by("-measured_at", "-id")


def reports_of(trial: Trial) -> QuerySet[RunReport]:
    """The trial's reports, the newest first, each with how many runs it has."""
    rows: QuerySet[RunReport] = trial.run_reports.select_related("token")
    return rows.order_by("-received_at", "-id")


def reports_so_far(trial: Trial) -> dict[str, Any]:
    """How many reports there are, `n`, and when the last came."""
    return trial.run_reports.aggregate(n=Count("pk"), last=Max("received_at"))


def reported_so_far(trial: Trial) -> ReportedSoFar:
    """What stands at the head of the pages."""
    reports = reports_so_far(trial)
    runs = Run.objects.filter(criterion__trial=trial).aggregate(
        n=Count("pk"), out=Count("pk", filter=Q(left_out_at__isnull=False))
    )
    return ReportedSoFar(reports["n"], runs["n"], runs["out"])
