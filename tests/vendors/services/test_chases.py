"""Reminding vendors of what they have not answered, and not too often."""

import datetime

import pytest

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Entry, Notice
from tests.factories import common, stakeholders, vendors
from tests.keys import without_keys
from tests.vendors.mails import owed, read, to_whom, why_not
from vendors.models import Candidate
from vendors.selectors.claims import waiting_for
from vendors.services.answering import close_claims
from vendors.services.candidates import eliminate
from vendors.services.claims import note_claim, rule_not_applicable
from vendors.services.contacts import add_contact
from vendors.services.reminders import chase, chase_all

pytestmark = pytest.mark.django_db
KIND = "not_answered"


@pytest.fixture
def acme(db: None) -> Candidate:
    """Invited, with one contact; R1 and R2 must, R3 should."""
    where = common.evaluation()
    for ref, priority in (("R1", "must"), ("R2", "must"), ("R3", "should")):
        common.requirement(where, ref, priority)
    vendors.in_research(where)
    found = vendors.invited(where)
    assert found.vendor
    add_contact(
        vendor=found.vendor, name="Ada", email="ada@acme.example", by=where.owner
    )
    return found


def later(**delta: float) -> None:
    """Let everything that was owed have been owed so long ago."""
    for notice in Notice.objects.all():
        Notice.objects.filter(pk=notice.pk).update(
            created_at=notice.created_at - datetime.timedelta(**delta)
        )


def test_the_mail_tells_how_much_waits_and_nothing_of_what(acme: Candidate) -> None:
    where = acme.evaluation
    vendors.claim(acme, where.requirements.get(ref="R3"))
    assert chase(candidate=acme, by=where.owner) == 1
    (notice,) = owed(KIND)
    said = read(notice)
    assert "1 of 3 answers, 2 must-haves to go" in said.text
    assert "Ada" in said.text
    assert "R1" not in without_keys(said.text + said.html)
    entry = Entry.objects.latest("number")
    assert entry.action == "candidate.chased"
    assert entry.after["unanswered"] == ["R1", "R2"]


def test_what_the_buyer_noted_or_ruled_out_is_not_waited_for_wrongly(
    acme: Candidate,
) -> None:
    where = acme.evaluation
    r1, r2 = (where.requirements.get(ref=ref) for ref in ("R1", "R2"))
    note_claim(candidate=acme, requirement=r1, statement="A blog", by=where.owner)
    rule_not_applicable(
        candidate=acme, requirement=r2, reason="Not for it", by=where.owner
    )
    (waiting,) = waiting_for(where, [acme])
    assert [requirement.ref for requirement in waiting.open_musts] == ["R1"]


def test_nobody_is_reminded_twice_in_three_days_nor_a_fourth_time(
    acme: Candidate,
) -> None:
    owner = acme.evaluation.owner
    chase(candidate=acme, by=owner)
    later(days=2.9)
    with pytest.raises(Refused, match="less than 3 days ago"):
        chase(candidate=acme, by=owner)
    for _ in range(2):
        later(days=3)
        chase(candidate=acme, by=owner)
    later(days=3)
    with pytest.raises(Refused, match="reminded 3 times without an answer"):
        chase(candidate=acme, by=owner)
    assert len(owed(KIND)) == 3
    # A sign of life begins anew.
    vendors.claim(acme, acme.evaluation.requirements.get(ref="R1"))
    assert chase(candidate=acme, by=owner) == 1


def test_only_the_owner_reminds_while_claims_are_open(acme: Candidate) -> None:
    where = acme.evaluation
    it = stakeholders.stakeholders(where, "it")["it"].user
    for somebody in (it, common.otto(), common.noor()):
        with pytest.raises(Forbidden):
            chase(candidate=acme, by=somebody)
        with pytest.raises(Forbidden):
            chase_all(evaluation=where, by=somebody)
    close_claims(evaluation=where, by=where.owner)
    with pytest.raises(Refused, match="Claims closed"):
        chase(candidate=acme, by=where.owner)
    assert to_whom(KIND) == []


def test_there_has_to_be_something_and_somebody(acme: Candidate) -> None:
    where = acme.evaluation
    globex = vendors.invited(where, "Globex ML")
    with pytest.raises(Refused, match="no contact"):
        chase(candidate=globex, by=where.owner)
    stranger = vendors.candidate(where, "Initech ML")
    with pytest.raises(Refused, match="not invited"):
        chase(candidate=stranger, by=where.owner)
    for requirement in where.requirements.all():
        vendors.claim(acme, requirement)
    with pytest.raises(Refused, match="answered everything"):
        chase(candidate=acme, by=where.owner)
    with pytest.raises(Refused, match="Nobody to remind"):
        chase_all(evaluation=where, by=where.owner)


def test_all_are_reminded_whose_turn_it_is(acme: Candidate) -> None:
    where = acme.evaluation
    globex = vendors.invited(where, "Globex ML")
    assert globex.vendor
    add_contact(
        vendor=globex.vendor, name="Gus", email="gus@globex.example", by=where.owner
    )
    chase(candidate=globex, by=where.owner)
    assert chase_all(evaluation=where, by=where.owner) == [acme]
    assert to_whom(KIND) == ["ada@acme.example", "gus@globex.example"]
    eliminate(candidate=acme, reason="Too dear", by=where.owner)
    assert why_not(owed(KIND)[0]) == "The candidate was eliminated."
