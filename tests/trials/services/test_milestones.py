"""Milestones: wall times, moves, ends, and the mails that are owed for them."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice, User
from evaltracker.notices.kinds import KINDS
from evaltracker.requirements.services.evaluations import change_brief
from tests.factories import common, stakeholders, trials, vendors
from trials.choices import MilestoneState
from trials.models import Milestone
from trials.services.milestones import add_milestone, move_milestone, settle_milestone

pytestmark = pytest.mark.django_db
FAR = datetime.date(2099, 10, 25)


@pytest.fixture
def where() -> Evaluation:
    evaluation = common.evaluation(zone="Europe/Berlin")
    stakeholders.stakeholders(evaluation)
    return evaluation


@pytest.fixture
def dana() -> User:
    return stakeholders.holder("devops")


def milestone(where: Evaluation, days: int = 30, **more: Any) -> Milestone:
    """A milestone of Dana's in `days` days at nine in the morning."""
    today = timezone.localdate()
    return add_milestone(
        **{
            "evaluation": where,
            "title": "Data ready",
            "owner_user": stakeholders.holder("devops"),
            "due_on": today + datetime.timedelta(days=days),
            "due_time": datetime.time(9),
            "by": where.owner,
            **more,
        }
    )


def owed(state: str = "pending") -> list[tuple[int, str]]:
    """Offset and occurrence of each notice in a state."""
    found = Notice.objects.filter(kind="milestone_due", state=state)
    return sorted(found.values_list("offset_days", "occurrence"), reverse=True)


def test_a_milestone_owes_its_owner_a_mail_per_offset(
    where: Evaluation, dana: User
) -> None:
    set_up = milestone(where, due_on=FAR)
    assert owed() == [(7, "1"), (2, "1"), (0, "1")]
    assert set(Notice.objects.values_list("recipient", flat=True)) == {dana.pk}
    # Summer time ends between the first mails and the day itself.
    due = dict(Notice.objects.values_list("offset_days", "due_at"))
    assert (
        due[0]
        == set_up.due_at
        == datetime.datetime(2099, 10, 25, 8, tzinfo=datetime.UTC)
    )
    assert due[2] == datetime.datetime(2099, 10, 23, 7, tzinfo=datetime.UTC)
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert (entry.action, entry.after["zone"]) == ("milestone.added", "Europe/Berlin")


def test_offsets_already_past_collapse_into_one_mail(where: Evaluation) -> None:
    milestone(where, days=1)
    assert owed() == [(2, "1"), (0, "1")]
    milestone(where, days=-3)
    assert owed() == [(2, "1"), (0, "1"), (0, "1")]


def test_the_evaluation_says_how_many_days_before(where: Evaluation) -> None:
    change_brief(evaluation=where, reminder_days=[14, 1], by=where.owner)
    milestone(where, due_on=FAR)
    assert owed() == [(14, "1"), (1, "1")]


def test_a_moved_milestone_reminds_again_and_no_longer_of_the_old_date(
    where: Evaluation,
) -> None:
    first = milestone(where, days=30)
    Notice.objects.filter(offset_days=7).update(state="sent")
    moved = move_milestone(
        milestone=first,
        due_on=FAR,
        due_time=datetime.time(9),
        reason="The data is late.",
        by=where.owner,
    )
    assert moved.occurrence == 2
    assert owed() == [(7, "2"), (2, "2"), (0, "2")]
    assert owed("suppressed") == [(2, "1"), (0, "1")]
    assert owed("sent") == [(7, "1")]
    entry = Entry.objects.filter(evaluation=where).latest("number")
    assert (entry.action, entry.reason) == ("milestone.moved", "The data is late.")
    assert entry.before["due_on"] == str(first.due_on)


def test_moving_to_the_same_time_is_no_move(where: Evaluation) -> None:
    first = milestone(where, due_on=FAR)
    entries = Entry.objects.count()
    same = move_milestone(
        milestone=first,
        due_on=FAR,
        due_time=datetime.time(9),
        reason="Double click.",
        by=where.owner,
    )
    assert same.occurrence == 1
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("state", ["met", "missed", "waived", "cancelled"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[waived]"
)
def test_a_settled_milestone_owes_nothing_more(where: Evaluation, state: str) -> None:
    settled = settle_milestone(
        milestone=milestone(where),
        state=state,
        reason="So it went.",
        by=stakeholders.holder("devops"),
    )
    assert settled.settled_at
    assert owed() == []
    assert len(owed("suppressed")) == 3
    with pytest.raises(Refused, match="already"):
        settle_milestone(milestone=settled, state="met", by=where.owner)
    with pytest.raises(Refused, match="already"):
        move_milestone(
            milestone=settled,
            due_on=FAR,
            due_time=datetime.time(9),
            reason="Again.",
            by=where.owner,
        )


def test_anything_but_met_needs_a_reason(where: Evaluation) -> None:
    planned = milestone(where)
    for state in ("missed", "waived", "cancelled", "open", "done"):
        with pytest.raises(Invalid):
            settle_milestone(milestone=planned, state=state, by=where.owner)
    assert settle_milestone(milestone=planned, state="met", by=where.owner)


def test_who_may_set_move_and_settle(where: Evaluation, dana: User) -> None:
    ivan = stakeholders.holder("it")
    with pytest.raises(Forbidden):
        milestone(where, by=dana)
    planned = milestone(where)
    with pytest.raises(Forbidden):
        settle_milestone(milestone=planned, state="met", by=ivan)
    with pytest.raises(Forbidden):
        move_milestone(
            milestone=planned,
            due_on=FAR,
            due_time=datetime.time(9),
            reason="I am late.",
            by=dana,
        )
    assert settle_milestone(milestone=planned, state="met", by=dana)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/runs/test_confirming.py"
    "::test_runs_propose_and_one_tap_confirms[19.6-holds]",
)
def test_the_lead_sets_milestones_of_the_trial() -> None:
    option = trials.claimed(trials.platform())
    where = vendors.enter(option.evaluation, "trials")
    lead = stakeholders.holder("engineering")
    running = trials.trial(option)
    assert milestone(where, trial=running, by=lead).zone == running.zone
    with pytest.raises(Forbidden):
        milestone(where, trial=running, by=stakeholders.holder("it"))


def test_work_is_given_to_people_who_can_see_it(where: Evaluation) -> None:
    with pytest.raises(Invalid) as caught:
        milestone(where, owner_user=common.noor())
    assert "owner_user" in caught.value.errors
    with pytest.raises(Invalid) as caught:
        milestone(where, zone="Mars/Olympus")
    assert "zone" in caught.value.errors


def test_a_notice_holds_only_for_the_milestone_as_it_stands(where: Evaluation) -> None:
    planned = milestone(where)
    notice = Notice.objects.filter(offset_days=0).get()
    kind = KINDS["milestone_due"]
    assert kind.holds(notice) == ""
    Milestone.objects.update(occurrence=2)
    assert "moved" in kind.holds(notice)
    Milestone.objects.update(occurrence=1, owner=where.owner)
    assert "somebody else" in kind.holds(notice)
    Milestone.objects.update(state=MilestoneState.MET)
    assert "met" in kind.holds(notice)
    Milestone.objects.filter(pk=planned.pk).delete()
    assert "no longer there" in kind.holds(notice)


def test_the_mail_names_date_and_evaluation_but_not_the_title(
    where: Evaluation,
) -> None:
    milestone(where, title="Acme sends keys", due_on=FAR)
    notice = Notice.objects.filter(offset_days=0).get()
    message = KINDS["milestone_due"].compose(notice)
    everything = f"{message.subject}{message.text}{message.html}{message.ics!r}"
    assert "Acme" not in everything
    assert where.title in message.subject
    assert "25 October 2099" in message.text
    assert message.ics is not None
