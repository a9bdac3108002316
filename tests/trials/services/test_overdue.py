"""A milestone that has passed reminds daily, and from the third day on its lead."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from tests.factories import common, stakeholders
from trials.models import Milestone
from trials.services.mails import schedule_overdue
from trials.services.milestones import add_milestone, settle_milestone

pytestmark = pytest.mark.django_db
MONDAY = datetime.date(2026, 11, 30)


@pytest.fixture
def where() -> Evaluation:
    evaluation = common.evaluation(zone="Europe/Berlin")
    stakeholders.stakeholders(evaluation)
    return evaluation


@pytest.fixture
def milestone(where: Evaluation) -> Milestone:
    """Dana's, due on a Monday at nine in Berlin."""
    with time_machine.travel("2026-11-23T12:00Z", tick=False):
        return add_milestone(
            evaluation=where,
            title="Data ready",
            owner_user=stakeholders.holder("devops"),
            due_on=MONDAY,
            due_time=datetime.time(9),
            by=where.owner,
        )


def reader_of(notice: Notice) -> str:
    """The login of whom it is owed to."""
    assert notice.recipient is not None
    return notice.recipient.username


def told_on(*moments: str) -> list[tuple[str, int]]:
    """Who is owed which overdue notice after looking at those moments."""
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            schedule_overdue()
            schedule_overdue()
    rows = Notice.objects.filter(kind="milestone_overdue").order_by("due_at", "pk")
    return sorted((reader_of(row), row.offset_days) for row in rows)


def test_nothing_is_late_on_the_day_itself(milestone: Milestone) -> None:
    assert told_on("2026-11-30T07:59Z", "2026-11-30T20:00Z", "2026-12-01T07:59Z") == []


def test_its_owner_hears_daily_and_the_purchase_from_the_third_day_on(
    milestone: Milestone, where: Evaluation
) -> None:
    dana, lina = stakeholders.holder("devops").username, where.owner.username
    days = [f"2026-12-0{day}T08:00Z" for day in (1, 2, 3, 4)]
    assert told_on(*days) == sorted(
        [*((dana, -n) for n in (1, 2, 3, 4)), (lina, -3), (lina, -4)]
    )


def test_nobody_hears_on_a_day_off(milestone: Milestone) -> None:
    dana: User = stakeholders.holder("devops")
    dana.country = "ES"
    dana.save()
    # Saturday, Sunday, and on Tuesday the Immaculate Conception.
    days = [f"2026-12-0{day}T08:00Z" for day in (5, 6, 8)]
    assert [who for who, _ in told_on(*days)].count(dana.username) == 0


def test_it_stops_when_it_is_settled_and_a_reader_who_lost_it_is_not_mailed(
    milestone: Milestone, where: Evaluation
) -> None:
    told_on("2026-12-01T08:00Z")
    notice = Notice.objects.get(kind="milestone_overdue")
    holds = KINDS["milestone_overdue"].holds
    assert holds(notice) == ""
    other = Notice.objects.get(pk=notice.pk)
    other.recipient = stakeholders.holder("it")
    assert "somebody else" in holds(other)
    settle_milestone(milestone=milestone, state="met", by=milestone.owner)
    assert "met" in holds(notice)
    assert told_on("2026-12-02T08:00Z") == [(reader_of(notice), -1)]


def test_the_mail_says_that_it_is_past(milestone: Milestone) -> None:
    told_on("2026-12-01T08:00Z")
    notice = Notice.objects.get(kind="milestone_overdue")
    with time_machine.travel("2026-12-01T08:00Z", tick=False):
        said = KINDS["milestone_overdue"].compose(notice)
    assert "A milestone was due yesterday" in said.subject
    assert "Data ready" not in said.text
    assert timezone.is_aware(notice.due_at)
