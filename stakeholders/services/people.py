"""Giving people a part, and what each role finds important."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import actor_of
from evaltracker.evaluations.policy import (
    change,
    checked,
    require_open,
    require_owner,
    require_stage,
)
from stakeholders.choices import Role
from stakeholders.models import Delegation, RoleWeight, Stakeholder
from stakeholders.policy import has_role, parts

if TYPE_CHECKING:
    import datetime

    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Category, Evaluation, User


@transaction.atomic
def add_stakeholder(
    *, evaluation: Evaluation, user: User, role: str, by: By, scores: bool = False
) -> Stakeholder:
    """Give `user` a role; they see the evaluation from now on.

    Raises:
        Refused: the owner cannot hold a role, or the person holds it already.

    """
    require_owner(by, evaluation)
    require_open(evaluation)
    if user.pk == evaluation.owner_id:
        raise Refused("The owner cannot sign for a role, so cannot hold one.")
    part = Stakeholder.objects.filter(
        evaluation=evaluation, user=user, role=role
    ).first()
    if part is not None and part.left_at is None:
        raise Refused(f"{user.name} is {part.get_role_display()} already.")
    if part is None:
        part = Stakeholder(evaluation=evaluation, user=user, role=role, scores=scores)
        checked(part)
        part.save()
    else:
        change(part, left_at=None, scores=scores)
    evaluation.readers.add(user)
    journal.record(
        evaluation=evaluation,
        action="stakeholder.added",
        subject=part,
        by=by,
        after={"user": user.name, "role": role, "scores": scores},
    )
    return part


@transaction.atomic
def remove_stakeholder(*, stakeholder: Stakeholder, reason: str, by: By) -> Stakeholder:
    """End a part; what was signed and scored stays, sight ends with the last part."""
    evaluation = stakeholder.evaluation
    require_owner(by, evaluation)
    require_open(evaluation)
    if stakeholder.left_at:
        raise Refused("This part has ended already.")
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["Say why."]})
    change(stakeholder, left_at=timezone.now())
    if not parts(stakeholder.user, evaluation).exists():
        evaluation.readers.remove(stakeholder.user)
    journal.record(
        evaluation=evaluation,
        action="stakeholder.removed",
        subject=stakeholder,
        by=by,
        before={"user": stakeholder.user.name, "role": stakeholder.role},
        reason=reason,
    )
    return stakeholder


@transaction.atomic
def weigh_for_role(
    *, evaluation: Evaluation, category: Category, role: str, weight: int, by: User
) -> RoleWeight:
    """Say what a category weighs for a role, before any vendor is seen.

    Raises:
        Forbidden: `by` does not hold the role. Refused: research has begun.

    """
    require_stage(evaluation, Stage.REQUIREMENTS)
    if not has_role(by, evaluation, Role(role)):
        raise Forbidden(f"Only {Role(role).label} says what weighs for it.")
    if category.evaluation_id != evaluation.pk:
        raise Invalid("The category belongs to another evaluation.")
    said = RoleWeight.objects.filter(category=category, role=role).first()
    before = {"weight": said.weight} if said else {}
    if said and said.weight == weight:
        return said
    if said is None:
        said = RoleWeight(evaluation=evaluation, category=category, role=role)
    said.weight, said.set_by = weight, by
    checked(said)
    said.save()
    journal.record(
        evaluation=evaluation,
        action="role_weight.said",
        subject=said,
        by=by,
        before=before,
        after={"category": category.name, "role": role, "weight": weight},
    )
    return said


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

    Raises:
        Forbidden: it is not `by`'s own part. Refused: to the owner, or to oneself.

    """
    evaluation = stakeholder.evaluation
    require_open(evaluation)
    if stakeholder.user_id != by.pk or stakeholder.left_at:
        raise Forbidden("Only the person who holds a part may lend it.")
    if substitute.pk in (by.pk, evaluation.owner_id) or not substitute.is_active:
        raise Refused("Lend it to an active colleague who is not the owner.")
    lending = Delegation(
        stakeholder=stakeholder,
        substitute=substitute,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    checked(lending)
    lending.save()
    evaluation.readers.add(substitute)
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


@transaction.atomic
def revoke_delegation(*, delegation: Delegation, by: By) -> Delegation:
    """End a substitution now; the lender or the owner may."""
    part = delegation.stakeholder
    user = actor_of(by).user
    if user is None or user.pk not in (part.user_id, part.evaluation.owner_id):
        raise Forbidden("Only the lender or the owner may end a substitution.")
    if delegation.revoked_at:
        raise Refused("It has ended already.")
    change(delegation, revoked_at=timezone.now())
    if not parts(delegation.substitute, part.evaluation).exists():
        part.evaluation.readers.remove(delegation.substitute)
    journal.record(
        evaluation=part.evaluation,
        action="delegation.revoked",
        subject=delegation,
        by=by,
        before={"substitute": delegation.substitute.name},
    )
    return delegation
