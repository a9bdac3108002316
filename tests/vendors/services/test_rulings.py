"""The owner's rulings, and people's declarations of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evaltracker.errors import Forbidden, Invalid, Refused
from tests.cast import floor1, stakeholders, vendors
from vendors.models import Conflict, Ruling
from vendors.policy import is_barred
from vendors.selectors import unanswered_musts
from vendors.services.rulings import (
    clear_conflict,
    declare_conflict,
    revoke_ruling,
    rule_not_applicable,
)

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    return vendors.in_research(floor1.evaluation())


def test_a_ruling_takes_a_must_have_out_and_its_revocation_puts_it_back() -> None:
    where = floor1.evaluation()
    must = floor1.requirement(where)
    acme = vendors.candidate(vendors.in_research(where))
    assert list(unanswered_musts(acme)) == [must]
    ruling = rule_not_applicable(
        candidate=acme, requirement=must, reason="No cloud here", by=where.owner
    )
    assert list(unanswered_musts(acme)) == []
    with pytest.raises(Refused, match="already"):
        rule_not_applicable(
            candidate=acme, requirement=must, reason="Again", by=where.owner
        )
    revoke_ruling(ruling=ruling, reason="There is cloud", by=where.owner)
    assert not Ruling.objects.exists()
    assert list(unanswered_musts(acme)) == [must]


def test_a_declared_interest_bars_until_the_owner_clears_it(where: Evaluation) -> None:
    acme = vendors.candidate(where)
    ivan = stakeholders.stakeholders(where, "it")["it"]
    interest = declare_conflict(
        candidate=acme,
        stakeholder=ivan,
        has_interest=True,
        statement="My brother works there",
        by=ivan.user,
    )
    assert is_barred(ivan.user, acme)
    with pytest.raises(Refused, match="only the owner"):
        declare_conflict(
            candidate=acme, stakeholder=ivan, has_interest=False, by=ivan.user
        )
    with pytest.raises(Forbidden):
        clear_conflict(conflict=interest, reason="I am honest", by=ivan.user)
    clear_conflict(conflict=interest, reason="He left in May", by=where.owner)
    assert not is_barred(ivan.user, acme)
    assert Conflict.objects.get().cleared_by == where.owner


def test_nobody_declares_for_somebody_else(where: Evaluation) -> None:
    acme = vendors.candidate(where)
    ivan = stakeholders.stakeholders(where, "it")["it"]
    with pytest.raises(Forbidden):
        declare_conflict(
            candidate=acme, stakeholder=ivan, has_interest=False, by=where.owner
        )
    with pytest.raises(Invalid):
        declare_conflict(
            candidate=acme, stakeholder=ivan, has_interest=True, by=ivan.user
        )
