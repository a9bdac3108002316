"""Invited vendors hear that answering opens, when it ends, and that it ended; once."""

import datetime
from email import message_from_bytes
from email.policy import default

import pytest
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.mail import outgoing_message
from evaltracker.toolbox.days import wall_of
from tests.factories import common, vendors
from tests.vendors.mails import owed, read, to_whom, why_not
from tests.vendors.portal.visitor import ADDRESS, invited
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.services.answering import (
    close_claims,
    move_claims_close,
    open_claims,
    reopen_claims,
)
from vendors.services.contacts import remove_contact
from vendors.services.drafts import hand_in
from vendors.services.reminders import tell_of_end

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def where(db: None) -> Evaluation:
    """In research, not open yet; Acme is invited and has read its mail."""
    found = common.evaluation()
    common.requirement(found)
    vendors.enter(found, "research")
    invited(found)
    letters = Notice.objects.filter(kind="invitation")
    letters.update(state="sent", sent_at=timezone.now())
    return found


def acme() -> Candidate:
    return Candidate.objects.get(name="Acme ML")


def in_days(days: int) -> datetime.datetime:
    return timezone.now() + days * DAY


def opened(where: Evaluation, days: int = 14) -> Evaluation:
    return open_claims(evaluation=where, close_at=in_days(days), by=where.owner)


def spoken_day(days: int) -> str:
    wall = wall_of(in_days(days), "UTC")
    return f"{wall.day} {wall:%b %Y}"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_it_comes_from_the_owner_over_the_one_address",
)
def test_who_was_invited_before_hears_that_answering_opens(where: Evaluation) -> None:
    opened(where)
    (notice,) = owed("answering_opened")
    said = read(notice)
    assert said.subject == (
        f"You can now answer Example Foods, until {spoken_day(14)} – "
        "Choose an ML platform"
    )
    assert "/vendor/start/" in said.text
    assert "By program" not in said.text
    assert (
        "0 of 1 answers" in said.text and "You have not handed in prices." in said.text
    )
    assert said.ics
    assert notice.address == ADDRESS


def test_nobody_hears_it_twice_who_is_invited_at_that_moment(db: None) -> None:
    where = vendors.enter(common.evaluation(), "research")
    invited(where)
    opened(where)
    (notice,) = owed("answering_opened")
    assert why_not(notice) == "The invitation says it."


def test_a_moved_end_is_one_mail_however_often_it_moves(where: Evaluation) -> None:
    opened(where)
    for days in (20, 30):
        move_claims_close(
            evaluation=where, close_at=in_days(days), reason="Asked", by=where.owner
        )
    notices = owed("answering_moved")
    assert len({notice.due_at for notice in notices}) == len(notices) <= 2
    said = read(notices[-1])
    assert said.subject.startswith(
        f"New deadline for your answer to Example Foods: {spoken_day(30)}"
    )
    assert said.ics
    close_claims(evaluation=where, by=where.owner)
    assert why_not(notices[-1]) == "Answering is closed."


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "by the clock"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them", short="[by hand]"
)
def test_the_end_is_told_once_with_what_counts(
    where: Evaluation, by_hand: bool
) -> None:
    opened(where)
    vendors.claim(acme(), where.requirements.get())
    receipt = hand_in(candidate=acme(), by=Actor(name="Acme by API"))
    tell_of_end()
    assert owed("answering_closed") == []
    if by_hand:
        close_claims(evaluation=where, by=where.owner)
    else:
        Evaluation.objects.update(claims_close_at=timezone.now())
        Candidate.objects.update(invited_at=in_days(-1))
    tell_of_end()
    tell_of_end()
    (notice,) = owed("answering_closed")
    said = read(notice)
    assert "The time to answer Example Foods is over" in said.subject
    assert f"your last receipt is {receipt.number}." in said.text


def test_the_end_says_when_nothing_came(where: Evaluation) -> None:
    opened(where)
    close_claims(evaluation=where, by=where.owner)
    tell_of_end()
    assert "We have no answer from you." in read(owed("answering_closed")[0]).text


def test_reopening_takes_the_end_back_and_is_told(where: Evaluation) -> None:
    opened(where)
    close_claims(evaluation=where, by=where.owner)
    tell_of_end()
    (over,) = owed("answering_closed")
    Notice.objects.filter(kind="answering_opened").delete()
    reopen_claims(
        evaluation=where, close_at=in_days(3), reason="More time", by=where.owner
    )
    assert why_not(over) == "Answering is open again."
    assert to_whom("answering_opened") == [ADDRESS]


@pytest.mark.parametrize(
    "kind", ["answering_closed", "answering_moved", "answering_opened"]
)
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[answering_moved]",
)
def test_no_mail_reaches_who_left_or_is_out(where: Evaluation, kind: str) -> None:
    opened(where)
    move_claims_close(
        evaluation=where, close_at=in_days(20), reason="Asked", by=where.owner
    )
    if kind == "answering_closed":
        close_claims(evaluation=where, by=where.owner)
        tell_of_end()
    (notice,) = owed(kind)
    assert why_not(notice) == ""
    Candidate.objects.update(state=CandidateState.ELIMINATED, state_reason="Late")
    assert why_not(notice) == "The candidate was eliminated."
    Candidate.objects.update(state=CandidateState.LONGLISTED, state_reason="")
    (link,) = acme().links.all()
    remove_contact(contact=link.contact, reason="Left", by=where.owner)
    assert "is no contact of it any more" in why_not(notice)


def test_it_comes_from_the_owner_over_the_one_address(where: Evaluation) -> None:
    opened(where)
    (notice,) = owed("answering_opened")
    buyer = "Rossi, Żak & Co.\r\nBcc: all@example.com"
    Evaluation.objects.update(buyer=buyer)
    parcel = outgoing_message(notice, read(notice))
    mail = message_from_bytes(bytes(parcel), policy=default)
    (sender,) = mail["From"].addresses
    assert sender.display_name == "Lina Lead at Rossi, Żak & Co. Bcc: all@example.com"
    assert sender.addr_spec == "evaltracker@localhost"
    assert mail["Bcc"] is None
