"""P7: runs of a trial in posts of 1,000, beside one `unnest` insert of as many rows,
and the trial's page beside the frame page, with 100,000 runs.

The floor inserts into a table with the columns, keys and checks of runs, in a
transaction of its own; the product takes a post through its web process.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import psycopg
from django.conf import settings

from bench.harness import (
    Goal,
    Size,
    Wire,
    alternate,
    get,
    place,
    post,
    product,
    report,
)

if TYPE_CHECKING:
    from bench.harness import Product
    from tests.trials.runs.posting import Program

MANY, THERE = 1_000, 100_000
COPY = """
CREATE TABLE runs_floor (LIKE trials_run INCLUDING ALL);
ALTER TABLE runs_floor ADD FOREIGN KEY (report_id) REFERENCES trials_runreport,
    ADD FOREIGN KEY (criterion_id) REFERENCES trials_criterion;
INSERT INTO runs_floor SELECT * FROM trials_run
"""

MORE = """
INSERT INTO trials_run (
    id, report_id, criterion_id, number, unit, failed, measured_at, left_out_reason
)
SELECT gen_random_uuid(), report_id, criterion_id, number, unit, failed, measured_at, ''
FROM trials_run, generate_series(1, %s)
"""
INSERT = """
INSERT INTO runs_floor (
    id, report_id, criterion_id, number, unit, failed, measured_at, left_out_reason
)
SELECT id, %s, criterion, number, unit, failed, measured_at, ''
FROM unnest(
    %s::uuid[], %s::uuid[], %s::numeric[], %s::text[], %s::boolean[],
    %s::timestamptz[]
) AS sent (id, criterion, number, unit, failed, measured_at)
"""


def main(arguments: Sequence[str]) -> int:
    """Measure; 0 when the goals are reached."""
    size = Size.of(arguments, rounds=6)
    with place() as here, product(here) as ours:
        # Models can be imported once there is a product.
        from bench.seeds import settle
        from bench.seeds.matrix import session
        from tests.trials.runs.posting import measured_trial, program

        ci = program(measured_trial())
        where = ci.trial.candidate.evaluation
        site = ours.serve(RUN_CALLS_PER_MINUTE="1000000")
        bodies = iter(posts(ci, 200))
        call = Wire(site).caller(lambda: next(bodies), expect=201)
        call()
        with psycopg.connect(ours.env["DATABASE_URL"]) as connection:
            connection.execute(MORE, [THERE // MANY - 1])
        settle()
        cookie = f"{settings.SESSION_COOKIE_NAME}={session(where.owner)}"
        frame = get(f"/admin/e/{where.slug}/brief/", Cookie=cookie)
        page = get(f"/admin/trials/{ci.trial.pk}/", Cookie=cookie)
        contenders = {
            "floor": floor(ours, ci),
            "floor again": floor(ours, ci),
            "post": call,
            "frame": Wire(site).caller(lambda: frame, expect=200),
            "page": Wire(site).caller(lambda: page, expect=200),
            "page after a post": Wire(site).caller(lambda: page, expect=200),
        }
        race = alternate(contenders, size, before={"page after a post": call})
        goals = [
            Goal("P7", "post", "floor", most=2),
            Goal("P1", "page", "frame", most=6),
            Goal("P1", "page after a post", "frame", most=12),
        ]
        return report("runs", race, same=("floor", "floor again"), goals=goals)


def posts(ci: Program, many: int) -> list[bytes]:
    """Reports of 1,000 runs, ready to be sent."""
    from tests.trials.runs.posting import report as report_of
    from tests.trials.runs.posting import run

    runs = [run(f"{at}.125") for at in range(MANY)]
    head = {"Authorization": f"Bearer {ci.secret}"}
    return [
        post(ci.address, report_of(*runs, key=f"build-{number}"), **head)
        for number in range(many)
    ]


def floor(ours: Product, ci: Program) -> Callable[[], object]:
    """One `unnest` insert of 1,000 rows, beside as many rows as the product has."""
    from trials.models import RunReport

    connection = psycopg.connect(ours.env["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('runs_floor')")
        if cursor.fetchone() == (None,):
            cursor.execute(COPY)
    connection.commit()
    kept = RunReport.objects.all()[0]
    criterion = ci.trial.criteria.all()[0].pk
    columns = [
        [criterion] * MANY,
        [Decimal(f"{at}.125") for at in range(MANY)],
        ["ms"] * MANY,
        [None] * MANY,
        [kept.received_at] * MANY,
    ]

    def insert() -> None:
        keys = [uuid.uuid4() for _ in range(MANY)]
        connection.execute(INSERT, [kept.pk, keys, *columns])
        connection.commit()

    return insert


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
