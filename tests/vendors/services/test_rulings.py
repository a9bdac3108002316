"""The owner's rulings that a requirement does not apply."""

import pytest

from evaltracker.errors import Refused
from tests.cast import common, vendors
from vendors.models import Ruling
from vendors.selectors import unanswered_musts
from vendors.services.rulings import revoke_ruling, rule_not_applicable

pytestmark = pytest.mark.django_db


def test_a_ruling_takes_a_must_have_out_and_its_revocation_puts_it_back() -> None:
    where = common.evaluation()
    must = common.requirement(where)
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
