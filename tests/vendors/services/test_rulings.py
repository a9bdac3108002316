"""The owner's rulings that a requirement does not apply."""

import pytest

from evaltracker.errors import Refused
from evaltracker.evaluations.models import Requirement
from evaltracker.requirements.services.scopes import add_list, demand
from tests.factories import common, vendors
from vendors.admin.candidates import candidate_rows
from vendors.models import Candidate, Ruling
from vendors.selectors.claims import waiting_for
from vendors.services.claims import revoke_ruling, rule_not_applicable

pytestmark = pytest.mark.django_db


def open_musts(candidate: Candidate) -> list[Requirement]:
    """What it still has to answer."""
    return waiting_for(candidate.evaluation, [candidate])[0].open_musts


def test_a_ruling_takes_a_must_have_out_and_its_revocation_puts_it_back() -> None:
    where = common.evaluation()
    must = common.requirement(where)
    acme = vendors.candidate(vendors.in_research(where))
    assert open_musts(acme) == [must]
    ruling = rule_not_applicable(
        candidate=acme, requirement=must, reason="No cloud here", by=where.owner
    )
    assert open_musts(acme) == []
    with pytest.raises(Refused, match="already"):
        rule_not_applicable(
            candidate=acme, requirement=must, reason="Again", by=where.owner
        )
    revoke_ruling(ruling=ruling, reason="There is cloud", by=where.owner)
    assert not Ruling.objects.exists()
    assert open_musts(acme) == [must]


def test_a_ruling_for_one_value_leaves_the_must_have_asked() -> None:
    where = common.evaluation()
    must = common.requirement(where)
    places = add_list(
        evaluation=where, name="Runs on", values=["AWS", "Azure"], by=where.owner
    )
    demand(requirement=must, scopes=[places], by=where.owner)
    acme = vendors.candidate(vendors.in_research(where))
    rule_not_applicable(
        candidate=acme,
        requirement=must,
        reason="We leave Azure",
        by=where.owner,
        named_values={"Runs on": ["Azure"]},
    )
    assert open_musts(acme) == [must]
    assert not Ruling.objects.whole().exists()
    rows = candidate_rows(where, where.owner, where.candidates.all())
    assert [row.answers.asked for row in rows.values()] == [1]
