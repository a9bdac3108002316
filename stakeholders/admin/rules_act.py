"""The act that says how many of each role must sign each stage."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.requirements.admin.evaluation_templates import TakesFrom
from stakeholders.choices import Role
from stakeholders.models import SignOffRule
from stakeholders.services.rules import set_sign_off_rule
from stakeholders.services.templates import RULES, check_take_rules, take_rules

MOST = 99


def field_name(stage: str, role: str) -> str:
    """The form's field for one role in one stage."""
    return f"{stage}_{role}"


class RulesForm(forms.Form):
    """A grid of numbers: roles down, stages across; blank asks nobody."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in Role:
            for stage in Stage:
                self.fields[field_name(stage, role)] = forms.IntegerField(
                    required=False,
                    min_value=0,
                    max_value=MOST,
                    label=f"{role.label}, {stage.label.lower()}",
                )

    @property
    def stages(self) -> list[Stage]:
        """The heads of the grid."""
        return list(Stage)

    def grid(self) -> Iterator[tuple[str, list[tuple[str, forms.BoundField]]]]:
        """Each role with its field in every stage."""
        for role in Role:
            yield (
                role.label,
                [(stage.label, self[field_name(stage, role)]) for stage in Stage],
            )


@register_act
class SetSignOffRules(OnEvaluation):
    """How many of each role must approve before a stage is left."""

    name = "sign-off-rules"
    title = "Who must sign"
    verb = "Save"
    help = (
        "How many people of a role must approve before a stage is left. Blank or 0 "
        "asks nobody. Requirements, trials and the decision cannot be left unsigned."
    )
    success = "The rules are saved."
    form_class = RulesForm
    template = "stakeholders/rules.html"
    tab = "stakeholders"

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The rules that stand."""
        rules = SignOffRule.objects.filter(evaluation=target)
        return {field_name(rule.stage, rule.role): rule.required for rule in rules}

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Set every one; what stays the same is not journaled."""
        for stage in Stage:
            for role in Role:
                set_sign_off_rule(
                    evaluation=target,
                    stage=stage,
                    role=role,
                    required=data[field_name(stage, role)] or 0,
                    by=by,
                )
        return None


@register_act
class TakeRules(TakesFrom, OnEvaluation):
    """Asks those to sign whom a template asks."""

    name = "take-rules"
    title = "Take sign-off rules from a template"
    help = (
        "Exactly the roles that the template names are asked, in the stages that it "
        "names. Whom this evaluation asks besides is asked no longer, which is refused "
        "once they signed."
    )
    success = "The template's sign-off rules are set."
    part = RULES
    tab = "sign_offs"
    service = take_rules
    rule = check_take_rules
