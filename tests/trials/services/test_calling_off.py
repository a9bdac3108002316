"""A demo that is not to be is called off, and whoever planned with it is told."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from icalendar import Calendar

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Notice
from evaltracker.notices.calendars import dates_of
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.services.delivery import sweep_notices
from stakeholders.services.people import remove_stakeholder
from tests.factories import common, stakeholders, trials, vendors
from tests.portable.files import carried_away, taken_in
from tests.smtp_sink import Sink
from trials.models import Demo, ScriptItem
from trials.services.demos import (
    add_dazzle,
    call_off_demo,
    end_demo,
    hold_demo,
    invite_who_joined,
    move_demo,
    schedule_demo,
    write_demo_note,
)
from trials.services.scripts import add_script_item, change_script_item, draw_up_script
from vendors.models import Candidate
from vendors.services.candidates import eliminate, reinstate

pytestmark = pytest.mark.django_db
WHY = "Acme's engineer is ill."
TEN = datetime.time(10)


@pytest.fixture
def acme() -> Candidate:
    return trials.claimed(trials.platform("must"))


@pytest.fixture
def coming(acme: Candidate) -> Demo:
    return arranged(acme)


def arranged(acme: Candidate, days: int = 9) -> Demo:
    return schedule_demo(
        candidate=acme,
        day=timezone.localdate() + datetime.timedelta(days=days),
        time=TEN,
        zone="Europe/Berlin",
        by=acme.evaluation.owner,
    )


def call_off(demo: Demo) -> Demo:
    return call_off_demo(demo=demo, reason=WHY, by=demo.candidate.evaluation.owner)


def people_told() -> set[str]:
    rows = Notice.objects.filter(kind="demo_called_off", state="pending")
    return set(rows.values_list("recipient__username", flat=True))


def test_only_the_owner_calls_it_off_with_a_reason_once(coming: Demo) -> None:
    owner = coming.candidate.evaluation.owner
    for who in (stakeholders.holder("it"), common.noor()):
        with pytest.raises(Forbidden):
            call_off_demo(demo=coming, reason=WHY, by=who)
    with pytest.raises(Invalid, match="Give a reason for calling it off"):
        call_off_demo(demo=coming, reason=" ", by=owner)
    assert call_off(coming).called_off_because == WHY
    entry = Entry.objects.get(action="demo.called_off")
    assert (entry.actor, entry.reason) == (owner, WHY)
    with pytest.raises(Refused, match="engineer is ill"):
        call_off(coming)
    assert len(people_told()) == len(stakeholders.PEOPLE)


def test_what_was_held_stands(acme: Candidate) -> None:
    vendors.enter(acme.evaluation, "demos")
    with pytest.raises(Refused, match="was held"):
        call_off(trials.demo(acme, held=True))


def test_nothing_can_be_done_with_it_any_more(coming: Demo) -> None:
    where = coming.candidate.evaluation
    vendors.enter(where, "demos")
    draw_up_script(demo=coming, by=where.owner)
    item = coming.script_items.get()
    call_off(coming)
    stale: dict[str, Any] = {"demo": coming, "by": where.owner}
    for act in (
        lambda: move_demo(day=timezone.localdate(), time=TEN, **stale),
        lambda: hold_demo(attendees="All", **stale),
        lambda: end_demo(**stale),
        lambda: write_demo_note(text="Nice", **stale),
        lambda: draw_up_script(**stale),
        lambda: add_script_item(question="And?", **stale),
        lambda: add_dazzle(text="A robot", **stale),
        lambda: change_script_item(item=item, remark="Later", by=where.owner),
    ):
        with pytest.raises(Refused, match="called off"):
            act()
    seen = ScriptItem.objects.get()
    with pytest.raises(Refused, match="called off"):
        trials.verdict(trials.claim_of(coming.candidate), "demo", script_item=seen)


def test_the_database_knows_it_too(coming: Demo) -> None:
    call_off(coming)
    for lie in ({"held_at": timezone.now()}, {"called_off_because": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Demo.objects.update(**lie)


def test_all_who_were_invited_get_one_mail_that_names_nobody(
    coming: Demo, smtp_sink: Sink
) -> None:
    before, ivan = int(coming.occurrence), stakeholders.holder("it")
    assert [date.what for date in dates_of(ivan)] == ["A demo"]
    call_off(coming)
    assert dates_of(ivan) == []
    assert people_told() == set(stakeholders.PEOPLE.values()), "who calls it off knows"
    stopped = Notice.objects.filter(kind__in=("demo_arranged", "demo_coming"))
    assert {notice.suppressed_because for notice in stopped} == {
        "The demo was called off."
    }
    notice = Notice.objects.filter(kind="demo_called_off")[0]
    mail = KINDS["demo_called_off"].compose(notice)
    assert mail.subject.startswith("A demo is called off – ")
    assert not any(
        word in mail.subject + mail.text + mail.html for word in ("Acme", "engineer")
    )
    assert mail.ics is not None
    calendar = Calendar.from_ical(mail.ics)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", before + 1)
    assert str(event["UID"]).startswith(str(coming.pk))
    sweep_notices()
    assert len(smtp_sink.arrived) == len(stakeholders.PEOPLE)


def test_who_has_left_is_not_told(coming: Demo) -> None:
    where = coming.candidate.evaluation
    part = where.stakeholders.get(user=stakeholders.holder("it"))
    remove_stakeholder(stakeholder=part, reason="New job.", by=where.owner)
    call_off(coming)
    assert "ivan" not in people_told()
    part = where.stakeholders.get(user=stakeholders.holder("pm"))
    remove_stakeholder(stakeholder=part, reason="New job.", by=where.owner)
    late = Notice.objects.get(kind="demo_called_off", recipient=part.user)
    assert "no part" in KINDS["demo_called_off"].holds(late)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/notices/test_demo_notices.py"
    "::test_less_than_a_day_before_it_one_mail_at_once_says_it_all",
)
def test_nobody_hears_of_what_would_be_over(acme: Candidate) -> None:
    old = arranged(acme)
    Demo.objects.update(scheduled_for=timezone.now() - datetime.timedelta(minutes=89))
    call_off(old)
    assert len(people_told()) == len(stakeholders.PEOPLE), "some are waiting for it now"
    Notice.objects.all().delete()
    older = arranged(acme)
    Demo.objects.filter(pk=older.pk).update(
        scheduled_for=timezone.now() - datetime.timedelta(minutes=91)
    )
    call_off(older)
    assert people_told() == set()


def test_that_of_an_eliminated_candidate_is_called_off_for_good(coming: Demo) -> None:
    option = coming.candidate
    eliminate(candidate=option, reason="Too dear.", by=option.evaluation.owner)
    call_off(coming)
    assert len(people_told()) == len(stakeholders.PEOPLE)
    for notice in Notice.objects.filter(kind="demo_called_off"):
        assert KINDS["demo_called_off"].holds(notice) == ""
    reinstate(candidate=option, reason="Cheaper.", by=option.evaluation.owner)
    invite_who_joined()
    assert not Notice.objects.filter(kind="demo_coming", state="pending").exists()
    assert Demo.objects.to_come().count() == 0
    assert arranged(option, days=12) in Demo.objects.to_come()


def test_it_travels_with_its_reason(coming: Demo) -> None:
    was = call_off(coming)
    taken_in(carried_away(coming.candidate.evaluation))
    again = Demo.objects.get()
    assert (again.called_off_at, again.called_off_because) == (was.called_off_at, WHY)
