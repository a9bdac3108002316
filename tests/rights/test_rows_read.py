"""What a page reads of a growing table: the reader's own rows, not everybody's (G12).

Counted in the plans of PostgreSQL, so it holds on a machine of any speed.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.pages.base import CappedPaginator
from evaltracker.workflow.inbox import my_work
from tests.factories import common
from tests.fixture_cache import count_rows

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TABLE = Notice._meta.db_table
FEW, MANY, OTHERS = 100, 1_000, 10


def purchase() -> Evaluation:
    """Of somebody who has no part in what other tests here share."""
    owner = common.person("reader")
    owner.user_permissions.add(Permission.objects.get(codename="add_evaluation"))
    return common.evaluation(owner=User.objects.get(pk=owner.pk))


def sent(where: Evaluation, number: int) -> None:
    """So many mails of a purchase that are done."""
    now = timezone.now()
    begun = Notice.objects.count()
    Notice.objects.bulk_create(
        Notice(
            kind="decision_made",
            evaluation=where,
            subject_id=str(where.pk),
            occurrence=str(figure),
            recipient=where.owner,
            wall_time=now,
            due_at=now,
            next_try_at=now,
            state="sent",
            message_id=f"<{figure}@rows.example>",
        )
        for figure in range(begun, begun + number)
    )


def learnt() -> None:
    """Let the planner know what is there, as the database does by itself in time; and
    take the way by an index where there is one, as it does once a table is large. One
    process reads: of several a plan tells the mean, in whole rows."""
    count_rows()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def rows_read(work: Callable[[], Any]) -> int:
    """How many rows of the table are looked at, those that are thrown away too."""
    with CaptureQueriesContext(connection) as caught:
        work()
    read = 0
    for query in caught.captured_queries:
        if query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
                (plan,) = cursor.fetchone()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            read += sum(map(looked_at, scans(plan[0]["Plan"])))
    return read


def scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every place of a plan where the table is read."""
    if node.get("Relation Name") == TABLE:
        yield node
    for child in node.get("Plans", ()):
        yield from scans(child)


def looked_at(node: dict[str, Any]) -> int:
    thrown_away = node.get("Rows Removed by Filter", 0)
    return int((node["Actual Rows"] + thrown_away) * node["Actual Loops"])


def test_my_work_reads_no_mail_that_is_done(figure: Callable[[str], None]) -> None:
    where = purchase()
    sent(where, MANY)
    learnt()
    assert rows_read(lambda: my_work(where.owner)) == 0
    one = Notice.objects.filter(evaluation=where)[0]
    Notice.objects.filter(pk=one.pk).update(state="dead")
    assert rows_read(lambda: my_work(where.owner)) == 1
    figure(f"My work of an owner with {MANY:,} mails, one of them dead: 1 row read")


def test_a_list_is_counted_by_the_readers_own_rows(
    figure: Callable[[str], None],
) -> None:
    mine = purchase()
    sent(mine, FEW)
    for number in range(OTHERS):
        sent(common.evaluation(title=f"Purchase {number}"), MANY // OTHERS)
    learnt()
    rows = Notice.objects.visible_to(mine.owner).order_by("-due_at", "-pk")
    pages = CappedPaginator(rows, 50)
    read = rows_read(lambda: pages.count)
    assert pages.count == FEW
    assert read == FEW
    figure(f"Counting a list of {FEW} mails among {FEW + MANY:,}: {read} rows read")
