"""Putting options up, inviting, shortlisting, dropping."""

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations.models import Entry, Evaluation
from tests.factories import common, vendors
from tests.factories.vendors import invite
from vendors.services.candidates import (
    add_vendor,
    change_candidate,
    change_vendor,
    eliminate,
    reinstate,
    shortlist,
)
from vendors.services.contacts import add_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    return vendors.in_research(common.evaluation())


def last_action(where: Evaluation) -> str:
    action: str = Entry.objects.filter(evaluation=where).latest("number").action
    return action


def test_a_candidate_goes_down_and_back_up_and_each_step_is_journaled(
    where: Evaluation,
) -> None:
    acme, owner = vendors.candidate(where), where.owner
    assert shortlist(candidate=acme, by=owner).state == "shortlisted"
    gone = eliminate(candidate=acme, reason="No SSO", by=owner)
    assert (gone.state, gone.state_reason) == ("eliminated", "No SSO")
    assert last_action(where) == "candidate.eliminated"
    back = reinstate(candidate=acme, reason="SSO was found", by=owner)
    assert back.state == "longlisted"
    assert last_action(where) == "candidate.reinstated"


def test_a_candidate_is_not_shortlisted_out_of_elimination(where: Evaluation) -> None:
    acme, owner = vendors.candidate(where), where.owner
    eliminate(candidate=acme, reason="No SSO", by=owner)
    with pytest.raises(Refused, match="is eliminated"):
        shortlist(candidate=acme, by=owner)
    with pytest.raises(Refused, match="reinstate it first"):
        invite(candidate=acme, by=owner)


def test_eliminating_needs_a_reason(where: Evaluation) -> None:
    with pytest.raises(Invalid) as invalid:
        eliminate(candidate=vendors.candidate(where), reason=" ", by=where.owner)
    assert list(invalid.value.errors) == ["reason"]


def test_only_the_owner_moves_candidates(where: Evaluation) -> None:
    acme, otto = vendors.candidate(where), common.otto()
    with pytest.raises(Forbidden):
        shortlist(candidate=acme, by=otto)
    with pytest.raises(Forbidden):
        invite(candidate=acme, by=otto)


def test_a_vendor_is_invited_once_and_only_in_research() -> None:
    where = common.evaluation()
    acme = vendors.candidate(where)
    with pytest.raises(Refused, match="research stage"):
        invite(candidate=acme, by=where.owner)
    vendors.enter(where, "research")
    assert invite(candidate=acme, by=where.owner).invited_at is not None
    with pytest.raises(Refused, match="invited already"):
        invite(candidate=acme, by=where.owner)
    with pytest.raises(Refused, match="another vendor"):
        change_candidate(
            candidate=acme, vendor=vendors.vendor("Globex"), by=where.owner
        )


def test_what_is_built_has_nobody_to_invite(where: Evaluation) -> None:
    own = vendors.candidate(where, "Our own", kind="build")
    with pytest.raises(Refused, match="nobody to invite"):
        invite(candidate=own, by=where.owner)
    with pytest.raises(Invalid) as invalid:
        vendors.candidate(where, "Mine", kind="build", vendor=vendors.vendor())
    assert list(invalid.value.errors) == ["vendor"]


def test_a_name_is_given_once_and_is_one_line(where: Evaluation) -> None:
    vendors.candidate(where)
    for name in ("Acme ML", "Acme\nML", "\u202eAcme"):
        with pytest.raises(Invalid):
            vendors.candidate(where, name, vendor=vendors.vendor())


def test_a_vendor_is_listed_once_and_by_people_who_run_evaluations() -> None:
    with pytest.raises(Forbidden):
        add_vendor(name="Acme", by=common.noor())
    acme = add_vendor(name="Acme", aliases=["Acme Inc."], by=common.lina())
    assert (acme.slug, acme.aliases) == ("acme", ["Acme Inc."])
    with pytest.raises(Refused, match="already"):
        add_vendor(name=" Acme ", by=common.lina())


def test_a_change_of_a_vendor_is_in_the_journal_of_its_evaluations(
    where: Evaluation,
) -> None:
    acme = vendors.candidate(where).vendor
    assert acme is not None
    change_vendor(vendor=acme, name="Acme AG", by=where.owner)
    assert last_action(where) == "vendor.changed"
    add_contact(vendor=acme, name="Mia", email="mia@acme.example", by=where.owner)
    assert last_action(where) == "contact.added"
    for email in ("a@b.example, c@d.example", "a@b.example\nBcc: x", "mia"):
        with pytest.raises(Invalid):
            add_contact(vendor=acme, name="Two", email=email, by=where.owner)
