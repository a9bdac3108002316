"""Who must agree, as a part of templates."""

from typing import Any

from django.db import transaction

from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
    find_template,
    nothing_left,
    require_template,
)
from stakeholders.models import SignOffRule
from stakeholders.services.rules import set_sign_off_rule

RULES = "sign_offs"


def rules_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The sign-off rules, without who signed."""
    rows = SignOffRule.objects.filter(evaluation=evaluation)
    return [
        {"stage": row.stage, "role": row.role, "required": row.required} for row in rows
    ]


def ask_the_same(evaluation: Evaluation, rules: Any, by: User) -> None:
    """Ask exactly what the template asks, in the place of what is usual."""
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


def check_take_rules(evaluation: Evaluation, by: By) -> None:
    """The owner who may start evaluations, while it is open."""
    check_owned(evaluation, by)
    require_template(RULES, by, words="sign-off rules")


@transaction.atomic
def take_rules(*, evaluation: Evaluation, key: str, by: User) -> None:
    """Ask exactly those to sign whom a template asks.

    Raises:
        Forbidden: not the owner. NotFound: no such template for `by`.
        Refused: it has ended, or somebody signed as a role that it does not ask.
        Invalid: the template asks nobody.

    """
    evaluation = lock(evaluation)
    check_take_rules(evaluation, by)
    rules = find_template(key, by).content.get(RULES)
    if not rules:
        raise nothing_left("This template does not say who must sign.")
    ask_the_same(evaluation, rules, by)
