"""Writing the runs of a file in one statement."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from trials.models import Run, RunReport
from trials.services.run_matching import Matched

INSERT = """
INSERT INTO trials_run (
    id, report_id, criterion_id, number, unit, failed, measured_at, left_out_reason
)
SELECT gen_random_uuid(), %s, criterion, number, unit, failed, measured_at, ''
FROM unnest(
    %s::uuid[], %s::numeric[], %s::text[], %s::boolean[], %s::timestamptz[]
) AS sent (criterion, number, unit, failed, measured_at)
"""


def add_runs(report: RunReport, matched: Sequence[Matched]) -> None:
    """Insert the runs of `report`."""
    if connection.vendor != "postgresql":
        Run.objects.bulk_create(_row(report, one) for one in matched)
        return
    columns: list[Any] = [
        _array(one.criterion.pk for one in matched),
        _array(one.run.number for one in matched),
        [one.run.unit for one in matched],
        _array(one.run.failed for one in matched),
        _array(one.run.measured_at for one in matched),
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [report.pk, *columns])


def _array(values: Iterable[object]) -> str:
    """Values that hold no comma or quote as PostgreSQL writes an array: a list would
    cost the driver as much as the rest of the call."""
    said = ("NULL" if value is None else str(value) for value in values)
    return f"{{{','.join(said)}}}"


def _row(report: RunReport, one: Matched) -> Run:
    return Run(
        report=report,
        criterion=one.criterion,
        number=one.run.number,
        unit=one.run.unit,
        failed=one.run.failed,
        measured_at=one.run.measured_at,
    )
