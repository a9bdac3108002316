"""A contact asks for a colleague to be let in, and the owner says yes or no."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.workflow.inbox.glances import my_work
from tests.acting import act
from tests.clients import signed_in
from tests.factories import stakeholders, vendors
from tests.vendors.mails import read, to_whom
from tests.vendors.portal.visitor import Visitor, invited
from vendors.mail import link_secret
from vendors.models import Contact, ContactRequest, InvitationLink
from vendors.services.candidates import eliminate
from vendors.services.contacts import (
    MOST_REQUESTS,
    accept_contact,
    ask_for_contact,
    decline_contact,
    tell_of_contact_requests,
    yes_to,
)

KIM = {"name": "Kim Lee", "email": "kim@acme.example"}


@pytest.fixture
def inside(ada: Visitor) -> Visitor:
    return ada.sign_in()


@pytest.fixture
def contact_request(inside: Visitor) -> ContactRequest:
    assert inside.post(f"{inside.home}colleagues/", **KIM).status_code == 302
    found: ContactRequest = ContactRequest.objects.get()
    return found


def test_the_owner_is_told_once_and_lets_the_colleague_in(
    contact_request: ContactRequest, inside: Visitor, where: Evaluation
) -> None:
    assert contact_request.asked_by == inside.link.contact
    tell_of_contact_requests()
    tell_of_contact_requests()
    message = read(Notice.objects.get(kind="contact_asked"))
    assert "/invitations/" in message.text
    assert KIM["email"] not in message.text
    owner = signed_in(where.owner)
    address = f"/admin/e/{where.slug}/invitations/"
    assert KIM["email"] in owner.get(address).content.decode()
    assert not Contact.objects.filter(email=KIM["email"]).exists()
    assert act("accept-contact", contact_request, where.owner) == 302
    kim = InvitationLink.objects.get(contact__email=KIM["email"])
    assert kim.candidate == inside.link.candidate
    letter = Notice.objects.get(kind="invitation", address=KIM["email"])
    assert f"/vendor/start/{link_secret(kim.pk)}/" in read(letter).text
    assert "Let in" in inside.get(f"{inside.home}colleagues/").content.decode()
    assert "contact-requests" not in owner.get(address).content.decode()
    assert Visitor(kim).sign_in().get().status_code == 200
    told = Entry.objects.filter(action__startswith="contact_request.")
    assert [entry.action for entry in told.order_by("number")] == [
        "contact_request.made",
        "contact_request.accepted",
    ]
    assert told.order_by("number")[0].actor_name == "Acme (Ada Park)"
    with pytest.raises(Refused, match="accepted already"):
        accept_contact(request=contact_request, by=where.owner)


@pytest.mark.usefixtures("contact_request")
def test_it_waits_on_the_owner_until_it_is_answered(where: Evaluation) -> None:
    def waiting() -> list[str]:
        return [item.what for item in my_work(where.owner)]

    assert "Answer 1 vendor asking to let a colleague in" in waiting()
    decline_contact(request=ContactRequest.objects.get(), reason="No.", by=where.owner)
    assert "asking to let a colleague in" not in " ".join(waiting())


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/portal/test_sign_in.py::test_nothing_keeps_the_code",
)
def test_the_owner_declines_and_the_vendor_reads_why(
    contact_request: ContactRequest, inside: Visitor, where: Evaluation
) -> None:
    decline_contact(request=contact_request, reason="One is enough.", by=where.owner)
    page = inside.get(f"{inside.home}colleagues/").content.decode()
    assert "One is enough." in page
    assert not Contact.objects.filter(email=KIM["email"]).exists()
    # It may be asked for again.
    inside.post(f"{inside.home}colleagues/", **KIM)
    assert ContactRequest.objects.count() == 2


def test_nobody_else_answers_or_sees_it(
    contact_request: ContactRequest, where: Evaluation
) -> None:
    part = stakeholders.stakeholders(where, "it")["it"]
    vendors.declare_none(where)
    page = signed_in(part.user).get(f"/admin/e/{where.slug}/invitations/", follow=True)
    assert KIM["email"] not in page.content.decode()
    with pytest.raises(Forbidden):
        accept_contact(request=contact_request, by=part.user)
    with pytest.raises(Forbidden):
        decline_contact(request=contact_request, reason="No.", by=part.user)
    assert not ContactRequest.objects.visible_to(part.user).exists()


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nobody_is_let_in_for_a_candidate_that_is_out",
)
def test_one_person_for_two_rivals_needs_the_owners_word(
    inside: Visitor, where: Evaluation
) -> None:
    bo = Visitor(invited(where, "Globex ML", "bo@globex.example")).sign_in()
    answer = inside.post(
        f"{inside.home}colleagues/", name="Bo Marchetti", email="BO@globex.example"
    )
    # The vendor hears nothing of who else is invited.
    assert answer.status_code == 302
    request = ContactRequest.objects.get()
    assert request.name not in bo.get(f"{bo.home}colleagues/").content.decode()
    with pytest.raises(Invalid, match="also stands for Globex") as refusal:
        accept_contact(request=request, by=where.owner)
    assert act("accept-contact", request, where.owner) == 400
    yes = yes_to(refusal.value.sentence)
    assert act("accept-contact", request, where.owner, shared=yes) == 302


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nobody_is_let_in_for_a_candidate_that_is_out",
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    contact_request: ContactRequest, inside: Visitor
) -> None:
    page = f"{inside.home}colleagues/"
    for status, fields in ((400, {**KIM, "email": "kim"}), (409, KIM)):
        refused = inside.post(page, **fields)
        assert refused.status_code == status
        assert 'role="alert"' in refused.content.decode()
        assert KIM["name"] in refused.content.decode()
    for number in range(MOST_REQUESTS):
        inside.post(page, name="K", email=f"k{number}@acme.example")
    assert ContactRequest.objects.count() == MOST_REQUESTS


def test_nobody_is_let_in_for_a_candidate_that_is_out(
    contact_request: ContactRequest, where: Evaluation
) -> None:
    link = InvitationLink.objects.get()
    eliminate(candidate=contact_request.candidate, reason="Too dear.", by=where.owner)
    with pytest.raises(Refused, match="invitation is over"):
        ask_for_contact(link=link, name="K", email="k@acme.example", by=SYSTEM)
    with pytest.raises(Refused, match="is eliminated"):
        accept_contact(request=contact_request, by=where.owner)
    assert to_whom("contact_asked") == []
