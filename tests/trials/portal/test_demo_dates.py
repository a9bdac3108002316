"""A vendor sees when its own demo is, and what became of the date."""

import datetime
from typing import Any

import pytest
from icalendar import Calendar
from pytest_django import Settings

from tests.factories import trials, vendors
from tests.trials.portal.test_own_trial_page import contact_of
from tests.vendors.portal.visitor import Visitor
from trials.models import Demo
from trials.services.demos import call_off_demo, move_demo, schedule_demo
from vendors.models import Candidate
from vendors.rate_limits import forget_counts

pytestmark = pytest.mark.django_db
MEETING = "https://meet.example/acme"


def arranged(candidate: Candidate) -> Demo:
    """On a Monday in February, at two in the afternoon in Berlin."""
    return schedule_demo(
        candidate=candidate,
        day=datetime.date(2044, 2, 1),
        time=datetime.time(14),
        zone="Europe/Berlin",
        vendor_people="Named by the house",
        meeting_url=MEETING,
        by=candidate.evaluation.owner,
    )


@pytest.fixture
def acme(db: None) -> Candidate:
    forget_counts()
    where = trials.platform()
    found = trials.claimed(where, name="Acme ML")
    vendors.enter(where, "demos")
    found.evaluation = where
    return found


def entry(visitor: Visitor) -> Any:
    response = visitor.get(f"{visitor.home}demos/demo.ics")
    assert response.headers["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    return event


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/portal/test_own_trial_page.py"
    "::test_until_a_trial_is_agreed_there_is_none",
)
def test_day_hours_zone_and_link_and_no_more(
    acme: Candidate, settings: Settings
) -> None:
    ada = contact_of(acme)
    assert "Your demo" not in ada.get().content.decode()
    assert ada.get(f"{ada.home}demos/").status_code == 404
    demo = arranged(acme)
    assert "Your demo" in ada.get().content.decode()
    page = ada.get(f"{ada.home}demos/").content.decode()
    assert "Monday, 1 February 2044, 14:00 – 15:30 (Europe/Berlin)" in page
    assert MEETING in page
    assert "Named by the house" not in page
    event = entry(ada)
    assert str(event["UID"]).startswith(str(demo.pk))
    assert event["LOCATION"] == MEETING
    assert f"{settings.VENDOR_SITE_URL}{ada.home}demos/" == event["URL"]


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/portal/test_own_trial_page.py"
    "::test_until_a_trial_is_agreed_there_is_none",
)
def test_a_moved_and_a_called_off_date_say_so(acme: Candidate) -> None:
    ada, demo = contact_of(acme), arranged(acme)
    first = entry(ada)["SEQUENCE"]
    demo = move_demo(
        demo=demo,
        day=datetime.date(2044, 2, 8),
        time=datetime.time(9),
        zone="Europe/Berlin",
        by=acme.evaluation.owner,
    )
    page = ada.get(f"{ada.home}demos/").content.decode()
    assert "This date was moved." in page
    assert "Monday, 8 February 2044, 09:00 – 10:30" in page
    moved = entry(ada)["SEQUENCE"]
    assert moved > first
    call_off_demo(demo=demo, reason="We ran out of it.", by=acme.evaluation.owner)
    page = ada.get(f"{ada.home}demos/").content.decode()
    assert "This demo was called off." in page
    assert "We ran out of it." not in page
    assert MEETING not in page
    event = entry(ada)
    assert (event["STATUS"], event["SEQUENCE"] > moved) == ("CANCELLED", True)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/trials/portal/test_own_trial_page.py"
    "::test_until_a_trial_is_agreed_there_is_none",
)
def test_a_rival_sees_nothing_of_it(acme: Candidate) -> None:
    arranged(acme)
    where = acme.evaluation
    vendors.enter(where, "research")
    globex = trials.claimed(where, name="Globex ML")
    greta = contact_of(globex, "greta@globex.example")
    assert greta.get(f"{greta.home}demos/").status_code == 404
    assert greta.get(f"/vendor/{acme.pk}/demos/").status_code == 403
