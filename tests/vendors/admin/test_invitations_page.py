"""The invitations page: each invitation by how far it got, and what to do about it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Notice, User
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common, stakeholders, vendors
from vendors.admin.invitations import invitation_rows
from vendors.models import Candidate, Contact
from vendors.services.access import note_first_seen
from vendors.services.candidates import eliminate
from vendors.services.drafts import hand_in

pytestmark = pytest.mark.django_db
ACME = Actor(name="Acme by API")


@pytest.fixture
def purchase(db: None) -> Evaluation:
    """In research, with R1 and R2, and Ivan from IT."""
    where = common.evaluation()
    common.requirement(where, "R1")
    common.requirement(where, "R2", "should")
    stakeholders.stakeholders(where, "it")
    return vendors.in_research(where)


def page(where: Evaluation, user: User, query: str = "") -> str:
    answer = signed_in(user).get(f"/admin/e/{where.slug}/invitations/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def state(where: Evaluation) -> str:
    (row,) = invitation_rows(where)
    return row.state


def test_an_empty_page_says_where_invitations_come_from(purchase: Evaluation) -> None:
    assert "Nobody to invite yet" in page(purchase, purchase.owner)
    vendors.candidate(purchase, "Ours", kind="build")
    assert "Nobody to invite yet" in page(purchase, stakeholders.holder("it"))


def test_an_invitation_goes_through_its_states(purchase: Evaluation) -> None:
    owner = purchase.owner
    acme = vendors.candidate(purchase)
    assert state(purchase) == "uninvited"
    vendors.released(purchase)
    assert act("invite", acme, owner) == 302
    assert state(purchase) == "untold"
    form = {"new_name": "Ada", "new_email": "ada@acme.example", "reason": "New"}
    assert act("send-link", acme, owner, **form) == 302
    assert state(purchase) == "leaving"
    for stands, told in (("dead", "unsent"), ("suppressed", "unsent")):
        Notice.objects.update(state=stands)
        assert state(purchase) == told
    Notice.objects.update(state="sent", sent_at=timezone.now())
    assert state(purchase) == "sent"
    note_first_seen(candidate=acme, by=ACME)
    assert state(purchase) == "seen"
    vendors.claim(acme, purchase.requirements.get(ref="R1"))
    assert state(purchase) == "answering"
    number = hand_in(candidate=acme, by=ACME).number
    assert state(purchase) == "handed_in"
    vendors.claim(acme, purchase.requirements.get(ref="R2"))
    body = page(purchase, owner)
    for word in ("Handed in", number, "changed since", "2 of 2", "ada@acme.example"):
        assert word in body
    eliminate(candidate=acme, reason="No SSO", by=owner)
    assert state(purchase) == "eliminated"


def test_the_buyers_notes_are_no_answers_of_the_vendor(purchase: Evaluation) -> None:
    acme = vendors.invited(purchase)
    place = f"{acme.pk}.{purchase.requirements.get(ref='R1').pk}"
    note = {"statement": "Their page says so."}
    assert act("note-claim", place, purchase.owner, **note) == 302
    (row,) = invitation_rows(purchase)
    assert (row.answers.answered, row.answers.asked) == (0, 2)


def test_it_is_filtered_by_state_and_knows_no_other_parameter(
    purchase: Evaluation,
) -> None:
    vendors.invited(purchase)
    vendors.candidate(purchase, "Globex ML")
    body = page(purchase, purchase.owner, "?state=uninvited")
    assert "Globex ML" in body
    assert "Acme ML" not in body
    client = signed_in(purchase.owner)
    for query in ("?state=none", "?vendor=1", "?state=seen&state=sent"):
        url = f"/admin/e/{purchase.slug}/invitations/{query}"
        assert client.get(url).status_code == 400


def test_tokens_and_acts_are_the_owners(purchase: Evaluation) -> None:
    acme = vendors.invited(purchase)
    assert acme.vendor is not None
    prefix = vendors.token(acme.vendor)[:16]
    mine = page(purchase, purchase.owner)
    theirs = page(purchase, stakeholders.holder("it"))
    for word in (prefix, "Issue a token", "Can they get in?", "Send the link"):
        assert word in mine
        assert word not in theirs
    url = f"/admin/e/{purchase.slug}/invitations/"
    assert signed_in(common.noor()).get(url).status_code == 404
    assert signed_in(purchase.owner).post(url).status_code == 405


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/admin/test_candidates_page.py"
    "::test_a_candidate_is_changed_and_invited_once",
)
def test_the_form_offers_only_contacts_of_this_vendor(purchase: Evaluation) -> None:
    acme = vendors.candidate(purchase)
    rival = vendors.candidate(purchase, "Globex ML")
    owner = purchase.owner
    for candidate, name in ((acme, "Ada"), (rival, "Eve")):
        form = {"name": name, "email": f"{name.lower()}@{name.lower()}.example"}
        assert act("add-contact", candidate.vendor, owner, **form) == 302
    eve = Contact.objects.get(name="Eve")
    url = f"/admin/act/invite/{acme.pk}/"
    body = signed_in(owner).get(url).content.decode()
    assert "ada@ada.example" in body
    assert "eve@eve.example" not in body
    assert act("invite", acme, owner, contacts=[eve.pk]) == 400
    assert act("invite", acme, owner, new_name="Half") == 400
    assert not Candidate.objects.filter(invited_at__isnull=False).exists()
    ada = Contact.objects.get(name="Ada")
    vendors.released(purchase)
    assert act("invite", acme, owner, contacts=[ada.pk]) == 302
    assert Notice.objects.get().address == "ada@ada.example"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_an_invitation_goes_through_its_states",
)
def test_it_costs_the_same_for_many_as_for_few(purchase: Evaluation) -> None:
    client = signed_in(purchase.owner)
    url = f"/admin/e/{purchase.slug}/invitations/"

    def queries() -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        return len(seen)

    counts = []
    for few in (("Acme ML",), ("Globex ML", "Initech ML", "Hooli ML")):
        for name in few:
            one = vendors.invited(purchase, name)
            assert one.vendor is not None
            vendors.token(one.vendor)
            form = {"name": "Ada", "email": f"ada@{one.vendor.slug}.example"}
            act("add-contact", one.vendor, purchase.owner, **form)
            again = {"contacts": [Contact.objects.get(vendor=one.vendor).pk]}
            act("send-link", one, purchase.owner, **again)
        counts.append(queries())
    assert counts[0] == counts[1]
