"""T8, T10 and T12: dates that move, wrong clocks, changing zones and rights."""

import datetime
import shutil
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import timezone

from evaltracker.errors import Problem
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.services.delivery import sweep_notices
from evaltracker.notices.services.scheduling import recount_due
from evaltracker.serving.health import check_notices
from tests.at_once import at_once
from tests.factories import common, stakeholders
from tests.notices import kinds as kinds
from tests.notices.kinds import owe_many
from tests.smtp_sink import Sink
from trials.models import Milestone
from trials.services.milestones import (
    add_milestone,
    move_milestone,
    schedule_reminders,
    settle_milestone,
)

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def where() -> Evaluation:
    evaluation = common.evaluation(zone="Europe/Berlin")
    stakeholders.stakeholders(evaluation)
    User.objects.update(mail_rhythm="each")
    return evaluation


def milestone(where: Evaluation, days: int) -> Milestone:
    """Dana's, due in so many days at nine."""
    return add_milestone(
        evaluation=where,
        title="Data ready",
        owner_user=stakeholders.holder("devops"),
        due_on=timezone.localdate() + datetime.timedelta(days=days),
        due_time=datetime.time(9),
        by=where.owner,
    )


def move(milestone: Milestone, days: int, by: User) -> Milestone:
    due_on = timezone.localdate() + datetime.timedelta(days=days)
    return move_milestone(
        milestone=milestone,
        due_on=due_on,
        due_time=milestone.due_time,
        reason="Later.",
        by=by,
    )


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_saved_fifty_times_at_once_it_owes_each_reminder_once(
    where: Evaluation,
) -> None:
    one = milestone(where, 30)

    results = at_once(50, lambda _: schedule_reminders(one))

    assert not [each for each in results if isinstance(each, Problem)]
    rows = Notice.objects.values_list("occurrence", "offset_days")
    assert sorted(rows) == [("1", 0), ("1", 2), ("1", 7)]


@pytest.mark.django_db
def test_moved_after_sending_it_reminds_again_once_and_cancelled_never(
    where: Evaluation, smtp_sink: Sink
) -> None:
    one = milestone(where, 30)
    one = move(one, 40, where.owner)
    Notice.objects.filter(occurrence="2", offset_days=7).update(next_try_at=Now())
    Notice.objects.filter(offset_days=7).update(due_at=Now())
    assert sweep_notices().sent == 1
    one = move(one, 50, where.owner)
    Notice.objects.filter(occurrence="3", offset_days=7).update(next_try_at=Now())
    Notice.objects.filter(occurrence="3", offset_days=7).update(due_at=Now())
    assert sweep_notices().sent == 1
    settle_milestone(milestone=one, state="waived", reason="Off.", by=where.owner)
    Notice.objects.filter(state="pending").update(next_try_at=Now())
    assert sweep_notices().sent == 0
    assert smtp_sink.counts().total() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [-HOUR, HOUR])
def test_a_sweeper_whose_clock_is_wrong_sends_each_once_and_when_the_database_says(
    where: Evaluation, smtp_sink: Sink, wrong: datetime.timedelta
) -> None:
    due = owe_many(where, 5)
    early = owe_many(where, 5, occurrence=2)
    Notice.objects.filter(pk__in=[notice.pk for notice in early]).update(
        next_try_at=Now() + HOUR / 2
    )

    with time_machine.travel(timezone.now() + wrong, tick=True):
        first, second = sweep_notices(), sweep_notices()
    third = sweep_notices()

    assert (first.sent, second.sent, third.sent) == (5, 0, 0)
    assert smtp_sink.counts() == {notice.message_id: 1 for notice in due}


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [-HOUR, HOUR])
def test_lateness_is_told_by_the_databases_clock(
    where: Evaluation, wrong: datetime.timedelta
) -> None:
    owe_many(where, 1)
    Notice.objects.update(next_try_at=Now())
    with time_machine.travel(timezone.now() + wrong, tick=True):
        assert check_notices() == ""
        Notice.objects.update(next_try_at=Now() - HOUR / 5)
        assert "late" in check_notices()


@pytest.fixture
def berlin_moves(tmp_path: Path) -> Iterator[None]:
    """A machine whose zone file says that Berlin keeps the clock of Kathmandu."""
    before = zoneinfo.TZPATH
    file = next(Path(text) / "Asia/Kathmandu" for text in before if Path(text).exists())
    (tmp_path / "Europe").mkdir()
    shutil.copy(file, tmp_path / "Europe/Berlin")
    zoneinfo.reset_tzpath([str(tmp_path), *before])
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(before)
    zoneinfo.ZoneInfo.clear_cache()


@pytest.mark.django_db
def test_a_new_rule_of_a_zone_moves_what_is_unsent(
    where: Evaluation, request: pytest.FixtureRequest
) -> None:
    day = datetime.date(2099, 1, 15)
    (one,) = owe_many(where, 1, day=day)
    assert one.due_at == datetime.datetime(2099, 1, 15, 8, tzinfo=datetime.UTC)

    request.getfixturevalue("berlin_moves")
    recount_due()

    one.refresh_from_db()
    assert one.due_at == datetime.datetime(2099, 1, 15, 3, 15, tzinfo=datetime.UTC)
    assert one.next_try_at == one.due_at


@pytest.mark.django_db
def test_who_loses_access_between_owing_and_sending_gets_nothing(
    where: Evaluation, smtp_sink: Sink
) -> None:
    one = milestone(where, 1)
    where.readers.remove(one.owner)
    Notice.objects.update(next_try_at=Now(), due_at=Now())

    report = sweep_notices()

    assert (report.sent, report.suppressed > 0) == (0, True)
    assert not smtp_sink.arrived
