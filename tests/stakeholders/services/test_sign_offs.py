"""A sign-off is one person's word on exact words, and never the owner's."""

from __future__ import annotations

import datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused, Stale
from evaltracker.evaluations.models import Evaluation, Visit
from evaltracker.evaluations.models.journal import AppendOnlyError
from evaltracker.evaluations.services.requirements import change_requirement
from evaltracker.workflow.memo.changes import changes
from stakeholders.models import SignOff
from stakeholders.selectors import RuleTally, last_signed, tally
from stakeholders.services.conditions import ConditionAsked, close_condition
from stakeholders.services.lending import delegate, revoke_delegation
from stakeholders.services.people import add_stakeholder, remove_stakeholder
from stakeholders.services.rules import set_sign_off_rule
from stakeholders.services.sign_offs import open_sign_off_round
from tests.cast import floor1, stakeholders
from tests.cast.workflow import shown, sign_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Evaluation:
    evaluation = floor1.evaluation()
    floor1.requirement(evaluation)
    stakeholders.stakeholders(evaluation)
    stakeholders.sign_off_rules(evaluation)
    return evaluation


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
        "operator": floor1.otto(),
        "nobody": floor1.noor(),
    }
    with pytest.raises(Forbidden):
        sign_as(where, "it", by=people[who])
    assert not SignOff.objects.exists()


def test_the_owner_cannot_be_given_a_role(where: Evaluation) -> None:
    with pytest.raises(Refused, match="owner"):
        add_stakeholder(evaluation=where, user=where.owner, role="it", by=where.owner)


def test_the_database_refuses_a_sign_off_by_the_owner(where: Evaluation) -> None:
    given = sign_as(where, "it")
    forged = SignOff(
        **{
            field.attname: getattr(given, field.attname)
            for field in SignOff._meta.concrete_fields
            if field.name not in ("id", "person")
        },
        person=where.owner,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        forged.save(force_insert=True)


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


def test_conditions_go_with_their_verdict_and_with_no_other(where: Evaluation) -> None:
    with pytest.raises(Invalid):
        sign_as(where, "it", "conditions", reason="If")
    asked = [ConditionAsked("Exit", where.owner, timezone.localdate())]
    with pytest.raises(Invalid):
        sign_as(where, "it", "approve", conditions=asked)


def test_a_condition_is_closed_with_a_note_by_those_whom_it_concerns(
    where: Evaluation,
) -> None:
    given = sign_as(
        where,
        "it",
        "conditions",
        reason="If",
        conditions=[ConditionAsked("Exit", where.owner, timezone.localdate())],
    )
    condition = given.conditions.get()
    with pytest.raises(Forbidden):
        close_condition(condition=condition, note="Done", by=stakeholders.holder("pm"))
    with pytest.raises(Invalid):
        close_condition(condition=condition, note=" ", by=where.owner)
    close_condition(condition=condition, note="Clause 12", by=where.owner)
    condition.refresh_from_db()
    assert condition.closed_at is not None


def test_two_people_make_a_quorum_of_two_and_one_with_two_roles_does_not(
    where: Evaluation,
) -> None:
    set_sign_off_rule(
        evaluation=where, stage="requirements", role="it", required=2, by=where.owner
    )
    sign_as(where, "it")
    (it,) = rules_of(where, "it")
    assert not it.passed
    assert not it.can_pass
    assert "Add a stakeholder" in it.sentence
    add_stakeholder(evaluation=where, user=floor1.noor(), role="it", by=where.owner)
    (it,) = rules_of(where, "it")
    assert it.can_pass
    assert [part.user for part in it.awaited] == [floor1.noor()]
    sign_as(where, "it", by=floor1.noor())
    (it,) = rules_of(where, "it")
    assert it.passed


def rules_of(where: Evaluation, role: str) -> list[RuleTally]:
    visit = Visit.objects.filter(evaluation=where).latest("number")
    return [one for one in tally(visit, shown(where)) if one.rule.role == role]


def test_a_substitute_signs_for_somebody_within_the_days_only(
    where: Evaluation,
) -> None:
    part = where.stakeholders.get(role="it")
    today = timezone.localdate()
    lending = delegate(
        stakeholder=part,
        substitute=floor1.noor(),
        starts_on=today + datetime.timedelta(days=1),
        ends_on=today + datetime.timedelta(days=3),
        by=part.user,
    )
    with pytest.raises(Forbidden):
        sign_as(where, "it", by=floor1.noor())
    type(lending).objects.update(starts_on=today)
    given = sign_as(where, "it", by=floor1.noor())
    assert given.on_behalf_of == part.user
    revoke_delegation(delegation=lending, by=part.user)
    assert where not in Evaluation.objects.visible_to(floor1.noor())


@pytest.mark.parametrize("to", ["owner", "self"])
def test_a_part_is_not_lent_to_the_owner_or_to_oneself(
    where: Evaluation, to: str
) -> None:
    part = where.stakeholders.get(role="it")
    with pytest.raises(Refused):
        delegate(
            stakeholder=part,
            substitute=where.owner if to == "owner" else part.user,
            starts_on=timezone.localdate(),
            ends_on=timezone.localdate(),
            by=part.user,
        )


def test_who_loses_the_last_part_no_longer_sees_the_evaluation(
    where: Evaluation,
) -> None:
    part = where.stakeholders.get(role="it")
    assert where in Evaluation.objects.visible_to(part.user)
    remove_stakeholder(stakeholder=part, reason="Left the team", by=where.owner)
    assert where not in Evaluation.objects.visible_to(part.user)
    with pytest.raises(Forbidden):
        sign_as(where, "it", by=part.user)


def test_a_sign_off_is_never_changed(where: Evaluation) -> None:
    given = sign_as(where, "it")
    given.verdict = "decline"
    with pytest.raises(AppendOnlyError):
        given.save()
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        SignOff.objects.update(verdict="decline", reason="x")


def test_what_changed_since_my_last_signature_can_be_told(where: Evaluation) -> None:
    visit = Visit.objects.get(evaluation=where)
    given = sign_as(where, "it")
    assert last_signed(given.person, visit) == given
    assert changes("a\nb\nc", "a\nB\nc") == "-b\n+B"


def test_a_rule_that_was_signed_on_stays(where: Evaluation) -> None:
    sign_as(where, "it")

    def drop(role: str) -> object:
        return set_sign_off_rule(
            evaluation=where,
            stage="requirements",
            role=role,
            required=0,
            by=where.owner,
        )

    assert drop("pm") is None
    with pytest.raises(Refused):
        drop("it")
