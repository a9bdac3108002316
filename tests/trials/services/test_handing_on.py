"""A milestone goes to somebody else, or to nobody; reminders follow in either case."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from stakeholders.services.people import remove_stakeholder
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders
from trials.models import Milestone
from trials.services.mails import schedule_overdue, tell_of_orphans
from trials.services.milestones import (
    add_milestone,
    change_reminder_days,
    give_milestone,
)

pytestmark = pytest.mark.django_db
MONDAY = datetime.date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _ten_days_before() -> Iterator[None]:
    with time_machine.travel("2026-11-20T12:00Z", tick=False):
        yield


@pytest.fixture
def where() -> Evaluation:
    evaluation = common.evaluation(zone="Europe/Berlin")
    stakeholders.stakeholders(evaluation)
    return evaluation


@pytest.fixture
def milestone(where: Evaluation) -> Milestone:
    """Dana's, due on a Monday at nine in Berlin."""
    return add_milestone(
        evaluation=where,
        title="Data ready",
        owner_user=stakeholders.holder("devops"),
        due_on=MONDAY,
        due_time=datetime.time(9),
        by=where.owner,
    )


def owed(kind: str = "milestone_due", **more: str) -> list[tuple[str, int]]:
    """To whom, and how many days before, what has not been called off."""
    rows = Notice.objects.filter(kind=kind, state="pending", **more)
    return sorted((str(row.recipient), row.offset_days) for row in rows)


def give(milestone: Milestone, to: User) -> Milestone:
    return give_milestone(
        milestone=milestone, owner_user=to, by=milestone.evaluation.owner
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_milestones.py"
    "::test_the_mail_names_date_and_evaluation_but_not_the_title",
)
def test_reminders_go_to_whose_it_is_also_there_and_back(milestone: Milestone) -> None:
    dana, pm = stakeholders.holder("devops"), stakeholders.holder("pm")
    days = [0, 2, 7]
    assert owed() == [(str(dana), day) for day in days]
    given = give(milestone, pm)
    assert owed() == [(str(pm), day) for day in days]
    assert owed("milestone_given") == [(str(pm), 0)]
    [notice] = Notice.objects.filter(kind="milestone_given")
    kind = KINDS["milestone_given"]
    assert kind.holds(notice) == ""
    assert "It is yours now" in kind.compose(notice).text
    back = give(given, dana)
    assert kind.holds(notice) != ""
    assert owed() == [(str(dana), day) for day in days]
    assert back.occurrence == 3
    actions = Entry.objects.filter(evaluation=back.evaluation)
    assert actions.filter(action="milestone.given").count() == 2


def test_only_who_runs_it_gives_it_and_only_to_who_takes_part(
    milestone: Milestone,
) -> None:
    with pytest.raises(Forbidden):
        give_milestone(
            milestone=milestone,
            owner_user=stakeholders.holder("pm"),
            by=stakeholders.holder("pm"),
        )
    with pytest.raises(Invalid):
        give(milestone, common.person("stranger"))
    with pytest.raises(Refused, match="already"):
        give(milestone, milestone.owner)


def test_what_is_nobodys_any_more_is_told_to_who_runs_the_purchase(
    milestone: Milestone, where: Evaluation
) -> None:
    tell_of_orphans()
    assert owed("milestone_orphaned") == []
    part = where.stakeholders.get(user=milestone.owner)
    remove_stakeholder(stakeholder=part, reason="Left.", by=where.owner)
    tell_of_orphans()
    tell_of_orphans()
    assert owed("milestone_orphaned") == [(str(where.owner), 0)]
    [notice] = Notice.objects.filter(kind="milestone_orphaned")
    kind = KINDS["milestone_orphaned"]
    assert kind.holds(notice) == ""
    assert "Give it to somebody" in kind.compose(notice).text
    page = f"/admin/e/{where.slug}/trials/"
    assert "has no part any more" in signed_in(where.owner).get(page).content.decode()
    with time_machine.travel("2026-12-01T12:00Z", tick=False):
        schedule_overdue()
    late = [who for who, _ in owed("milestone_overdue")]
    assert str(where.owner) in late, "on the first day, not on the third"
    give(milestone, stakeholders.holder("pm"))
    assert kind.holds(notice) != ""


def test_other_days_hold_for_what_is_open_and_repeat_nothing(
    milestone: Milestone, where: Evaluation
) -> None:
    change_reminder_days(evaluation=where, days=[1, 14, 3, 3], by=where.owner)
    where.refresh_from_db()
    assert where.reminder_days == [14, 3, 1]
    # Fourteen days before is past, and nobody is told late of it.
    assert [days for _, days in owed()] == [1, 3]
    before = Notice.objects.count()
    change_reminder_days(evaluation=where, days=[14, 3, 1], by=where.owner)
    assert Notice.objects.count() == before
    for days in ([], [91], [-1], range(7)):
        with pytest.raises(Invalid):
            change_reminder_days(evaluation=where, days=days, by=where.owner)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/admin/test_gaps_and_milestones.py"
    "::test_the_evaluation_has_milestones_of_its_own",
)
def test_both_are_acts_of_who_runs_it(milestone: Milestone, where: Evaluation) -> None:
    pm = stakeholders.holder("pm")
    assert act("give-milestone", milestone, pm, owner_user=pm.pk) == 403
    assert act("give-milestone", milestone, where.owner, owner_user=pm.pk) == 302
    assert act("change-reminder-days", where, where.owner, days="a week") == 400
    assert act("change-reminder-days", where, where.owner, days="91") == 400
    assert act("change-reminder-days", where, where.owner, days="5, 0") == 302
    page = f"/admin/e/{where.slug}/trials/"
    assert "reminded 5 and 0 days" in signed_in(pm).get(page).content.decode()
