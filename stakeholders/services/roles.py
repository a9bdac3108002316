"""Roles in the company: who belongs to IT, to Engineering and so on.

A role is a group. It opens nothing by itself, a part in an evaluation does; it says
whom to propose when an evaluation needs somebody for that role.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from evaltracker.accounts.services import add_colleague
from evaltracker.errors import Forbidden
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import may_add_people
from evaltracker.requirements.services.templates import TEMPLATE_PARTS, TemplatePart
from stakeholders.models import Role, SignOffRule, Stakeholder
from stakeholders.selectors import roles_of
from stakeholders.services.people import add_stakeholder, set_sign_off_rule


@transaction.atomic
def give_roles(*, person: User, roles: Iterable[str], by: User) -> User:
    """Say which roles are a person's in the company; those not named are taken.

    Raises:
        Forbidden: `by` may not add people. ValueError: there is no such role.
    """
    if not may_add_people(by):
        raise Forbidden("Only people with the right to add people may do this.")
    wanted = [Role(role) for role in roles]
    if set(roles_of(person)) == set(wanted):
        return person
    person.groups.remove(*person.groups.filter(name__in=Role.labels))
    for role in wanted:
        group, _ = Group.objects.get_or_create(name=role.label)
        person.groups.add(group)
    detail = ", ".join(role.label for role in wanted) or "none"
    record(action=AccountAction.ROLES, person=person, by=by, detail=detail)
    return person


@transaction.atomic
def invite_stakeholder(
    *,
    evaluation: Evaluation,
    first_name: str,
    last_name: str,
    email: str,
    role: str,
    by: User,
    scores: bool = False,
) -> Stakeholder:
    """Give a colleague a login and a part in one go; a mail brings them in.

    Raises:
        Forbidden: `by` is not the owner, or may not add people.
        Invalid: somebody with this address is here already.
    """
    person = add_colleague(
        first_name=first_name,
        last_name=last_name,
        email=email,
        time_zone=evaluation.zone,
        by=by,
    )
    give_roles(person=person, roles=[role], by=by)
    return add_stakeholder(
        evaluation=evaluation, user=person, role=role, scores=scores, by=by
    )


# Who must agree, as a part of templates.

RULES = "sign_offs"


def rules_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    rows = SignOffRule.objects.filter(evaluation=evaluation)
    return [
        {"stage": row.stage, "role": row.role, "required": row.required} for row in rows
    ]


def ask_the_same(evaluation: Evaluation, rules: Any, by: User) -> None:
    wanted = {(rule["stage"], rule["role"]): rule["required"] for rule in rules}
    stand = SignOffRule.objects.filter(evaluation=evaluation)
    pairs = dict.fromkeys([*stand.values_list("stage", "role"), *wanted])
    for stage, role in pairs:
        set_sign_off_rule(
            evaluation=evaluation,
            stage=stage,
            role=role,
            required=wanted.get((stage, role), 0),
            by=by,
        )


TEMPLATE_PARTS.register(RULES, TemplatePart(rules_of, ask_the_same))
