"""Vendors are reminded that claims close: by the clocks of the evaluation, once."""

import datetime

import pytest

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.services.delivery import do_chores
from evaltracker.toolbox.days import instant_of
from tests.factories import common, vendors
from tests.vendors.mails import owed, read, to_whom, why_not
from vendors.models import Candidate
from vendors.services.answering import close_claims, move_claims_close
from vendors.services.contacts import add_contact
from vendors.services.drafts import hand_in
from vendors.services.reminders import closing_moments, remind_of_closing

pytestmark = pytest.mark.django_db
KIND = "claims_closing"
NOW = datetime.datetime.now(datetime.UTC)
LONG_AGO = NOW - datetime.timedelta(days=60)


@pytest.fixture
def acme(db: None) -> Candidate:
    """Invited long ago, with a contact; claims close in 30 days."""
    where = common.evaluation()
    common.requirement(where)
    vendors.in_research(where, days=30)
    found = vendors.invited(where)
    assert found.vendor
    add_contact(
        vendor=found.vendor, name="Ada", email="ada@acme.example", by=where.owner
    )
    Candidate.objects.update(invited_at=LONG_AGO)
    Evaluation.objects.update(claims_opened_at=LONG_AGO)
    found.refresh_from_db()
    return found


def closes_in(days: int) -> None:
    """Claims close at this hour of that day, whatever the hour is.

    So the morning `days + 1` days before it was yesterday's, and is over.
    """
    Evaluation.objects.update(
        claims_close_at=datetime.datetime.now(datetime.UTC)
        + datetime.timedelta(days=days)
    )


def test_each_offset_is_one_mail_however_often_it_is_looked(acme: Candidate) -> None:
    for days, mails in ((30, 0), (6, 1), (1, 1)):
        closes_in(days)
        for _ in range(3):
            remind_of_closing()
        # Another end is another occurrence.
        assert (
            len([notice for notice in owed(KIND) if why_not(notice) == ""]) == mails
        ), days
    assert "remind that claims close" in do_chores()
    said = read(owed(KIND)[-1])
    assert "Your answer to Example Foods is due" in said.subject
    assert said.ics


def test_the_last_day_of_a_midnight_end_is_the_day_before(acme: Candidate) -> None:
    where = acme.evaluation
    where.zone = "Europe/Berlin"
    day = datetime.date(2027, 3, 10)
    where.claims_close_at = instant_of(day, datetime.time(), where.zone)
    assert [
        (days, moment.astimezone(datetime.UTC).isoformat(timespec="minutes"))
        for days, moment in closing_moments(where)
    ] == [
        (7, "2027-03-02T08:00+00:00"),
        (2, "2027-03-07T08:00+00:00"),
        (1, "2027-03-08T08:00+00:00"),
        (0, "2027-03-09T08:00+00:00"),
    ]
    # Who closes at eight is not reminded at nine.
    where.claims_close_at = instant_of(day, datetime.time(8), where.zone)
    assert [days for days, _ in closing_moments(where)] == [7, 2, 1]


def test_whoever_was_invited_after_it_is_not_reminded_of_that_date(
    acme: Candidate,
) -> None:
    closes_in(1)
    Candidate.objects.update(invited_at=datetime.datetime.now(datetime.UTC))
    remind_of_closing()
    assert to_whom(KIND) == []


def test_a_moved_end_reminds_again_and_no_longer_of_the_old_one(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    closes_in(1)
    remind_of_closing()
    (old,) = owed(KIND)
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=20)
    move_claims_close(evaluation=where, close_at=later, reason="Asked", by=where.owner)
    assert why_not(old) == "The end was moved."
    remind_of_closing()
    assert len(owed(KIND)) == 1
    close_claims(evaluation=where, by=where.owner)
    assert why_not(old) == "Answering is closed."


def test_who_handed_in_what_stands_is_left_in_peace(acme: Candidate) -> None:
    vendors.claim(acme, acme.evaluation.requirements.get())
    hand_in(candidate=acme, by=Actor(name="Acme by API"))
    closes_in(1)
    remind_of_closing()
    (notice,) = owed(KIND)
    assert why_not(notice) == "The answer is handed in."
    vendors.claim(acme, acme.evaluation.requirements.get(), "beta")
    assert why_not(notice) == ""
