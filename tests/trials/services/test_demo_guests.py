"""Who attends a demo is chosen; they are invited, with the link of the meeting."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Notice, User
from evaltracker.notices.calendars import dates_of
from evaltracker.notices.kinds import KINDS
from tests.factories import common, stakeholders, trials, vendors
from trials.models import Demo
from trials.services.demos import (
    call_off_demo,
    invite_who_joined,
    plan_attendance,
    schedule_demo,
)
from vendors.models import Candidate

pytestmark = pytest.mark.django_db
LINK = "https://meet.example/abc"


@pytest.fixture
def acme() -> Candidate:
    option = trials.claimed(trials.platform("must"))
    vendors.enter(option.evaluation, "demos")
    return option


def arranged(acme: Candidate, *roles: str, link: str = "") -> Demo:
    return schedule_demo(
        candidate=acme,
        day=timezone.localdate() + datetime.timedelta(days=9),
        time=datetime.time(10),
        guests=acme.evaluation.stakeholders.filter(role__in=roles),
        meeting_url=link,
        by=acme.evaluation.owner,
    )


def plan(demo: Demo, *roles: str, **terms: str) -> Demo:
    where = demo.candidate.evaluation
    guests = where.stakeholders.filter(role__in=roles)
    return plan_attendance(demo=demo, guests=guests, by=where.owner, **terms)


def invited(demo: Demo) -> set[str]:
    rows = Notice.objects.filter(
        kind="demo_coming",
        subject_id=str(demo.pk),
        occurrence=demo.occurrence,
        state="pending",
    )
    return {row.recipient.username for row in rows if row.recipient}


def name(role: str) -> str:
    return stakeholders.holder(role).username


def test_only_those_who_are_chosen_are_invited_with_the_owner(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    demo = arranged(acme, "it", "devops")
    assert invited(demo) == {name("it"), name("devops"), owner.username}
    invite_who_joined()
    assert invited(demo) == {name("it"), name("devops"), owner.username}
    uid = str(demo.pk)
    assert uid in {date.uid for date in dates_of(stakeholders.holder("it"))}
    assert uid not in {date.uid for date in dates_of(stakeholders.holder("pm"))}


def test_who_is_asked_later_is_told_and_who_is_not_any_more_is_not(
    acme: Candidate,
) -> None:
    demo = plan(arranged(acme, "it"), "pm", vendor_people="Ana Silva")
    assert name("pm") in invited(demo)
    dropped = Notice.objects.get(
        kind="demo_coming", recipient=stakeholders.holder("it")
    )
    why = KINDS["demo_coming"].holds(dropped)
    assert why == "They are not asked to attend any more."
    entry = Entry.objects.filter(evaluation=acme.evaluation).latest("number")
    assert entry.action == "demo.attendance_planned"
    assert entry.after["vendor_people"] == "Ana Silva"


def freed(demo: Demo) -> set[str]:
    rows = Notice.objects.filter(kind="demo_without_them", subject_id=str(demo.pk))
    return {row.recipient.username for row in rows if row.recipient}


def test_whoever_had_the_mail_and_is_not_asked_any_more_gets_it_out_of_the_calendar(
    acme: Candidate,
) -> None:
    demo = arranged(acme, "it", "pm", "devops")
    sent = Notice.objects.filter(
        kind="demo_arranged", recipient__username__in=(name("it"), name("pm"))
    )
    sent.update(state="sent", sent_at=timezone.now())
    plan(demo, "pm")
    assert freed(demo) == {name("it")}, "whose mail has not left needs no other"
    notice = Notice.objects.get(kind="demo_without_them")
    kind = KINDS["demo_without_them"]
    assert kind.holds(notice) == ""
    message = kind.compose(notice)
    assert "Acme" not in message.text
    assert message.ics is not None
    event = message.ics.decode()
    assert "METHOD:CANCEL" in event
    assert f"SEQUENCE:{demo.occurrence + 1}\r\n" in event
    call_off_demo(demo=demo, reason="Ill.", by=acme.evaluation.owner)
    off = Notice.objects.filter(kind="demo_called_off")
    assert [row.recipient and row.recipient.username for row in off] == [name("pm")]
    assert kind.holds(notice) == "There is no demo to come."


def test_who_is_asked_again_gets_an_entry_that_calendars_take(acme: Candidate) -> None:
    demo = arranged(acme, "it", "pm")
    Notice.objects.filter(kind="demo_arranged").update(
        state="sent", sent_at=timezone.now()
    )
    plan(demo, "pm")
    cancelled = Notice.objects.get(kind="demo_without_them")
    cancelled.state = "sent"
    cancelled.save()
    again = plan(demo, "it", "pm")
    assert again.occurrence > int(cancelled.occurrence)
    assert {name("it"), name("pm")} < invited(again)
    assert KINDS["demo_without_them"].holds(cancelled) != ""


def test_another_link_is_a_new_invitation_and_stands_in_the_calendar(
    acme: Candidate,
) -> None:
    demo = arranged(acme, "it")
    moved = plan(demo, "it", meeting_url=LINK)
    assert moved.occurrence == demo.occurrence + 1
    notice = Notice.objects.get(
        kind="demo_arranged", occurrence=moved.occurrence, state="pending"
    )
    message = KINDS["demo_arranged"].compose(notice)
    assert message.ics is not None
    assert f"LOCATION:{LINK}" in message.ics.decode()
    assert plan(moved, "it", meeting_url=LINK).occurrence == moved.occurrence


@pytest.mark.parametrize(
    ("link", "words"),
    [("http://meet.example/a", "https://"), ("javascript:alert(1)", "http")],
)
def test_only_a_safe_link_is_kept(acme: Candidate, link: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        arranged(acme, link=link)


def test_a_stranger_is_no_guest_and_only_the_owner_chooses(acme: Candidate) -> None:
    demo = arranged(acme)
    other = common.evaluation(title="Another")
    stakeholders.stakeholders(other)
    with pytest.raises(Invalid, match="have a part"):
        plan_attendance(
            demo=demo, guests=other.stakeholders.all(), by=acme.evaluation.owner
        )
    someone: User = stakeholders.holder("it")
    with pytest.raises(Forbidden):
        plan_attendance(demo=demo, by=someone)
    call_off_demo(demo=demo, reason="Ill.", by=acme.evaluation.owner)
    with pytest.raises(Refused):
        plan(demo, "it")
