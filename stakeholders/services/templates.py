"""Who must agree, as a part of templates."""

from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.requirements.services.templates import (
    TEMPLATE_PARTS,
    TemplatePart,
)
from stakeholders.models import SignOffRule
from stakeholders.services.rules import set_sign_off_rule


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


TEMPLATE_PARTS.register("sign_offs", TemplatePart(rules_of, ask_the_same))
