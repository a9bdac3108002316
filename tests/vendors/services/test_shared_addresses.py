"""One person for two rivals of one purchase: only by the owner's yes to just that."""

import re

import pytest
from django.contrib.auth.models import Permission

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.services.delivery import sweep_notices
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.factories.vendors import invite
from tests.smtp_sink import Sink
from vendors.mail import link_secret, shared_by
from vendors.models import Candidate, Contact, InvitationLink
from vendors.selectors.access import find_link
from vendors.services.contacts import (
    add_contact,
    change_contact,
    send_link,
    yes_to,
)
from vendors.services.dialogue import answer_question, ask_question

pytestmark = pytest.mark.django_db
TICK = re.compile(r'name="shared" value="(\w{64})"')


@pytest.fixture
def where() -> Evaluation:
    return vendors.in_research(common.evaluation())


@pytest.fixture
def acme(where: Evaluation) -> Candidate:
    return vendors.candidate(where)


@pytest.fixture
def globex(where: Evaluation) -> Candidate:
    found = vendors.candidate(where, "Globex ML")
    contact(found, "gus@globex.example")
    return found


def contact(candidate: Candidate, email: str, *shared: str) -> Contact:
    assert candidate.vendor is not None
    by = candidate.evaluation.owner
    return add_contact(
        vendor=candidate.vendor, name="Gus", email=email, by=by, shared=shared
    )


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("gus@globex.example", "Gus+bids@Globex.example", "gus@globex.example"),
        ("ada@globex.example", "gus@globex.example", "globex.example"),
        ("ada@uk.globex.example", "gus@globex.example", "globex.example"),
        ("ada@gmail.com", "gus@gmail.com", ""),
        ("gus@gmail.com", "Gus@GMail.com", "gus@gmail.com"),
        ("ada@notglobex.example", "gus@globex.example", ""),
    ],
)
def test_a_mailbox_is_shared_or_a_domain_that_is_somebodys(
    one: str, other: str, shared: str
) -> None:
    assert shared_by(one, other) == shared_by(other, one) == shared


@pytest.mark.parametrize("email", ["gus@globex.example", "ada@globex.example"])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[ada@globex.example]",
)
def test_it_is_refused_until_the_owner_says_yes_to_exactly_this(
    acme: Candidate, globex: Candidate, email: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        contact(acme, email)
    sentence = refusal.value.sentence
    assert "Globex" in sentence
    assert Contact.objects.count() == 1
    with pytest.raises(Invalid):
        contact(acme, email, yes_to("Something else."))
    person = contact(acme, email, yes_to(sentence))
    entry = Entry.objects.get(action="shared_address.allowed")
    assert entry.actor == acme.evaluation.owner
    assert entry.after["rival"] == "Globex"
    assert entry.after["shared"] in email
    # Said once, it holds for the invitations of both.
    invite(candidate=acme, contacts=[person], by=acme.evaluation.owner)
    gus = Contact.objects.get(vendor=globex.vendor)
    invite(candidate=globex, contacts=[gus], by=acme.evaluation.owner)
    assert Notice.objects.count() == 2


def test_a_yes_to_a_mailbox_is_none_to_its_domain(
    acme: Candidate, globex: Candidate
) -> None:
    with pytest.raises(Invalid) as refusal:
        contact(acme, "gus@globex.example")
    contact(acme, "gus@globex.example", yes_to(refusal.value.sentence))
    with pytest.raises(Invalid, match="The domain globex"):
        contact(acme, "eve@globex.example")


def test_it_is_refused_when_an_address_is_changed(
    acme: Candidate, globex: Candidate
) -> None:
    ada, by = contact(acme, "ada@acme.example"), acme.evaluation.owner
    with pytest.raises(Invalid, match="stands for Globex"):
        change_contact(contact=ada, name="Ada", email="ada@globex.example", by=by)
    ada.refresh_from_db()
    assert ada.email == "ada@acme.example"
    change_contact(contact=ada, name="Ada Park", email=ada.email, by=by)


def test_it_is_refused_when_somebody_known_is_invited(where: Evaluation) -> None:
    old = vendors.candidate(where)
    person = contact(old, "ada@acme.example")
    rival = vendors.vendor("Globex")
    # Nobody had a reason to ask while Globex was in no evaluation with Acme.
    add_contact(vendor=rival, name="Eve", email="eve@acme.example", by=where.owner)
    vendors.candidate(where, "Globex ML")
    with pytest.raises(Invalid, match="The domain acme"):
        invite(candidate=old, contacts=[person], by=where.owner)
    assert not Notice.objects.exists()


def test_two_candidates_of_one_vendor_and_other_purchases_are_no_rivals(
    acme: Candidate,
) -> None:
    second = vendors.candidate(acme.evaluation, "Acme Two", vendor=acme.vendor)
    contact(acme, "ada@acme.example")
    contact(second, "bob@acme.example")
    rival = vendors.vendor("Globex")
    by = acme.evaluation.owner
    assert add_contact(vendor=rival, name="Ada", email="ada@acme.example", by=by)


def test_the_form_asks_for_the_yes_once_it_is_needed(
    acme: Candidate, globex: Candidate
) -> None:
    assert acme.vendor is not None
    lead = signed_in(acme.evaluation.owner)
    address = f"/admin/act/add-contact/{acme.vendor.pk}/"
    assert not TICK.search(lead.get(address).content.decode())
    typed = {"name": "Gus", "email": "gus@globex.example"}
    answer = lead.post(address, typed)
    assert answer.status_code == 400
    tick = TICK.search(answer.content.decode())
    assert tick is not None
    assert 'value="gus@globex.example"' in answer.content.decode()
    assert lead.post(address, {**typed, "shared": tick[1]}).status_code == 302
    # The form of the invitation knows of it by then.
    vendors.released(acme.evaluation)
    person = Contact.objects.get(vendor=acme.vendor)
    assert act("invite", acme, acme.evaluation.owner, contacts=[person.pk]) == 302


def test_a_colleague_who_may_not_know_learns_nothing_and_the_mail_waits(
    acme: Candidate, globex: Candidate, smtp_sink: Sink
) -> None:
    where, noor = acme.evaluation, common.noor()
    noor.user_permissions.add(Permission.objects.get(codename="add_evaluation"))
    owner = where.owner
    invite(candidate=acme, by=owner)
    ada = contact(acme, "ada@acme.example")
    send_link(candidate=acme, contacts=[ada], by=owner)
    sweep_notices()
    (link,) = InvitationLink.objects.all()
    assert find_link(link_secret(link.pk))
    # A colleague's evaluations do not hold Acme, so nothing is asked.
    change_contact(contact=ada, name="Ada", email="eve@globex.example", by=noor)
    assert find_link(link_secret(link.pk)) is None
    question, _ = ask_question(evaluation=where, text="Which?", by=owner)
    answer_question(question=question, answer="This.", by=owner)
    waiting = Notice.objects.get(kind="question_answered")
    why = KINDS[waiting.kind].holds(waiting)
    assert why == "Ada may stand for another candidate, too."
