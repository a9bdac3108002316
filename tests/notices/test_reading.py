"""What the notices page reads, and that reading it stays cheap."""

import datetime
import json
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.selectors import due_notices, notices_in
from tests.factories import common
from tests.notices.kinds import owe

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("read", "states"),
    [
        (partial(notices_in, *NOTICE_OPEN), {"pending", "claimed", "handing"}),
        (partial(notices_in, NoticeState.SENT), {"sent"}),
        (partial(notices_in, NoticeState.SUPPRESSED), {"suppressed"}),
        (partial(notices_in, NoticeState.DEAD), {"dead"}),
    ],
)
def test_each_list_holds_its_states_of_evaluations_that_the_reader_may_see(
    platform: Evaluation, read: Any, states: set[str]
) -> None:
    for number, state in enumerate(NoticeState):
        notice = owe(platform, occurrence=number)
        Notice.objects.filter(pk=notice.pk).update(state=state)

    assert {notice.state for notice in read(user=platform.owner)} == states
    assert not read(user=common.noor())
    other = common.evaluation(title="Another purchase")
    assert not read(user=platform.owner, evaluation=other)


def _like(notice: Notice, number: int, later: datetime.datetime | None) -> Notice:
    """Another occurrence of `one`: due `later`, or sent."""
    return Notice(
        kind=notice.kind,
        evaluation=notice.evaluation,
        recipient=notice.recipient,
        subject_id=notice.subject_id,
        occurrence=f"copy {number}",
        message_id=f"<{number}@example.org>",
        wall_time=notice.wall_time,
        due_at=notice.due_at,
        next_try_at=later or notice.due_at,
        state=NoticeState.PENDING if later else NoticeState.SENT,
    )


@pytest.mark.postgres
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/notices/test_bad_rows.py"
    "::test_a_person_without_an_address_is_dead_until_there_is_one",
)
def test_an_idle_sweep_reads_the_index_of_open_notices_and_drops_no_row(
    platform: Evaluation,
) -> None:
    template = owe(platform)
    later = timezone.now() + datetime.timedelta(days=9)
    Notice.objects.bulk_create(
        _like(template, number, later if number % 10 == 0 else None)
        for number in range(5_000)
    )
    template.delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE evaluations_notice")

    explained = due_notices()[:20].explain(format="json", analyze=True)

    plan = json.loads(explained)[0]["Plan"]
    scan = plan["Plans"][0] if "Plans" in plan else plan
    assert scan["Index Name"] == "notice_open_by_next_try"
    assert scan.get("Rows Removed by Filter", 0) == 0
