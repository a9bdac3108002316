"""Runs of a measured trial as rows, and what is confirmed of them."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils import timezone

from evaltracker.toolbox.measures import written
from tests.factories import trials as cast
from trials.choices import ReportFormat
from trials.models import Criterion, Evidence, Run, RunReport, Trial
from trials.services.runs import confirm_runs


def latencies(p95: str) -> list[str]:
    """Forty numbers whose p95 by nearest rank, the 38th of them, is that one."""
    top, step = Decimal(p95), Decimal("0.1")
    return [written(top + (place - 37) * step) for place in range(40)]


def add_runs(
    criterion: Criterion, numbers: Iterable[str], unit: str = "ms", *, days_ago: int = 0
) -> list[Run]:
    """Runs of a criterion, as a report of that day brought them."""
    then = timezone.now() - datetime.timedelta(days=days_ago, minutes=90)
    name = f"{RunReport.objects.count()}"
    report = RunReport.objects.create(
        trial=criterion.trial,
        key=name,
        format=ReportFormat.JSON,
        name=f"{name}.json",
        size=1,
        sha256="0" * 64,
        stored_as=f"run_reports/{criterion.pk}-{name}",
        received_at=then,
    )
    return Run.objects.bulk_create(
        Run(
            report=report,
            criterion=criterion,
            number=Decimal(number),
            unit=unit,
            measured_at=then + datetime.timedelta(seconds=place),
        )
        for place, number in enumerate(numbers)
    )


def add_tests(criterion: Criterion, *failed: bool) -> None:
    """Test results of a criterion."""
    runs = add_runs(criterion, ["0"] * len(failed))
    for run, outcome in zip(runs, failed, strict=True):
        run.number, run.unit, run.failed = None, "", outcome
    Run.objects.bulk_update(runs, ["number", "unit", "failed"])


def measured(trial: Trial) -> Criterion:
    """Its criterion with a measure: p95 latency at most 20 ms."""
    found: Criterion = trial.criteria.select_related("requirement", "trial").get(
        position=1
    )
    return found


def confirm(criterion: Criterion, verdict: str, **more: Any) -> Evidence:
    """Confirm it as the owner, on our data."""
    option = criterion.trial.candidate
    return confirm_runs(
        **{
            "criterion": criterion,
            "claim": cast.claim_of(option, criterion.requirement.ref),
            "verdict": verdict,
            "data": "ours",
            "by": option.evaluation.owner,
            **more,
        }
    )
