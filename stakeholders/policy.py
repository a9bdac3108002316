"""Who has a say on floor 2, and who is barred from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from evaltracker.errors import Forbidden
from evaltracker.evaluations.clock import today_in
from evaltracker.evaluations.journal import actor_of
from evaltracker.evaluations.models import User
from stakeholders.choices import Role
from stakeholders.models import Delegation, Stakeholder

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db.models import QuerySet

    from evaltracker.evaluations.journal import By
    from evaltracker.evaluations.models import Evaluation


def parts(user: User, evaluation: Evaluation) -> QuerySet[Stakeholder]:
    """The roles that `user` holds in the evaluation now; none if inactive."""
    active = Stakeholder.objects.filter(
        evaluation=evaluation, user=user, left_at__isnull=True
    )
    return active if user.is_active else active.none()


def has_role(user: User, evaluation: Evaluation, *roles: Role) -> bool:
    """Whether `user` holds one of these roles; without roles, any."""
    held = parts(user, evaluation)
    return (held.filter(role__in=roles) if roles else held).exists()


def is_leadership(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` may waive gates and excuse knock-outs here."""
    return has_role(user, evaluation, Role.LEADERSHIP)


def insiders(evaluation: Evaluation) -> QuerySet[User]:
    """Active people who take part: the owner and everybody with a role."""
    here = Q(parts__evaluation=evaluation, parts__left_at__isnull=True)
    people: QuerySet[User] = User.objects.filter(
        here | Q(pk=evaluation.owner_id), is_active=True
    )
    return people.distinct().order_by("last_name", "username")


def insiders_of_many(evaluations: Collection[Evaluation]) -> dict[UUID, set[User]]:
    """The same by evaluation, in one query; their owners have been read."""
    found = {
        one.pk: {one.owner} if one.owner.is_active else set() for one in evaluations
    }
    for part in Stakeholder.objects.filter(
        evaluation__in=found, left_at__isnull=True, user__is_active=True
    ).select_related("user"):
        found[part.evaluation_id].add(part.user)
    return found


def require_part(by: By, evaluation: Evaluation) -> User:
    """The acting user, if owner or stakeholder; else refused."""
    user = actor_of(by).user
    if (
        user is not None
        and user.is_active
        and (evaluation.owner_id == user.pk or has_role(user, evaluation))
    ):
        return user
    raise Forbidden("Only the owner and the stakeholders of this evaluation may do it.")


def lendings(evaluation: Evaluation) -> QuerySet[Delegation]:
    """Substitutions that are not over: those of today and those to come.

    Days are those of the evaluation's own zone, wherever lender and substitute are.
    """
    found: QuerySet[Delegation] = Delegation.objects.filter(
        stakeholder__evaluation=evaluation,
        stakeholder__left_at__isnull=True,
        stakeholder__user__is_active=True,
        revoked_at__isnull=True,
        ends_on__gte=today_in(evaluation.zone),
    )
    return found.select_related("stakeholder__user", "substitute")


def lendings_today(evaluation: Evaluation) -> QuerySet[Delegation]:
    """Substitutions under which somebody may sign today."""
    return lendings(evaluation).filter(starts_on__lte=today_in(evaluation.zone))


def signing_parts(
    user: User, evaluation: Evaluation, role: str
) -> list[tuple[Stakeholder, Delegation | None]]:
    """The parts of `role` for which `user` may sign today, own first.

    A substitution counts one step only: a substitute cannot hand it on.
    """
    if not user.is_active or evaluation.owner_id == user.pk:
        return []
    own = [(part, None) for part in parts(user, evaluation).filter(role=role)]
    lent = lendings_today(evaluation).filter(substitute=user, stakeholder__role=role)
    return [*own, *((one.stakeholder, one) for one in lent)]
