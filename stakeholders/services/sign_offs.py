"""Recording a person's verdict on the exact words shown, and opening a new round."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User, Visit
from evaltracker.evaluations.policy import (
    change,
    change_and_tell,
    check_owned,
    checked,
    require_open,
)
from evaltracker.notices.services.scheduling import (
    cancel_notices,
    owe_now,
    schedule_notice,
)
from evaltracker.toolbox.days import MORNING, today_in
from stakeholders.models import (
    APPROVALS,
    Condition,
    Delegation,
    SignedDocument,
    SignOff,
    SignOffRule,
    Stakeholder,
    Verdict,
    digest_of,
)
from stakeholders.notices import (
    ConditionDue,
    ConditionGiven,
    ConditionOverdue,
    SignOffAgainst,
)
from stakeholders.policy import insiders, signing_parts
from stakeholders.selectors import more_signers, tally

# Days after its date on which an open condition is called overdue; the last of them
# are told to the owner of the evaluation, too.
OVERDUE = (1, 4, 7)
ESCALATED = (4, 7)


@dataclass(frozen=True, slots=True)
class ConditionAsked:
    text: str
    owner: User
    due_on: datetime.date


def check_conditions(
    evaluation: Evaluation, conditions: Sequence[ConditionAsked]
) -> None:
    inside = set(insiders(evaluation).values_list("pk", flat=True))
    today = today_in(evaluation.zone)
    for entry in conditions:
        if entry.owner.pk not in inside:
            name = entry.owner.name
            sentence = f"{name} has no part here, so cannot be responsible for it."
            raise Invalid(sentence, field="condition")
        if entry.due_on < today:
            sentence = "The day by which a condition is met cannot be over."
            raise Invalid(sentence, field="condition")


def attach_conditions(
    sign_off: SignOff, evaluation: Evaluation, conditions: Sequence[ConditionAsked]
) -> list[Condition]:
    made = []
    for entry in conditions:
        condition = Condition(
            sign_off=sign_off, text=entry.text, owner=entry.owner, due_on=entry.due_on
        )
        checked(condition)
        condition.save()
        schedule_mails(condition, evaluation, entry)
        made.append(condition)
    return made


def schedule_mails(
    condition: Condition, evaluation: Evaluation, requested: ConditionAsked
) -> None:
    if requested.owner != condition.sign_off.person:
        owe_now(
            ConditionGiven.name, evaluation, condition.pk, recipient=requested.owner
        )
    today = today_in(evaluation.zone)
    before = {int(days) for days in evaluation.reminder_days}
    mails = [(ConditionDue.name, requested.owner, days) for days in sorted(before)]
    mails += [(ConditionOverdue.name, requested.owner, -days) for days in OVERDUE]
    if requested.owner != evaluation.owner:
        mails += [(ConditionOverdue.name, evaluation.owner, -day) for day in ESCALATED]
    for kind, recipient, days in mails:
        day = requested.due_on - datetime.timedelta(days=days)
        # A mail of today is the one that says that it was given.
        if day > today:
            terms: dict[str, Any] = {"offset_days": days, "recipient": recipient}
            terms |= {"day": day, "time": MORNING, "zone": evaluation.zone}
            schedule_notice(kind, evaluation, condition.pk, **terms)


def check_close_condition(condition: Condition, by: By) -> User:
    evaluation = condition.sign_off.visit.evaluation
    user = actor_of(by).user
    may = (condition.owner_id, condition.sign_off.person_id, evaluation.owner_id)
    if user is None or not user.is_active or user.pk not in may:
        raise Forbidden("Only its owner, who asked for it, or the lead may close it.")
    require_open(evaluation)
    if condition.closed_at:
        raise Refused("It is closed already.")
    return user


@transaction.atomic
def close_condition(*, condition: Condition, note: str, by: By) -> Condition:
    evaluation = condition.sign_off.visit.evaluation
    user = check_close_condition(condition, by)
    if not note.strip():
        raise Invalid("Enter how it was met.", field="closing_note")
    change(condition, closed_at=timezone.now(), closed_by=user, closing_note=note)
    because = "The condition is closed."
    for kind in (ConditionGiven, ConditionDue, ConditionOverdue):
        cancel_notices(kind=kind.name, subject_id=condition.pk, because=because)
    after = {"text": condition.text, "note": note}
    journal.record(evaluation, "condition.closed", condition, by, after=after)
    return condition


CONDITION_NEEDED = "Name at least one condition."
REASON_NEEDED = "Give a reason; others have to act on it."


@dataclass(frozen=True, slots=True)
class Origin:
    session: str = ""
    address: str | None = None


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
    origin: Origin | None = None,
) -> SignOff:
    """Record one person's verdict on the exact words that were shown.

    The caller has locked the evaluation and checked that `content` is what stands now.
    """
    evaluation = visit.evaluation
    require_open(evaluation)
    if visit.left_at or rule.stage != visit.stage or rule.evaluation != evaluation:
        raise Refused("This sign-off belongs to another stage.")
    part, lending = seat_of(by, evaluation, rule)
    if verdict not in Verdict.values:
        raise Invalid("Choose a verdict.", field="verdict")
    if verdict == Verdict.CONDITIONS and not conditions:
        raise Invalid(CONDITION_NEEDED, field="condition")
    if verdict != Verdict.CONDITIONS and conditions:
        raise Invalid(
            "Conditions go with a conditional approval only.", field="condition"
        )
    if lacks_reason(verdict, reason):
        raise Invalid(REASON_NEEDED, field="reason")
    check_conditions(evaluation, conditions)
    document, _ = SignedDocument.objects.get_or_create(
        evaluation=evaluation, sha256=digest_of(content), defaults={"content": content}
    )
    origin = origin or Origin()
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
        role_name=rule.get_role_display(),
        meaning=meaning,
        zone=by.time_zone,
        session=origin.session,
        address=origin.address,
    )
    check_once(sign_off, part.user)
    sign_off.save(force_insert=True)
    attached = attach_conditions(sign_off, evaluation, conditions)
    if verdict not in APPROVALS:
        owner = evaluation.owner
        owe_now(SignOffAgainst.name, evaluation, sign_off.pk, recipient=owner)
    journal_sign_off(sign_off, attached, reason)
    return sign_off


def seat_of(
    by: User, evaluation: Evaluation, rule: SignOffRule
) -> tuple[Stakeholder, Delegation | None]:
    """The part in which `by` signs under `rule`, and what lends it, if it is lent."""
    mine = signing_parts(by, evaluation, rule.role)
    if mine:
        return mine[0]
    if evaluation.owner_id == by.pk:
        raise Forbidden("The owner of an evaluation cannot sign for a role.")
    raise Forbidden(f"This sign-off is for {rule.get_role_display()}.")


def journal_sign_off(
    sign_off: SignOff, conditions: Sequence[Condition], reason: str
) -> None:
    visit = sign_off.visit
    seat = sign_off.on_behalf_of
    after = {
        "stage": visit.stage,
        "visit": visit.number,
        "round": visit.round,
        **journal.snapshot(sign_off, ("role", "role_name", "verdict")),
        "document": sign_off.document.sha256,
        "conditions": [condition.text for condition in conditions],
    }
    journal.record(
        visit.evaluation,
        "sign_off.given",
        sign_off,
        sign_off.person,
        after=after,
        reason=reason,
        on_behalf_of=seat.name if seat else "",
    )


def check_once(sign_off: SignOff, seat: User) -> None:
    """Refuse a second signature on these words, by a person or for a seat. Only who
    lent their part signs in place of the substitute, where a person more is needed."""
    rule = sign_off.rule
    person = sign_off.person
    rows = SignOff.objects.filter(
        Q(person=person) | Q(person=seat) | Q(on_behalf_of=seat),
        visit=sign_off.visit,
        round=sign_off.round,
        rule=rule,
        document=sign_off.document,
    )
    before = rows.filter(person=person).first() or rows.first()
    if before is None:
        return
    if before.on_behalf_of_id == person.pk == seat.pk:
        tallies = tally(sign_off.visit, sign_off.document.sha256)
        if (rule, person) in more_signers(tallies):
            return
        if any(rule_tally.passed for rule_tally in tallies if rule_tally.rule == rule):
            role = rule.get_role_display()
            raise Refused(f"{role} has approved; nobody else needs to sign.")
    raise Refused(
        f"{who_signed(before, person)} already; a change of mind is a new "
        "round, which the owner opens.",
        code="signed_already",
    )


def who_signed(before: SignOff, user: User) -> str:
    if before.person_id == user.pk:
        return "You have signed these words"
    if before.on_behalf_of_id == user.pk:
        seat = " for you"
    elif before.on_behalf_of:
        seat = f" for {before.on_behalf_of}"
    else:
        seat = ""
    return f"{before.printed_name} has signed these words{seat}"


def lacks_reason(verdict: str, reason: str) -> bool:
    return verdict in Verdict.values and not (
        verdict == Verdict.APPROVE or reason.strip()
    )


def why_not_weightless(role: str, verdict: str, *, accepts: bool) -> str:
    """Why requirements are not approved before `role`, blank if nothing is missing, has
    said what weighs for it: research seals that."""
    if role and verdict in APPROVALS and not accepts:
        return f"Set {role}'s weights, or tick that you approve without them."
    return ""


def check_open_round(visit: Visit, by: By) -> None:
    check_owned(visit.evaluation, by)
    if visit.left_at:
        raise Refused("This visit is over.")


@transaction.atomic
def open_sign_off_round(*, visit: Visit, reason: str, by: By) -> Visit:
    """Ask everybody of this stage anew; earlier verdicts stay but stop counting."""
    check_open_round(visit, by)
    if not reason.strip():
        raise Invalid("Give a reason for asking everybody again.", field="reason")
    again = visit.round + 1
    change_and_tell(visit, "sign_off.round_opened", by, reason=reason, round=again)
    return visit
