"""Who has a say in stakeholders, and who is barred from it."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from evaltracker.errors import Forbidden, Refused
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.toolbox.days import today_in
from stakeholders.models import Delegation, Role, Stakeholder


def has_a_say(user: User) -> bool:
    """Whether `user` can hold a part, or stand in for one: nobody who is an operator.

    Asked again whenever a part counts, so a part or a substitution of somebody who
    becomes an operator stops counting at once, and counts again should that end.
    """
    return user.is_active and not user.is_superuser


def require_a_say(user: User) -> None:
    if user.is_superuser:
        raise Refused(
            f"{user.name} is an operator, and operators have no say in an evaluation. "
            "Name somebody else."
        )


def voices() -> QuerySet[Stakeholder]:
    """Parts that last and count, in all evaluations; an operator's never does."""
    rows: QuerySet[Stakeholder] = Stakeholder.objects.filter(
        left_at__isnull=True, user__is_superuser=False
    )
    return rows


def parts(user: User, evaluation: Evaluation) -> QuerySet[Stakeholder]:
    active = voices().filter(evaluation=evaluation, user=user)
    if has_a_say(user):
        return active
    return active.none()


def has_role(user: User, evaluation: Evaluation, *roles: Role) -> bool:
    """Whether `user` holds one of these roles; without roles, any."""
    held = parts(user, evaluation)
    return (held.filter(role__in=roles) if roles else held).exists()


def is_leadership(user: User, evaluation: Evaluation) -> bool:
    return has_role(user, evaluation, Role.LEADERSHIP)


def leaders(evaluation: Evaluation) -> QuerySet[User]:
    held = voices().filter(evaluation=evaluation, role=Role.LEADERSHIP)
    people: QuerySet[User] = User.objects.filter(
        pk__in=held.order_by().values("user"), is_active=True
    )
    return people


def insiders(evaluation: Evaluation) -> QuerySet[User]:
    """Active people who take part: the owner and everybody with a role."""
    here = Q(
        parts__evaluation=evaluation, parts__left_at__isnull=True, is_superuser=False
    )
    people: QuerySet[User] = User.objects.filter(
        here | Q(pk=evaluation.owner_id), is_active=True
    )
    return people.distinct().order_by("last_name", "username")


def insiders_of_many(evaluations: Collection[Evaluation]) -> dict[UUID, set[User]]:
    """The same by evaluation, in one query; their owners have been read."""
    people = {
        evaluation.pk: {evaluation.owner} if evaluation.owner.is_active else set()
        for evaluation in evaluations
    }
    for part in (
        voices()
        .filter(evaluation__in=people, user__is_active=True)
        .select_related("user")
    ):
        people[part.evaluation_id].add(part.user)
    return people


def require_part(by: By, evaluation: Evaluation) -> User:
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
    rows: QuerySet[Delegation] = Delegation.objects.filter(
        stakeholder__evaluation=evaluation,
        stakeholder__in=voices().filter(user__is_active=True),
        substitute__is_superuser=False,
        revoked_at__isnull=True,
        ends_on__gte=today_in(evaluation.zone),
    )
    return rows.select_related("stakeholder__user", "substitute")


def lendings_today(evaluation: Evaluation) -> QuerySet[Delegation]:
    return lendings(evaluation).filter(starts_on__lte=today_in(evaluation.zone))


def signing_parts(
    user: User, evaluation: Evaluation, role: str
) -> list[tuple[Stakeholder, Delegation | None]]:
    """The parts of `role` for which `user` may sign today, own first.

    A substitution counts one step only: a substitute cannot hand it on.
    """
    if not has_a_say(user) or evaluation.owner_id == user.pk:
        return []
    own_parts = [(part, None) for part in parts(user, evaluation).filter(role=role)]
    lent = lendings_today(evaluation).filter(substitute=user, stakeholder__role=role)
    return [*own_parts, *((delegation.stakeholder, delegation) for delegation in lent)]
