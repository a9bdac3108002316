"""Writing the runs of a file in one statement."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from trials.models import Run, RunReport
from trials.services.run_matching import MatchedRuns

# Criterion and unit come once for all their runs; `kind` is their place.
INSERT = """
INSERT INTO trials_run (
    id, report_id, criterion_id, number, unit, failed, measured_at, left_out_reason
)
SELECT gen_random_uuid(), %s, (%s::uuid[])[kind], number, (%s::text[])[kind], failed,
    measured_at, ''
FROM unnest(
    %s::integer[], %s::numeric[], %s::boolean[], %s::timestamptz[]
) AS sent (kind, number, failed, measured_at)
"""


def add_runs(report: RunReport, matched: Sequence[MatchedRuns]) -> None:
    """Insert the runs of `report`."""
    if connection.vendor != "postgresql":
        Run.objects.bulk_create(_rows(report, matched))
        return
    runs = [run for kind in matched for run in kind.runs]
    kinds = [str(at) for at, kind in enumerate(matched, 1) for _ in kind.runs]
    columns: list[Any] = [
        [kind.criterion.pk for kind in matched],
        [kind.unit for kind in matched],
        _array(kinds),
        _array(["NULL" if run.number is None else str(run.number) for run in runs]),
        _array(["NULL" if run.failed is None else str(run.failed) for run in runs]),
        _array([str(run.measured_at) for run in runs]),
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [report.pk, *columns])


def _array(values: Iterable[str]) -> str:
    """Values that hold no comma or quote as PostgreSQL writes an array: a list would
    cost the driver as much as the rest of the call."""
    return f"{{{','.join(values)}}}"


def _rows(report: RunReport, matched: Sequence[MatchedRuns]) -> list[Run]:
    return [
        Run(
            report=report,
            criterion=kind.criterion,
            number=run.number,
            unit=kind.unit,
            failed=run.failed,
            measured_at=run.measured_at,
        )
        for kind in matched
        for run in kind.runs
    ]
