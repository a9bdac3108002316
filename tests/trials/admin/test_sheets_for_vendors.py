"""What lies before a vendor holds what is asked, and no help for scorers."""

import datetime

import pytest
from django.utils import timezone

from evaltracker.evaluations.models import Notice, Requirement
from evaltracker.notices.kinds import KINDS
from tests.acting import act
from tests.clients import signed_in
from tests.factories import trials, vendors
from trials.models import Demo, ScriptItem
from trials.services.demos import schedule_demo
from trials.services.scripts import draw_up_script

pytestmark = pytest.mark.django_db
MARK = "helpmarkquux"


@pytest.fixture
def demo() -> Demo:
    option = trials.claimed(trials.platform("must", "should"))
    Requirement.objects.update(scorer_help=MARK)
    vendors.enter(option.evaluation, "demos")
    coming = schedule_demo(
        candidate=option,
        day=timezone.localdate() + datetime.timedelta(days=9),
        time=datetime.time(10),
        by=option.evaluation.owner,
    )
    draw_up_script(demo=coming, by=option.evaluation.owner)
    # As scripts of former days have it.
    ScriptItem.objects.update(passes_if=MARK)
    return coming


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/services/test_named_values.py"
    "::test_a_script_asks_for_the_values_that_are_not_proven",
)
def test_print_calendar_and_mails_hold_none_of_it(demo: Demo) -> None:
    reader = signed_in(demo.candidate.evaluation.owner)
    page = reader.get(f"/admin/demos/{demo.pk}/").content.decode()
    assert "For those who judge" in page
    assert MARK in page
    for sheet in ("script/", "calendar.ics"):
        told = reader.get(f"/admin/demos/{demo.pk}/{sheet}")
        assert told.status_code == 200
        assert MARK not in told.content.decode()
    for notice in Notice.objects.filter(subject_id=str(demo.pk)):
        message = KINDS[notice.kind].compose(notice)
        told_by_mail = f"{message.subject}{message.text}{message.html}{message.ics!r}"
        assert MARK not in told_by_mail


@pytest.mark.nightly(
    reason="dear; each push runs its neighbour, which needs the same set-up",
    short="::test_a_button_moves_an_item_without_a_script",
)
def test_attendees_and_link_are_chosen_on_the_page(demo: Demo) -> None:
    owner = demo.candidate.evaluation.owner
    person = demo.candidate.evaluation.stakeholders.first()
    assert person is not None
    form = {
        "guests": [str(person.pk)],
        "vendor_people": "Ana Silva",
        "meeting_url": "https://meet.example/abc",
    }
    assert act("plan-attendance", demo, owner, **form) == 302
    client = signed_in(owner)
    page = client.get(f"/admin/demos/{demo.pk}/").content.decode()
    assert person.user.name in page
    assert "Ana Silva" in page
    assert "https://meet.example/abc" in page
    begin = client.get(f"/admin/act/hold-demo/{demo.pk}/").content.decode()
    assert "Ana Silva" in begin
    insecure = form | {"meeting_url": "http://meet.example/"}
    assert act("plan-attendance", demo, owner, **insecure) == 400


def test_a_button_moves_an_item_without_a_script(demo: Demo) -> None:
    owner = demo.candidate.evaluation.owner
    last = demo.script_items.last()
    assert last is not None
    assert act("move-script-item", last, owner, to="1") == 302
    assert demo.script_items.first() == last
