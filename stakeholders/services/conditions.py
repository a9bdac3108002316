"""What is asked for when approving: kept, reminded of, and closed."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change, checked, require_open
from evaltracker.kit.clock import today_in
from evaltracker.notices.services.scheduling import (
    cancel_notices,
    owe_now,
    schedule_notice,
)
from stakeholders.models import Condition, SignOff
from stakeholders.notices import ConditionDue, ConditionGiven, ConditionOverdue
from stakeholders.policy import insiders

MORNING = datetime.time(9)
# Days after its date on which an open condition is called overdue; the last of them
# are told to the owner of the evaluation, too.
OVERDUE = (1, 4, 7)
ESCALATED = (4, 7)


@dataclass(frozen=True, slots=True)
class ConditionAsked:
    """One condition of an approval: what, who sees to it, by when."""

    text: str
    owner: User
    due_on: datetime.date


def check_conditions(
    evaluation: Evaluation, conditions: Sequence[ConditionAsked]
) -> None:
    """Refuse what nobody could see to: by an outsider, or by a day that is over.

    Raises:
        Invalid: with the sentence.

    """
    inside = set(insiders(evaluation).values_list("pk", flat=True))
    today = today_in(evaluation.zone)
    for asked in conditions:
        sentence = ""
        if asked.owner.pk not in inside:
            sentence = f"{asked.owner.name} has no part here, so cannot be "
            "responsible for it."
        elif asked.due_on < today:
            sentence = "The day by which a condition is met cannot be over."
        if sentence:
            raise Invalid(sentence, errors={"condition": [sentence]})


def attach_conditions(
    sign_off: SignOff, evaluation: Evaluation, conditions: Sequence[ConditionAsked]
) -> list[Condition]:
    """Keep the conditions of a sign-off, and owe their owners the mails."""
    kept = []
    for asked in conditions:
        condition = Condition(
            sign_off=sign_off, text=asked.text, owner=asked.owner, due_on=asked.due_on
        )
        checked(condition)
        condition.save()
        owe_mails(condition, evaluation, asked)
        kept.append(condition)
    return kept


def owe_mails(
    condition: Condition, evaluation: Evaluation, asked: ConditionAsked
) -> None:
    """Its owner is told at once, reminded before the day, and told when it is over."""
    if asked.owner != condition.sign_off.person:
        owe_now(
            evaluation=evaluation,
            kind=ConditionGiven.name,
            subject_id=condition.pk,
            occurrence="",
            recipient=asked.owner,
        )
    today = today_in(evaluation.zone)
    before = {int(days) for days in evaluation.reminder_days}
    mails = [(ConditionDue.name, asked.owner, days) for days in sorted(before)]
    mails += [(ConditionOverdue.name, asked.owner, -days) for days in OVERDUE]
    if asked.owner != evaluation.owner:
        mails += [(ConditionOverdue.name, evaluation.owner, -day) for day in ESCALATED]
    for kind, recipient, days in mails:
        day = asked.due_on - datetime.timedelta(days=days)
        # A mail of today is the one that says that it was given.
        if day > today:
            schedule_notice(
                kind=kind,
                evaluation=evaluation,
                subject_id=condition.pk,
                occurrence="",
                offset_days=days,
                recipient=recipient,
                day=day,
                time=MORNING,
                zone=evaluation.zone,
            )


def check_close_condition(condition: Condition, by: By) -> User:
    """The acting user, if an open condition is theirs to close."""
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
    """Close a condition with a note; its owner, its asker or the owner may."""
    evaluation = condition.sign_off.visit.evaluation
    user = check_close_condition(condition, by)
    if not note.strip():
        raise Invalid(
            "Say how it was met.", errors={"closing_note": ["Say how it was met."]}
        )
    change(condition, closed_at=timezone.now(), closed_by=user, closing_note=note)
    for kind in (ConditionGiven, ConditionDue, ConditionOverdue):
        cancel_notices(
            kind=kind.name, subject_id=condition.pk, because="The condition is closed."
        )
    journal.record(
        evaluation=evaluation,
        action="condition.closed",
        subject=condition,
        by=by,
        after={"text": condition.text, "note": note},
        rows=[condition],
    )
    return condition
