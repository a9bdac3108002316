"""Writing the runs of a file in one statement."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from trials.models import Run, RunReport
from trials.services.run_matching import Matched

INSERT = """
INSERT INTO trials_run (
    id, report_id, criterion_id, number, unit, failed, measured_at, left_out_reason
)
SELECT id, %s, criterion, number, unit, failed, measured_at, ''
FROM unnest(
    %s::uuid[], %s::uuid[], %s::numeric[], %s::text[], %s::boolean[],
    %s::timestamptz[]
) AS sent (id, criterion, number, unit, failed, measured_at)
"""


def add_runs(report: RunReport, matched: Sequence[Matched]) -> None:
    """Insert the runs of `report`."""
    if connection.vendor != "postgresql":
        Run.objects.bulk_create(_row(report, one) for one in matched)
        return
    columns: list[list[Any]] = [
        [uuid.uuid4() for _ in matched],
        [one.criterion.pk for one in matched],
        [one.run.number for one in matched],
        [one.run.unit for one in matched],
        [one.run.failed for one in matched],
        [one.run.measured_at for one in matched],
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [report.pk, *columns])


def _row(report: RunReport, one: Matched) -> Run:
    return Run(
        report=report,
        criterion=one.criterion,
        number=one.run.number,
        unit=one.run.unit,
        failed=one.run.failed,
        measured_at=one.run.measured_at,
    )
