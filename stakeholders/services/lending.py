"""Lending a part for some days, and who sees an evaluation because of it."""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import SYSTEM, By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import change, checked, lock, require_open
from evaltracker.notices.services.scheduling import cancel_notices, owe_now
from evaltracker.toolbox.days import today_in
from stakeholders.models import Delegation, Stakeholder
from stakeholders.notices import DelegationGiven
from stakeholders.policy import has_a_say, lendings, require_a_say

LONGEST = datetime.timedelta(days=366)


def check_delegate(stakeholder: Stakeholder, by: User) -> None:
    """Whoever holds a part lends it, while the evaluation is open."""
    if stakeholder.user_id != by.pk or stakeholder.left_at or not has_a_say(by):
        raise Forbidden("Only the person who holds a part may lend it.")
    require_open(stakeholder.evaluation)


@transaction.atomic
def delegate(
    *,
    stakeholder: Stakeholder,
    substitute: User,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User,
) -> Delegation:
    """Let `substitute` act for this part between two days, both included.

    Both are told. The days are those of the evaluation's zone. The substitute sees the
    evaluation until the last of them, and cannot hand the part on.

    Raises:
        Forbidden: it is not `by`'s own part, or it does not count.
        Refused: to the owner, to oneself, or to an operator.
        Invalid: days that are over, the wrong way round, or more than a year.

    """
    evaluation = stakeholder.evaluation
    check_delegate(stakeholder, by)
    if substitute.pk in (by.pk, evaluation.owner_id) or not substitute.is_active:
        raise Refused("Lend it to an active colleague who is not the owner.")
    require_a_say(substitute)
    check_days(starts_on, ends_on, today_in(evaluation.zone))
    lending = Delegation(
        stakeholder=stakeholder,
        substitute=substitute,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    checked(lending)
    lending.save()
    keep_sight(evaluation, substitute)
    for recipient in (by, substitute):
        owe_now(
            evaluation=evaluation,
            kind=DelegationGiven.name,
            subject_id=lending.pk,
            occurrence="",
            recipient=recipient,
        )
    journal.record(
        evaluation=evaluation,
        action="delegation.given",
        subject=lending,
        by=by,
        after={
            "for": stakeholder.user.name,
            "role": stakeholder.role,
            "substitute": substitute.name,
            "starts_on": starts_on,
            "ends_on": ends_on,
        },
    )
    return lending


def check_days(
    starts_on: datetime.date, ends_on: datetime.date, today: datetime.date
) -> None:
    """Refuse days on which nobody can stand in."""
    if ends_on < starts_on:
        sentence = "The last day is before the first."
    elif ends_on < today:
        sentence = "The last day is over already."
    elif ends_on - starts_on > LONGEST:
        sentence = "Name a substitute for a year at most; name another after it."
    else:
        return
    raise Invalid(sentence, errors={"ends_on": [sentence]})


@transaction.atomic
def revoke_delegation(*, delegation: Delegation, by: By) -> Delegation:
    """End a substitution now; the lender or the owner may."""
    part = delegation.stakeholder
    user = actor_of(by).user
    may = (part.user_id, part.evaluation.owner_id)
    if user is None or not user.is_active or user.pk not in may:
        raise Forbidden("Only the lender or the owner may end a substitution.")
    if delegation.revoked_at:
        raise Refused("It has ended already.")
    change(delegation, revoked_at=timezone.now())
    keep_sight(part.evaluation, delegation.substitute)
    cancel_notices(
        kind=DelegationGiven.name,
        subject_id=delegation.pk,
        because="The substitution is ended.",
    )
    journal.record(
        evaluation=part.evaluation,
        action="delegation.revoked",
        subject=delegation,
        by=by,
        before={"substitute": delegation.substitute.name},
    )
    return delegation


def keep_sight(evaluation: Evaluation, user: User) -> bool:
    """Let `user` see the evaluation while a part or a substitution lasts.

    Returns:
        Whether they see it.

    """
    holds = Stakeholder.objects.filter(
        evaluation=evaluation, user=user, left_at__isnull=True
    )
    sees = holds.exists() or lendings(evaluation).filter(substitute=user).exists()
    if sees:
        evaluation.readers.add(user)
    else:
        evaluation.readers.remove(user)
    return sees


def end_lapsed_sight() -> None:
    """A chore: whose substitution is over no longer sees the evaluation.

    Time alone ends a substitution, so nobody's act takes the sight away.
    """
    over = Delegation.objects.filter(
        revoked_at__isnull=True,
        ends_on__lt=timezone.now().date() + datetime.timedelta(days=1),
        stakeholder__evaluation__readers=F("substitute"),
    ).select_related("stakeholder__evaluation", "stakeholder__user", "substitute")
    for lending in over:
        evaluation = lock(lending.stakeholder.evaluation)
        if lending.ends_on >= today_in(evaluation.zone):
            continue
        if keep_sight(evaluation, lending.substitute):
            continue
        journal.record(
            evaluation=evaluation,
            action="delegation.lapsed",
            subject=lending,
            by=SYSTEM,
            before={"substitute": lending.substitute.name},
        )
