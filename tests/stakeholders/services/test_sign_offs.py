"""A sign-off is one person's word on exact words, and never the owner's."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from evaltracker.decision.memo.signed_words import changes
from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.evaluations.models.evaluation import AppendOnlyError
from evaltracker.requirements.services.requirements import change_requirement
from stakeholders.models import SignOff
from stakeholders.selectors import last_signed, tally
from stakeholders.services.sign_offs import ConditionAsked, open_sign_off_round
from tests.as_application import ownership
from tests.factories import common, stakeholders
from tests.factories.workflow import shown, sign_as

pytestmark = [pytest.mark.smoke, pytest.mark.django_db]


def test_a_sign_off_keeps_name_role_meaning_and_the_very_words(
    where: Evaluation,
) -> None:
    given = sign_as(where, "it")
    assert given.printed_name == "Ivan"
    assert given.meaning == "Are these the right requirements and weights?"
    assert "What R1 asks for" in given.document.content
    assert given.document.sha256 == shown(where)


@pytest.mark.parametrize("who", ["owner", "another role", "operator", "nobody"])
def test_who_does_not_hold_the_role_cannot_sign_for_it(
    where: Evaluation, who: str
) -> None:
    people = {
        "owner": where.owner,
        "another role": stakeholders.holder("pm"),
        "operator": common.otto(),
        "nobody": common.noor(),
    }
    with pytest.raises(Forbidden):
        sign_as(where, "it", by=people[who])
    assert not SignOff.objects.exists()


def test_the_same_words_are_signed_once(where: Evaluation) -> None:
    sign_as(where, "it")
    with pytest.raises(Refused) as refusal:
        sign_as(where, "it", "decline", reason="Changed my mind")
    assert refusal.value.code == "signed_already"


def test_a_change_of_mind_is_a_new_round_that_asks_everybody(where: Evaluation) -> None:
    sign_as(where, "it")
    visit = Visit.objects.get(evaluation=where)
    open_sign_off_round(visit=visit, reason="Ivan asked for it", by=where.owner)
    given = sign_as(where, "it", "decline", reason="Too vague")
    assert given.round == 2
    (it,) = [one for one in tally(visit, shown(where)) if one.rule.role == "it"]
    assert not it.passed
    assert "Too vague" in it.sentence


def test_what_changed_since_the_page_was_made_is_shown_and_nothing_signed(
    where: Evaluation,
) -> None:
    sign_as(where, "it")
    seen = shown(where)
    change_requirement(
        requirement=where.requirements.get(), text="Other words", by=where.owner
    )
    with pytest.raises(Stale) as refusal:
        sign_as(where, "pm", shown=seen)
    assert "+" in refusal.value.difference
    assert "Other words" in refusal.value.difference
    assert SignOff.objects.count() == 1


@pytest.mark.parametrize("verdict", ["conditions", "decline", "return"])
def test_every_verdict_but_approval_needs_a_reason(
    where: Evaluation, verdict: str
) -> None:
    asked = [ConditionAsked("Exit", where.owner, timezone.localdate())]
    with pytest.raises(Invalid) as refusal:
        sign_as(
            where,
            "it",
            verdict,
            conditions=asked if verdict == "conditions" else (),
        )
    assert "reason" in refusal.value.errors


def test_a_sign_off_is_never_changed(where: Evaluation) -> None:
    given = sign_as(where, "it")
    given.verdict = "decline"
    with pytest.raises(AppendOnlyError):
        given.save()
    with (
        pytest.raises(DatabaseError, match="only grows"),
        ownership(),
        transaction.atomic(),
    ):
        SignOff.objects.update(verdict="decline", reason="x")


def test_what_changed_since_my_last_signature_can_be_told(where: Evaluation) -> None:
    visit = Visit.objects.get(evaluation=where)
    given = sign_as(where, "it")
    assert last_signed(given.person, visit) == given
    assert changes("a\nb\nc", "a\nB\nc") == "-b\n+B"
