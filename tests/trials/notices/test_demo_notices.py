"""Everybody with a part hears when a demo is, and has it in their calendar."""

import datetime

import pytest
from django.utils import timezone
from icalendar import Calendar

from evaltracker.evaluations.models import Notice
from evaltracker.notices.calendars import dates_of
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.services.delivery import sweep_notices
from tests.factories import stakeholders, trials, vendors
from trials.models import Demo
from trials.services.demos import hold_demo, move_demo, schedule_demo

pytestmark = pytest.mark.django_db
TEN = datetime.time(10)


@pytest.fixture
def coming() -> Demo:
    """In nine days, at ten in Berlin, for two hours."""
    option = trials.claimed(trials.platform("must"))
    return schedule_demo(
        candidate=option,
        day=timezone.localdate() + datetime.timedelta(days=9),
        time=TEN,
        zone="Europe/Berlin",
        minutes=120,
        by=option.evaluation.owner,
    )


def owed(kind: str) -> list[Notice]:
    return list(Notice.objects.filter(kind=kind, state="pending"))


def move(demo: Demo, days: int) -> Demo:
    return move_demo(
        demo=demo,
        day=timezone.localdate() + datetime.timedelta(days=days),
        time=TEN,
        by=demo.candidate.evaluation.owner,
    )


def test_all_with_a_part_are_told_and_reminded_the_day_before(coming: Demo) -> None:
    people = len(stakeholders.PEOPLE)
    told, reminded = owed("demo_arranged"), owed("demo_coming")
    assert len(told) == people, "who arranges it knows"
    assert len(reminded) == people + 1
    day = datetime.timedelta(days=1)
    assert coming.scheduled_for is not None
    assert {notice.due_at for notice in reminded} == {coming.scheduled_for - day}
    message = KINDS["demo_arranged"].compose(told[0])
    assert message.subject.startswith("Please attend a demo on ")
    assert "Acme" not in message.subject + message.text + message.html
    assert message.ics is not None
    (event,) = Calendar.from_ical(message.ics).walk("VEVENT")
    assert event.decoded("DTSTART") == coming.scheduled_for
    assert event.decoded("DTEND") == coming.scheduled_for + datetime.timedelta(hours=2)
    assert event["SEQUENCE"] == 1


def test_moved_there_and_back_it_reminds_again_and_once(coming: Demo) -> None:
    was = {notice.due_at for notice in owed("demo_coming")}
    first = owed("demo_coming")[0]
    moved = move(move(coming, 12), 9)
    assert moved.occurrence == 3
    assert "moved" in KINDS["demo_coming"].holds(first)
    again = owed("demo_coming")
    assert {notice.due_at for notice in again} == was
    assert {notice.occurrence for notice in again} == {"3"}
    assert move(moved, 9).occurrence == 3


def test_less_than_a_day_before_it_one_mail_at_once_says_it_all() -> None:
    option = trials.claimed(trials.platform("must"))
    now = timezone.now()
    soon = now + datetime.timedelta(hours=5)
    schedule_demo(
        candidate=option,
        day=soon.date(),
        time=soon.time(),
        zone="UTC",
        by=option.evaluation.owner,
    )
    assert owed("demo_arranged") == []
    sweep_notices()  # which decides what waits for a daily mail
    placed = owed("demo_coming")
    assert len(placed) == len(stakeholders.PEOPLE) + 1
    for notice in placed:
        assert notice.placed
        leaves = (notice.digest or notice).next_try_at
        assert leaves - now < datetime.timedelta(minutes=2), "not the next morning"


def test_it_stands_in_the_calendar_of_who_has_a_part_until_it_was_held(
    coming: Demo,
) -> None:
    def in_calendar(who: str) -> list[str]:
        return [date.what for date in dates_of(stakeholders.holder(who))]

    assert in_calendar("it") == ["A demo"]
    where = coming.candidate.evaluation
    assert [date.what for date in dates_of(where.owner)].count("A demo") == 1
    vendors.enter(where, "demos")
    hold_demo(demo=coming, attendees="All", by=where.owner)
    assert in_calendar("it") == []
    assert KINDS["demo_coming"].holds(owed("demo_coming")[0]) != ""


def test_nobody_is_invited_to_what_is_past() -> None:
    trials.demo(trials.claimed(trials.platform("must")))
    assert owed("demo_arranged") == []
    assert owed("demo_coming") == []
