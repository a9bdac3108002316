"""What it costs that every row counts: per 1,000 rows, on one core.

Hashing rows for one entry and for entries of their own, runs for their report, and
comparing both with the journal; and by how much an entry grows with a row.
"""

import datetime
import sys
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from bench.harness import place, product

ROWS = 1_000
# Milliseconds, but for the last, which is bytes.
BOUNDS = {
    "rows of one entry": 40,
    "rows of entries of their own": 60,
    "runs of one report": 3,
    "rows compared": 400,
    "runs compared": 10,
    "bytes a row": 140,
}


def least(work: Callable[[], object], times: int = 5) -> float:
    """The milliseconds of the quickest of some tries."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def main(arguments: Sequence[str]) -> int:
    """0 when everything is within its bound."""
    with place() as here, product(here):
        from django.db import transaction

        from evaltracker.evaluations import journal
        from evaltracker.evaluations.commitments import commitments_of
        from evaltracker.evaluations.tables import JournalState, compare_tables
        from evaltracker.evaluations.verifying import find_break
        from tests.factories import trials, vendors
        from tests.trials.runs.posting import measured_trial
        from trials.models import Criterion, Run, RunReport
        from trials.models.runs import digest_of_runs
        from vendors.models import Claim

        where = trials.platform("must", "should")
        option = trials.claimed(where)
        first = vendors.claim(option, where.requirements.get(ref="R1")).claim
        fields = {
            name: getattr(first, name)
            for name in (*Claim.committed[max(Claim.committed)], "superseded_at")
        } | {"superseded_at": first.submitted_at}
        rows = [
            Claim(**fields | {"revision": number}) for number in range(100, 100 + ROWS)
        ]
        with transaction.atomic():
            Claim.objects.bulk_create(rows)
            entry = journal.record(
                evaluation=where, action="x", subject=where, by=journal.SYSTEM
            )
        touched: dict[Any, Any] = {(Claim, row.pk): row.saved() for row in rows}

        trial = measured_trial()
        criterion = Criterion.objects.filter(trial=trial).earliest("position")
        at = datetime.datetime.now(datetime.UTC)
        report = RunReport.objects.create(
            trial=trial,
            key="bench",
            format="json",
            name="runs.json",
            size=1,
            sha256="0" * 64,
            stored_as="bench",
            received_at=at,
        )
        Run.objects.bulk_create(
            Run(
                report=report,
                criterion=criterion,
                number=Decimal(it) / 8,
                unit="ms",
                measured_at=at,
            )
            for it in range(ROWS)
        )
        runs = [(criterion.pk, "ms", None, Decimal(it) / 8, at) for it in range(ROWS)]
        said = JournalState()
        find_break(where, read=said.read)
        compared = compare_tables(where, said)
        measured = {
            "rows of one entry": least(lambda: commitments_of(touched)),
            "rows of entries of their own": least(
                lambda: [commitments_of({key: touched[key]}) for key in touched]
            ),
            "runs of one report": least(lambda: digest_of_runs(runs)),
            "rows compared": least(lambda: compare_tables(where, said))
            * ROWS
            / compared.agreeing,
            "runs compared": least(report.digest_of_runs),
            "bytes a row": len(entry.rows or "") / ROWS,
        }
    for name, bound in BOUNDS.items():
        print(f"{name:<30} {measured[name]:7.1f}, at most {bound}")
    return int(any(measured[name] > bound for name, bound in BOUNDS.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
