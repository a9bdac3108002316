"""Runs of the demo's trials: a nightly benchmark that reports by itself."""

import datetime
import json
import random
from typing import Any

from django.utils import timezone

from trials.choices import DataOwner, EvidenceVerdict, ReportFormat
from trials.models import Criterion, RunToken, Trial
from trials.run_formats.json_runs import read_json_runs
from trials.services.confirming import confirm_runs
from trials.services.run_reports import receive_report
from trials.services.run_tokens import make_run_token

# What the demo measures: the wait that the purchase is to end.
WAIT: dict[str, Any] = {
    "quantity": "wait for a GPU",
    "unit": "s",
    "direction": "at_most",
    "bound": "60",
    "statistic": "p95",
    "tolerance": "10",
}
EACH_NIGHT = 5
NIGHT = datetime.time(2, tzinfo=datetime.UTC)


def measure_nightly(
    trial: Trial, criterion: Criterion, *, usual: float, nights: int
) -> None:
    """Report a night's runs for each of the last `nights` nights, around `usual` s.

    The same numbers in every demo: a run takes up to a third more or less.
    """
    token, _ = make_run_token(trial=trial, label="Nightly benchmark", by=trial.lead)
    draw = random.Random(trial.title)  # noqa: S311 - made-up numbers of the demo
    today = timezone.now().astimezone(datetime.UTC).date()
    for back in range(nights, 0, -1):
        night = datetime.datetime.combine(today - datetime.timedelta(days=back), NIGHT)
        waits = [usual * draw.uniform(0.67, 1.33) for _ in range(EACH_NIGHT)]
        report_night(token, criterion, night, waits)


def confirm_measured(criterion: Criterion) -> None:
    """The trial's lead confirms what the runs of a criterion propose."""
    candidate = criterion.trial.candidate
    confirm_runs(
        criterion=criterion,
        claim=candidate.claims.get(
            requirement=criterion.requirement, superseded_at__isnull=True
        ),
        verdict=EvidenceVerdict.HOLDS,
        data=DataOwner.OURS,
        by=criterion.trial.lead,
    )


def report_night(
    token: RunToken, criterion: Criterion, night: datetime.datetime, waits: list[float]
) -> None:
    """One file of runs, as a program posts it."""
    body = {
        "id": f"nightly-{night:%Y-%m-%d}",
        "commit": "8d1f2c7",
        "environment": "4 nodes of 8 GPUs",
        "runs": [
            {
                "criterion": str(criterion.pk),
                "value": f"{wait:.1f}",
                "unit": "s",
                "measured_at": (night + datetime.timedelta(minutes=10 * n)).isoformat(),
            }
            for n, wait in enumerate(waits)
        ],
    }
    text = json.dumps(body)
    receive_report(
        token=token,
        format=ReportFormat.JSON,
        content=text.encode(),
        said=read_json_runs(text),
    )
