"""Asking for sign-offs and recording them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import actor_of
from evaltracker.evaluations.policy import change, checked, require_open, require_owner
from stakeholders.choices import Verdict
from stakeholders.models import Condition, SignedDocument, SignOff, SignOffRule
from stakeholders.policy import signing_parts

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Evaluation, User, Visit


@dataclass(frozen=True, slots=True)
class ConditionAsked:
    """One condition of an approval: what, by whom, by when."""

    text: str
    owner: User
    due_on: datetime.date | None = None


def digest_of(content: str) -> str:
    """The SHA-256, in hex, of the words that were shown."""
    return hashlib.sha256(content.encode()).hexdigest()


@transaction.atomic
def set_sign_off_rule(
    *, evaluation: Evaluation, stage: str, role: str, required: int, by: By
) -> SignOffRule | None:
    """Ask `required` people of a role to approve before a stage is left.

    With 0 the rule goes, unless somebody signed on it already.
    """
    require_owner(by, evaluation)
    require_open(evaluation)
    rule = SignOffRule.objects.filter(
        evaluation=evaluation, stage=stage, role=role
    ).first()
    before = {"required": rule.required if rule else 0}
    if before["required"] == required:
        return rule
    if required == 0 and rule is not None:
        if rule.sign_offs.exists():
            raise Refused("Somebody signed on this rule, so it stays.")
        subject = rule
        journal.record(
            evaluation=evaluation,
            action="sign_off_rule.removed",
            subject=subject,
            by=by,
            before={**before, "stage": stage, "role": role},
        )
        rule.delete()
        return None
    if rule is None:
        rule = SignOffRule(evaluation=evaluation, stage=stage, role=role)
    rule.required = required
    checked(rule)
    rule.save()
    journal.record(
        evaluation=evaluation,
        action="sign_off_rule.set",
        subject=rule,
        by=by,
        before=before,
        after={"stage": stage, "role": role, "required": required},
    )
    return rule


@transaction.atomic
def record_sign_off(
    *,
    visit: Visit,
    rule: SignOffRule,
    verdict: str,
    content: str,
    meaning: str,
    by: User,
    reason: str = "",
    conditions: Sequence[ConditionAsked] = (),
) -> SignOff:
    """Record one person's verdict on the exact words that were shown.

    The caller has locked the evaluation and checked that `content` is what stands now.

    Raises:
        Forbidden: the role is not theirs, or they run the evaluation.
        Refused: not this stage, or they signed these words already.
        Invalid: a reason or a condition is missing.

    """
    evaluation = visit.evaluation
    require_open(evaluation)
    if visit.left_at or rule.stage != visit.stage or rule.evaluation != evaluation:
        raise Refused("This sign-off belongs to another stage.")
    mine = signing_parts(by, evaluation, rule.role, timezone.localdate())
    if not mine:
        if evaluation.owner_id == by.pk:
            raise Forbidden("The owner of an evaluation cannot sign for a role.")
        raise Forbidden(f"This sign-off is for {rule.get_role_display()}.")
    check_words(verdict, reason, conditions)
    part, lending = mine[0]
    document = keep_document(evaluation=evaluation, content=content)
    sign_off = SignOff(
        visit=visit,
        round=visit.round,
        rule=rule,
        person=by,
        on_behalf_of=part.user if lending else None,
        requester=evaluation.owner,
        verdict=verdict,
        reason=reason.strip(),
        document=document,
        printed_name=by.name,
        role=rule.role,
        meaning=meaning,
        zone=by.time_zone,
    )
    try:
        with transaction.atomic():
            sign_off.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(
            "You have signed these words already; a change of mind is a new round, "
            "which the owner opens.",
            code="signed_already",
        ) from error
    for asked in conditions:
        condition = Condition(
            sign_off=sign_off, text=asked.text, owner=asked.owner, due_on=asked.due_on
        )
        checked(condition)
        condition.save()
    journal.record(
        evaluation=evaluation,
        action="sign_off.given",
        subject=sign_off,
        by=by,
        after={
            "stage": visit.stage,
            "visit": visit.number,
            "round": visit.round,
            "role": rule.role,
            "verdict": verdict,
            "document": document.sha256,
            "conditions": [asked.text for asked in conditions],
        },
        reason=reason,
        on_behalf_of=part.user.name if lending else "",
    )
    return sign_off


def check_words(
    verdict: str, reason: str, conditions: Sequence[ConditionAsked]
) -> None:
    """Refuse an unknown verdict, a missing reason, or conditions out of place."""
    if verdict not in Verdict.values:
        raise Invalid("Choose a verdict.", errors={"verdict": ["Choose a verdict."]})
    if verdict == Verdict.CONDITIONS and not conditions:
        sentence = "Name at least one condition."
        raise Invalid(sentence, errors={"condition": [sentence]})
    if verdict != Verdict.CONDITIONS and conditions:
        sentence = "Conditions go with “approve with conditions” only."
        raise Invalid(sentence, errors={"condition": [sentence]})
    if verdict != Verdict.APPROVE and not reason.strip():
        sentence = "Give a reason; others have to act on it."
        raise Invalid(sentence, errors={"reason": [sentence]})


def keep_document(*, evaluation: Evaluation, content: str) -> SignedDocument:
    """The row that holds these words, made once."""
    document, _ = SignedDocument.objects.get_or_create(
        evaluation=evaluation,
        sha256=digest_of(content),
        defaults={"content": content},
    )
    return document


@transaction.atomic
def open_sign_off_round(*, visit: Visit, reason: str, by: By) -> Visit:
    """Ask everybody of this stage anew; earlier verdicts stay but stop counting."""
    require_owner(by, visit.evaluation)
    require_open(visit.evaluation)
    if visit.left_at:
        raise Refused("This visit is over.")
    if not reason.strip():
        raise Invalid(
            "Say why everybody is asked again.",
            errors={"reason": ["Say why everybody is asked again."]},
        )
    before, after = change(visit, round=visit.round + 1)
    journal.record(
        evaluation=visit.evaluation,
        action="sign_off.round_opened",
        subject=visit,
        by=by,
        before=before,
        after=after,
        reason=reason,
    )
    return visit


@transaction.atomic
def close_condition(*, condition: Condition, note: str, by: By) -> Condition:
    """Close a condition with a note; its owner, its asker or the owner may."""
    evaluation = condition.sign_off.visit.evaluation
    require_open(evaluation)
    user = actor_of(by).user
    allowed = (condition.owner_id, condition.sign_off.person_id, evaluation.owner_id)
    if user is None or user.pk not in allowed:
        raise Forbidden("Only its owner, who asked for it, or the lead may close it.")
    if condition.closed_at:
        raise Refused("It is closed already.")
    if not note.strip():
        raise Invalid(
            "Say how it was met.", errors={"closing_note": ["Say how it was met."]}
        )
    change(condition, closed_at=timezone.now(), closed_by=user, closing_note=note)
    journal.record(
        evaluation=evaluation,
        action="condition.closed",
        subject=condition,
        by=by,
        after={"text": condition.text, "note": note},
    )
    return condition
