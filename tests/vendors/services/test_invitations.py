"""Inviting tells the vendor's contacts, by mails that are owed as long as they hold."""

import datetime

import pytest
from time_machine import TimeMachineFixture

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.services.delivery import sweep_notices
from tests.factories import common, vendors
from tests.factories.vendors import invite
from tests.smtp_sink import Sink
from vendors.models import Candidate, Contact
from vendors.services.candidates import eliminate
from vendors.services.contacts import (
    add_contact,
    change_contact,
    remove_contact,
    send_link,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    return vendors.in_research(common.evaluation())


@pytest.fixture
def acme(where: Evaluation) -> Candidate:
    return vendors.candidate(where)


def person(candidate: Candidate, name: str = "Ada") -> Contact:
    assert candidate.vendor is not None
    email = f"{name.lower()}@{candidate.vendor.slug}.example"
    by = candidate.evaluation.owner
    return add_contact(vendor=candidate.vendor, name=name, email=email, by=by)


def invite_people(candidate: Candidate, *names: str) -> Candidate:
    people = [person(candidate, name) for name in names]
    return invite(candidate=candidate, contacts=people, by=candidate.evaluation.owner)


def outcome() -> str:
    sweep_notices()
    notice = Notice.objects.get()
    return notice.suppressed_because or notice.state


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/test_invitation_mail.py"
    "::test_without_vendor_pages_it_tells_a_program_what_to_call",
)
def test_each_contact_is_owed_a_mail_of_their_own(
    acme: Candidate, smtp_sink: Sink
) -> None:
    invite_people(acme, "Ada", "Bob")
    entry = Entry.objects.filter(action="candidate.invited").get()
    assert set(entry.after["told"]) == {"ada@acme.example", "bob@acme.example"}
    assert sweep_notices().sent == 2
    assert {mail["To"] for mail in smtp_sink.arrived} == set(entry.after["told"])


def test_a_vendor_without_contacts_is_invited_and_nobody_told(acme: Candidate) -> None:
    assert invite(candidate=acme, by=acme.evaluation.owner).invited_at
    assert not Notice.objects.exists()


def test_nobody_elses_contact_is_told_and_then_nothing_is_done(
    where: Evaluation, acme: Candidate
) -> None:
    rivals = person(vendors.candidate(where, "Globex ML"), "Eve")
    gone = person(acme, "Ada")
    remove_contact(contact=gone, reason="Left", by=where.owner)
    for wrong in (rivals, gone):
        with pytest.raises(Invalid, match="Only contacts of Acme"):
            invite(candidate=acme, contacts=[wrong], by=where.owner)
    acme.refresh_from_db()
    assert acme.invited_at is None
    assert not Notice.objects.exists()


def test_it_is_not_sent_to_somebody_who_was_removed(
    acme: Candidate, smtp_sink: Sink
) -> None:
    invite_people(acme, "Ada")
    owner = acme.evaluation.owner
    remove_contact(contact=Contact.objects.get(), reason="Left", by=owner)
    assert outcome() == "Ada is no contact of it any more."
    assert smtp_sink.arrived == []


def test_it_is_not_sent_to_an_address_that_was_corrected(
    acme: Candidate, smtp_sink: Sink
) -> None:
    invite_people(acme, "Ada")
    ada, owner = Contact.objects.get(), acme.evaluation.owner
    change_contact(contact=ada, name="Ada", email="a@acme.example", by=owner)
    sweep_notices()
    invitation = Notice.objects.get(kind="invitation")
    assert "no contact of it" in invitation.suppressed_because
    assert [mail["To"] for mail in smtp_sink.arrived] == ["a@acme.example"]
    smtp_sink.arrived.clear()
    send_link(
        candidate=acme,
        contacts=Contact.objects.all(),
        by=owner,
    )
    sweep_notices()
    assert [mail["To"] for mail in smtp_sink.arrived] == ["a@acme.example"]


def test_it_is_not_sent_once_the_candidate_is_out(
    acme: Candidate, smtp_sink: Sink
) -> None:
    invite_people(acme, "Ada")
    eliminate(candidate=acme, reason="No SSO", by=acme.evaluation.owner)
    assert "Acme ML is eliminated" in outcome()
    assert smtp_sink.arrived == []


def test_the_same_person_is_pressed_daily_at_most_and_five_times_in_all(
    acme: Candidate, smtp_sink: Sink, time_machine: TimeMachineFixture
) -> None:
    start = datetime.datetime.now(datetime.UTC)
    invite_people(acme, "Ada")
    owner, people = acme.evaluation.owner, Contact.objects.all()

    def again() -> None:
        send_link(candidate=acme, contacts=people, by=owner)

    with pytest.raises(Refused, match="on its way"):
        again()
    sweep_notices()
    with pytest.raises(Refused, match="within the last 24 hours"):
        again()
    for day in range(1, 5):
        # The database's own clock stands still, so the sweep finds it due.
        time_machine.move_to(start + datetime.timedelta(days=day, hours=day))
        again()
        Notice.objects.filter(state="pending").update(state="sent")
    time_machine.move_to(start + datetime.timedelta(days=6))
    with pytest.raises(Refused, match="5 times; ring them up"):
        again()
    assert Notice.objects.count() == 5
    assert Entry.objects.filter(action="invitation.sent_again").count() == 4


def test_a_mail_that_was_refused_does_not_count(
    acme: Candidate, smtp_sink: Sink
) -> None:
    smtp_sink.answers["ada@acme.example"] = ["550 no such user", "250 OK"]
    invite_people(acme, "Ada")
    assert outcome() == "dead"
    owner = acme.evaluation.owner
    send_link(candidate=acme, contacts=Contact.objects.all(), by=owner)
    assert sweep_notices().sent == 1


def test_sending_it_needs_the_owner_and_somebody(acme: Candidate) -> None:
    owner = acme.evaluation.owner
    ada = person(acme)
    terms = {"candidate": acme, "contacts": [ada], "by": owner}
    with pytest.raises(Refused, match="not invited yet"):
        send_link(**terms)  # type: ignore[arg-type]
    invite(candidate=acme, by=owner)
    for wrong, error in (
        ({"contacts": []}, Invalid),
        ({"by": common.noor()}, Forbidden),
    ):
        with pytest.raises(error):
            send_link(**{**terms, **wrong})  # type: ignore[arg-type]
    assert not Notice.objects.exists()
