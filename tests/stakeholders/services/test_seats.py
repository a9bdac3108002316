"""A quorum counts people who hold the role, each once, whoever's hand it was."""

import pytest
from django.utils import timezone

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.models import Evaluation, User, Visit
from stakeholders.selectors import RuleTally, tally
from stakeholders.services.people import (
    add_stakeholder,
    delegate,
    remove_stakeholder,
    set_sign_off_rule,
)
from tests.factories import common, stakeholders
from tests.factories.workflow import shown, sign_as

pytestmark = pytest.mark.django_db


def it_needs(where: Evaluation, required: int, *more: User) -> None:
    set_sign_off_rule(
        evaluation=where,
        stage="requirements",
        role="it",
        required=required,
        by=where.owner,
    )
    for user in more:
        add_stakeholder(evaluation=where, user=user, role="it", by=where.owner)


def it_stands(where: Evaluation) -> RuleTally:
    visit = Visit.objects.filter(evaluation=where).latest("number")
    (it,) = [one for one in tally(visit, shown(where)) if one.rule.role == "it"]
    return it


def lend(where: Evaluation, of: str, to: User) -> None:
    part = where.stakeholders.get(role="it", user__username=of)
    today = timezone.localdate()
    delegate(
        stakeholder=part, substitute=to, starts_on=today, ends_on=today, by=part.user
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/stakeholders/services/test_sign_offs.py"
    "::test_a_change_of_mind_is_a_new_round_that_asks_everybody",
)
def test_two_people_make_a_quorum_of_two(where: Evaluation) -> None:
    it_needs(where, 2, common.noor())
    assert it_stands(where).sentence == (
        "IT: 2 more approvals needed from Ivan and Noor."
    )
    sign_as(where, "it")
    assert [part.user for part in it_stands(where).awaited] == [common.noor()]
    sign_as(where, "it", by=common.noor())
    assert it_stands(where).passed


def test_one_of_three_is_asked_of_any_of_them(where: Evaluation) -> None:
    it_needs(where, 1, common.noor(), common.person("zoe"))
    assert "1 more approval needed from any of" in it_stands(where).sentence


def test_on_day_one_nothing_can_no_longer_pass(where: Evaluation) -> None:
    where.stakeholders.filter(role="it").delete()
    sentence = it_stands(where).sentence
    assert "IT cannot pass yet: 1 must approve, and nobody holds the role." in sentence
    assert "Add a stakeholder" in sentence
    assert "no longer" not in sentence


def test_it_is_told_early_that_a_rule_cannot_pass(where: Evaluation) -> None:
    it_needs(where, 2, common.noor())
    assert it_stands(where).can_pass
    part = where.stakeholders.get(role="it", user=common.noor())
    remove_stakeholder(stakeholder=part, reason="Left", by=where.owner)
    stuck = it_stands(where)
    assert not stuck.can_pass
    assert "cannot pass: 2 must approve, and 1 can." in stuck.sentence
    add_stakeholder(
        evaluation=where, user=common.person("zoe"), role="it", by=where.owner
    )
    sign_as(where, "it", "decline", reason="No")
    assert not it_stands(where).can_pass


def test_two_roles_of_one_person_sign_each_once(where: Evaluation) -> None:
    ivan = stakeholders.holder("it")
    add_stakeholder(evaluation=where, user=ivan, role="pm", by=where.owner)
    sign_as(where, "it")
    sign_as(where, "pm", by=ivan)
    with pytest.raises(Refused):
        sign_as(where, "pm", by=ivan)


def test_one_person_is_never_both_of_a_quorum_of_two(where: Evaluation) -> None:
    it_needs(where, 2, common.noor())
    lend(where, "ivan", common.noor())
    sign_as(where, "it", by=common.noor())
    # Her own seat comes first; a second signature would be the lender's.
    with pytest.raises(Refused, match="You have signed these words already"):
        sign_as(where, "it", by=common.noor())
    assert len(it_stands(where).approvals) == 1


def test_a_lender_does_not_sign_again_what_was_signed_for_them(
    where: Evaluation,
) -> None:
    it_needs(where, 2, common.person("zoe"))
    lend(where, "ivan", common.noor())
    sign_as(where, "it", by=common.noor())
    with pytest.raises(Refused, match="Noor has signed these words for you already"):
        sign_as(where, "it")
    assert not it_stands(where).passed


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/stakeholders/services/test_sign_offs.py"
    "::test_a_change_of_mind_is_a_new_round_that_asks_everybody",
)
def test_two_substitutes_of_one_person_are_one(where: Evaluation) -> None:
    it_needs(where, 2, common.person("zoe"))
    lend(where, "ivan", common.noor())
    lend(where, "ivan", common.person("sam"))
    sign_as(where, "it", by=common.noor())
    with pytest.raises(Refused, match="Noor has signed these words for Ivan already"):
        sign_as(where, "it", by=common.person("sam"))


def test_who_loses_the_last_part_neither_sees_nor_signs(where: Evaluation) -> None:
    part = where.stakeholders.get(role="it")
    remove_stakeholder(stakeholder=part, reason="Left the team", by=where.owner)
    with pytest.raises(Forbidden):
        sign_as(where, "it", by=part.user)
