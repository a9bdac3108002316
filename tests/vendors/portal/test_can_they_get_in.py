"""“Can they get in?” begins with who was in, then looks at each contact."""

import datetime

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice
from tests.clients import signed_in
from tests.factories import common, vendors
from tests.vendors.door import case
from tests.vendors.portal.visitor import Visitor
from vendors.admin.access import AccessDiagnosis, AccessStep, steps_of, verdict
from vendors.models import Candidate, InvitationLink, VendorSession
from vendors.services.access import (
    actor_in_pages,
    note_first_seen,
    note_use,
    revoke_token,
)
from vendors.services.contacts import (
    add_contact,
    change_contact,
    disown_contact,
    give_link,
    let_in_again,
    remove_contact,
)

TOKEN_STEPS = {"It has a token", "It has called", "No call was turned away"}


class Seen:
    """What the owner is told of a candidate's way in."""

    def __init__(self, candidate: Candidate) -> None:
        rows = Candidate.objects.select_related("evaluation__owner", "vendor")
        look = AccessDiagnosis(rows.get(pk=candidate.pk), tries=False, here="/x/")
        self.steps = steps_of(look)
        self.heading, self.tone = verdict(look, self.steps)

    def of(self, name: str, tone: str) -> AccessStep:
        """The one step of a contact in that tone."""
        (step,) = (
            step
            for step in self.steps
            if step.contact and step.contact.name == name and step.tone == tone
        )
        return step

    @property
    def fails(self) -> list[str]:
        return [step.name for step in self.steps if step.tone == "bad"]

    @property
    def tells_of_tokens(self) -> bool:
        return bool(TOKEN_STEPS & {step.title for step in self.steps})


@pytest.fixture
def ada(ada: Visitor) -> Visitor:
    """Ada, whose invitation the mail server took."""
    Notice.objects.update(state="sent", sent_at=timezone.now())
    return ada


def colleague(ada: Visitor, where: Evaluation, name: str = "Bo") -> Visitor:
    """Another contact of the vendor, whose mail was taken, too."""
    contact = add_contact(
        vendor=ada.link.vendor,
        name=name,
        email=f"{name.lower()}@acme.example",
        by=where.owner,
    )
    return Visitor(give_link(candidate=ada.link.candidate, contact=contact))


def test_g1_who_is_in_by_the_pages_needs_no_token(ada: Visitor) -> None:
    expected = case("G1")["expected"]
    ada.sign_in()
    seen = Seen(ada.link.candidate)
    assert seen.heading == f"{expected['heading']}: Ada Park was in today."
    assert seen.tone == "good"
    assert seen.fails == expected["fails"]
    assert seen.tells_of_tokens is expected["token_steps"]


def test_g2_a_turned_link_is_told_with_the_mail_of_the_new_one(
    ada: Visitor, where: Evaluation
) -> None:
    expected = case("G2")["expected"]
    let_in_again(link=ada.link, by=where.owner)
    Notice.objects.update(state="sent")
    seen = Seen(ada.link.candidate)
    (step,) = (step for step in seen.steps if step.name == "Link of Ada Park")
    assert (step.word, step.sentence.rstrip(".").lower()) == (
        "look",
        expected["contact A"]["look"],
    )
    (mend,) = step.mends
    assert mend.label == expected["act"]
    new = InvitationLink.objects.get(turned_at=None)
    assert f"/admin/act/let-in-again/{new.pk}/" in mend.address
    assert step.details[1].endswith("turned today: the owner let them in again.")


def test_g3_a_refused_mail_leads_to_the_address(ada: Visitor) -> None:
    expected = case("G3")["expected"]
    Notice.objects.update(state="dead", last_error="550 no such user")
    seen = Seen(ada.link.candidate)
    step = seen.of("Ada Park", "bad")
    assert step.title.lower().startswith(expected["contact A"]["fails"])
    assert step.details == ("550 no such user",)
    assert step.mends[0].label == expected["act"].replace("A's", "Ada Park's")
    assert seen.heading.startswith("It fails at “Mail taken of Ada Park”.")


def test_g4_an_address_that_stands_for_a_rival_waits_for_a_yes(
    ada: Visitor, where: Evaluation
) -> None:
    expected = case("G4")["expected"]
    rival = vendors.invited(where, "Globex ML")
    assert rival.vendor is not None
    add_contact(
        vendor=rival.vendor, name="Gil", email="gil@globex.example", by=where.owner
    )
    # By somebody who runs another evaluation, and is not asked about this one.
    noor = common.noor()
    noor.user_permissions.add(Permission.objects.get(codename="add_evaluation"))
    common.evaluation(owner=noor, title="Elsewhere")
    contact = ada.link.contact
    change_contact(contact=contact, name="Ada Park", email="a@globex.example", by=noor)
    step = Seen(ada.link.candidate).of("Ada Park", "bad")
    assert expected["contact A"]["fails"] in step.title.lower()
    assert step.mends[0].label.lower() == expected["act"]


def test_g5_who_is_in_makes_the_heading_and_the_other_is_looked_at(
    ada: Visitor, where: Evaluation
) -> None:
    expected = case("G5")["expected"]
    colleague(ada, where).sign_in()
    seen = Seen(ada.link.candidate)
    assert seen.heading == expected["heading"].replace("B was", "Bo was") + "."
    step = seen.of("Ada Park", "warn")
    assert step.sentence.rstrip(".").lower() == expected["contact A"]["look"]


def test_g6_a_program_is_in_without_a_contact(ada: Visitor, where: Evaluation) -> None:
    expected = case("G6")["expected"]
    candidate = ada.link.candidate
    remove_contact(contact=ada.link.contact, reason="Left.", by=where.owner)
    vendors.token(ada.link.vendor)
    token = ada.link.vendor.tokens.get()
    note_use(token=token)
    note_first_seen(candidate=candidate, by=where.owner)
    seen = Seen(candidate)
    assert seen.heading == f"{expected['heading']}: it called today."
    assert seen.fails == []
    assert seen.tells_of_tokens
    (contacts,) = (step for step in seen.steps if step.title == "Contacts")
    assert contacts.sentence.rstrip(".").lower() == expected["contacts"]
    assert contacts.mends[0].label == "Add a contact"


def test_an_ended_token_fails_nothing_for_who_uses_the_pages(
    ada: Visitor, where: Evaluation
) -> None:
    vendors.token(ada.link.vendor)
    revoke_token(token=ada.link.vendor.tokens.get(), by=where.owner)
    assert Seen(ada.link.candidate).fails == ["It has a token"]
    ada.sign_in()
    seen = Seen(ada.link.candidate)
    assert (seen.fails, seen.heading) == ([], "Yes: Ada Park was in today.")


def test_visits_are_told_as_days_and_by_their_address(
    ada: Visitor, where: Evaluation
) -> None:
    ada.sign_in()
    day = datetime.date(2026, 5, 3)
    VendorSession.objects.update(last_visit_on=day)
    assert Seen(ada.link.candidate).heading == "Yes: Ada Park was in on 3 May 2026."
    page = signed_in(where.owner).get(
        f"/admin/candidates/{ada.link.candidate_id}/way-in/"
    )
    text = page.content.decode()
    assert "Was in on 3 May 2026." in text
    # Another address is another person, who was never in.
    change_contact(
        contact=ada.link.contact, name="Ada", email="a@acme.example", by=where.owner
    )
    seen = Seen(ada.link.candidate)
    assert "Was not in yet." in [step.sentence for step in seen.steps]
    assert not seen.heading.startswith("Yes")


def test_who_is_not_one_of_them_is_told(ada: Visitor, where: Evaluation) -> None:
    bo = colleague(ada, where)
    disown_contact(contact=ada.link.contact, by=actor_in_pages(bo.link))
    assert Seen(ada.link.candidate).of("Ada Park", "bad").title == "Current"
