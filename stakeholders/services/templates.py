"""Who must agree, as a part of templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaltracker.evaluations.services.templates import (
    TemplatePart,
    register_template_part,
)
from stakeholders.models import SignOffRule
from stakeholders.services.rules import set_sign_off_rule

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation, User


def rules_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The sign-off rules, without who signed."""
    rows = SignOffRule.objects.filter(evaluation=evaluation)
    return [
        {"stage": row.stage, "role": row.role, "required": row.required} for row in rows
    ]


def ask_the_same(evaluation: Evaluation, rules: Any, by: User) -> None:
    """Ask exactly what the template asks, in the place of what is usual."""
    wanted = {(one["stage"], one["role"]): one["required"] for one in rules}
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


register_template_part("sign_offs", TemplatePart(rules_of, ask_the_same))
