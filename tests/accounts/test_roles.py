"""Roles in the company are groups: given without an operator, opening nothing."""

import pytest

from evaltracker.evaluations.models import Evaluation
from tests.accounts.test_invitations import where as where
from tests.acting import act
from tests.clients import signed_in
from tests.factories import common

pytestmark = pytest.mark.django_db


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/accounts/test_account_log.py"
    "::test_a_person_changes_their_own_name_and_zone_and_nothing_else",
)
def test_roles_are_given_by_who_may_add_people_and_open_nothing(
    where: Evaluation,
) -> None:
    noor = common.noor()
    assert act("give-roles", noor, where.owner, roles=["it", "security"]) == 302
    assert {group.name for group in noor.groups.all()} == {"IT", "Security"}
    assert noor.get_all_permissions() == set()
    assert not Evaluation.objects.visible_to(noor).exists()
    assert act("give-roles", noor, where.owner, roles=["security"]) == 302
    assert {group.name for group in noor.groups.all()} == {"Security"}
    assert act("give-roles", noor, where.owner, roles=["boss"]) == 400
    assert act("give-roles", noor, noor, roles=["it"]) == 403


def test_whoever_looks_for_a_stakeholder_reads_the_roles(where: Evaluation) -> None:
    act("give-roles", common.noor(), where.owner, roles=["legal"])
    form = signed_in(where.owner).get(f"/admin/act/add-stakeholder/{where.pk}/")
    assert "Noor (noor), Legal" in form.text
