"""Whom a published requirement asks again when it changes, and whom it does not."""

import datetime

import pytest

from evaltracker.evaluations.journal import Actor
from evaltracker.evaluations.models import Evaluation, Notice, Requirement
from evaltracker.requirements.services.requirements import (
    add_requirement,
    change_requirement,
)
from tests.factories import common, vendors
from tests.keys import without_keys
from tests.vendors.mails import owed, read, to_whom, why_not
from vendors.models import Candidate
from vendors.services.answering import close_claims, reopen_claims
from vendors.services.candidates import eliminate
from vendors.services.contacts import add_contact
from vendors.services.dialogue import accept_proposal, propose_requirement

pytestmark = pytest.mark.django_db
KIND = "requirement_changed"
SOON = datetime.timedelta(days=7)


@pytest.fixture
def where(db: None) -> Evaluation:
    """R1 and R2, asked of Acme and Globex, each with a contact."""
    found = common.evaluation()
    common.requirement(found, "R1")
    common.requirement(found, "R2")
    vendors.in_research(found)
    for name in ("Acme", "Globex"):
        one = vendors.invited(found, f"{name} ML")
        assert one.vendor
        address = f"bids@{name.lower()}.example"
        add_contact(vendor=one.vendor, name="Bids", email=address, by=found.owner)
    return found


def need(where: Evaluation, ref: str = "R1") -> Requirement:
    found: Requirement = where.requirements.get(ref=ref)
    return found


def option(where: Evaluation, name: str = "Acme") -> Candidate:
    found: Candidate = where.candidates.get(name=f"{name} ML")
    return found


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_changes_in_one_go_are_one_mail_and_a_later_one_another",
)
def test_only_those_who_answered_it_are_asked_again(where: Evaluation) -> None:
    vendors.claim(option(where), need(where))
    vendors.claim(option(where, "Globex"), need(where, "R2"))
    change_requirement(requirement=need(where), text="New words", by=where.owner)
    assert to_whom(KIND) == ["bids@acme.example"]
    assert [claim.requirement.ref for claim in vendors.to_reconfirm(option(where))] == [
        "R1"
    ]
    said = read(owed(KIND)[0])
    assert "1 answer is to be confirmed" in said.text
    for word in ("New words", "R1", "Globex", "Acme"):
        assert word not in without_keys(said.text + said.subject + said.html), word


def test_what_is_no_other_words_asks_nobody(where: Evaluation) -> None:
    vendors.claim(option(where), need(where))
    change_requirement(requirement=need(where), scorer_help="Look", by=where.owner)
    assert to_whom(KIND) == []


def test_changes_in_one_go_are_one_mail_and_a_later_one_another(
    where: Evaluation,
) -> None:
    vendors.claim(option(where), need(where))
    vendors.claim(option(where), need(where, "R2"))
    for ref in ("R1", "R2"):
        change_requirement(requirement=need(where, ref), text="New", by=where.owner)
    (notice,) = owed(KIND)
    assert "2 answers are to be confirmed" in read(notice).text
    Notice.objects.update(occurrence="an hour ago")
    change_requirement(requirement=need(where), text="Newer", by=where.owner)
    assert len(owed(KIND)) == 2


def test_it_is_not_sent_once_everything_is_confirmed(where: Evaluation) -> None:
    vendors.claim(option(where), need(where))
    change_requirement(requirement=need(where), text="New", by=where.owner)
    for ref in ("R1", "R2"):
        vendors.claim(option(where), need(where, ref))
    assert why_not(owed(KIND)[0]) == "Nothing waits any more."


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/vendors/services/test_window_mail.py"
    "::test_it_comes_from_the_owner_over_the_one_address",
)
def test_a_new_requirement_is_told_to_everybody_who_is_invited(
    where: Evaluation,
) -> None:
    vendors.candidate(where, "Initech ML")
    made, _ = propose_requirement(
        candidate=option(where),
        category=need(where).category,
        text="GPU quotas",
        by=Actor(name="Acme by API"),
    )
    accept_proposal(proposal=made, ref="P1", by=where.owner)
    assert to_whom(KIND) == ["bids@acme.example", "bids@globex.example"]
    for notice in owed(KIND):
        said = read(notice)
        assert "0 of 3 answers" in said.text
        assert "GPU" not in without_keys(said.text)


def test_who_is_out_of_the_choice_hears_nothing(where: Evaluation) -> None:
    eliminate(candidate=option(where), reason="Too dear", by=where.owner)
    add_requirement(
        evaluation=where,
        category=need(where).category,
        ref="R3",
        text="More",
        by=where.owner,
    )
    assert to_whom(KIND) == ["bids@globex.example"]
    eliminate(candidate=option(where, "Globex"), reason="Too dear", by=where.owner)
    assert why_not(owed(KIND)[0]) == "The candidate was eliminated."


def test_closed_it_waits_until_claims_reopen(where: Evaluation) -> None:
    vendors.claim(option(where), need(where))
    close_claims(evaluation=where, by=where.owner)
    change_requirement(requirement=need(where), text="New", by=where.owner)
    (notice,) = owed(KIND)
    assert why_not(notice) == "Answering is closed."
    Notice.objects.update(state="suppressed", occurrence="an hour ago")
    reopen_claims(
        evaluation=where,
        close_at=datetime.datetime.now(datetime.UTC) + SOON,
        reason="R1 changed",
        by=where.owner,
    )
    again = [notice for notice in owed(KIND) if notice.state == "pending"]
    assert [notice.address for notice in again] == ["bids@acme.example"]
    assert read(again[0])
