"""The act that says how many of each role must sign each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from evaltracker.evaluations.admin.acts import register_act
from evaltracker.evaluations.admin.brief_acts import OfEvaluation
from evaltracker.evaluations.choices import Stage
from stakeholders.choices import Role
from stakeholders.models import SignOffRule
from stakeholders.services.rules import set_sign_off_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evaltracker.evaluations.admin.acts import Outcome
    from evaltracker.evaluations.models import Evaluation, User

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
class SetSignOffRules(OfEvaluation):
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
    page = "stakeholders"
    page_label = "Stakeholders"

    def heading(self, target: Evaluation) -> str:
        """No name: the page says it."""
        return self.title

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The rules that stand."""
        rules = SignOffRule.objects.filter(evaluation=target)
        return {field_name(one.stage, one.role): one.required for one in rules}

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
