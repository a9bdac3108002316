"""Giving people a part, and what each role finds important."""

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Forbidden, Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_open,
)
from evaltracker.kit.days import day_in_words
from stakeholders.choices import Role
from stakeholders.models import RoleWeight, Stakeholder
from stakeholders.policy import has_role, require_a_say
from stakeholders.selectors import roles_of, weights_sealed_at
from stakeholders.services.lending import keep_sight


def check_change_stakeholders(evaluation: Evaluation, by: By) -> None:
    """The owner gives parts, changes and ends them, while the evaluation is open."""
    check_owned(evaluation, by)


@transaction.atomic
def add_stakeholder(
    *, evaluation: Evaluation, user: User, role: str, by: By, scores: bool = False
) -> Stakeholder:
    """Give `user` a role; they see the evaluation from now on.

    Without a role it is the one that is theirs in the company.

    Raises:
        Refused: the owner and operators cannot hold a role, or the person holds it
            already. Invalid: no role is given, and they have none or several.

    """
    check_change_stakeholders(evaluation, by)
    if user.pk == evaluation.owner_id:
        raise Refused("The owner cannot sign for a role, so cannot hold one.")
    require_a_say(user)
    role = role or _own_role(user)
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


def _own_role(user: User) -> str:
    """The one role that is theirs in the company."""
    roles = roles_of(user)
    if len(roles) == 1:
        return roles[0]
    several = "several roles" if roles else "no role"
    said = f"{user.name} has {several} in the company; choose one."
    raise Invalid(said, errors={"role": [said]})


@transaction.atomic
def remove_stakeholder(*, stakeholder: Stakeholder, reason: str, by: By) -> Stakeholder:
    """End a part; what was signed and scored stays, sight ends with the last part."""
    evaluation = stakeholder.evaluation
    check_change_stakeholders(evaluation, by)
    if stakeholder.left_at:
        raise Refused("This part has ended already.")
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["Say why."]})
    change(stakeholder, left_at=timezone.now())
    keep_sight(evaluation, stakeholder.user)
    for lending in stakeholder.delegations.select_related("substitute"):
        keep_sight(evaluation, lending.substitute)
    journal.record(
        evaluation=evaluation,
        action="stakeholder.removed",
        subject=stakeholder,
        by=by,
        before={"user": stakeholder.user.name, "role": stakeholder.role},
        reason=reason,
    )
    return stakeholder


def check_say_role_weights(evaluation: Evaluation, by: User) -> None:
    """Everybody with a role says what weighs for it, until research begins."""
    if not has_role(by, evaluation):
        raise Forbidden("Only those who hold a role can set its weights.")
    require_open(evaluation)
    sealed = weights_sealed_at(evaluation)
    if sealed is not None:
        raise Refused(
            f"Each role's weights were sealed on {day_in_words(sealed)}, when research "
            "began: people who have seen a vendor would favour its strengths."
        )


def check_weigh_for_role(evaluation: Evaluation, role: str, by: User) -> None:
    """The same for one role, by whoever holds it."""
    check_say_role_weights(evaluation, by)
    if not has_role(by, evaluation, Role(role)):
        raise Forbidden(f"Only {Role(role).label} says what weighs for it.")


@transaction.atomic
def weigh_for_role(
    *, evaluation: Evaluation, category: Category, role: str, weight: int, by: User
) -> RoleWeight:
    """Say what a category weighs for a role, before any vendor is seen.

    Raises:
        Forbidden: `by` does not hold the role. Refused: research has begun, or had
            begun before the evaluation was sent back.

    """
    evaluation = lock(evaluation)
    check_weigh_for_role(evaluation, role, by)
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
