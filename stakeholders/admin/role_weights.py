"""What each role finds important: said on the requirements page, before any vendor."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django import forms

from evaltracker.evaluations.admin.acts import register_act
from evaltracker.evaluations.admin.brief_acts import OfEvaluation
from evaltracker.evaluations.admin.panels import register_panel
from evaltracker.evaluations.choices import Stage
from stakeholders.choices import Role
from stakeholders.models import RoleWeight, Stakeholder
from stakeholders.policy import has_role, parts
from stakeholders.services.people import weigh_for_role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaltracker.evaluations.admin.acts import Outcome
    from evaltracker.evaluations.models import Category, Evaluation, User


@dataclass(frozen=True, slots=True)
class RoleColumn:
    """One role's weights, and how far they are from the agreed ones."""

    role: str
    label: str
    distance: int | None
    is_mine: bool
    is_whole: bool


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One category: what is agreed, and what each role says."""

    category: Category
    said: list[int | None]


def distance(pairs: list[tuple[int, int]]) -> int | None:
    """How far two weightings are apart, in per cent; None if there is nothing to say.

    Both are scaled to shares of their sum, so that somebody who weighs everything
    high is not far from somebody who weighs everything low. 0 is the same order of
    importance, 100 has nothing in common.
    """
    agreed, said = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    if not agreed or not said:
        return None
    apart = sum(abs(Fraction(a, agreed) - Fraction(b, said)) for a, b in pairs) / 2
    return round(apart * 100)


def weights_panel(user: User, evaluation: Evaluation) -> dict[str, Any] | None:
    """Role weights beside the agreed ones; nothing before there are categories."""
    categories = list(evaluation.categories.all())
    if not categories:
        return None
    said: dict[str, dict[Any, int]] = defaultdict(dict)
    for one in RoleWeight.objects.filter(evaluation=evaluation):
        said[one.role][one.category_id] = one.weight
    held = Stakeholder.objects.filter(evaluation=evaluation, left_at__isnull=True)
    holders = list(held.values_list("role", "user_id"))
    known = said.keys() | {role for role, _ in holders}
    roles = [role for role in Role if role in known]
    mine = {role for role, holder in holders if holder == user.pk}
    return {
        "rows": [
            WeightRow(one, [said[role].get(one.pk) for role in roles])
            for one in categories
        ],
        "roles": [
            column(role, said[role], categories, is_mine=role in mine) for role in roles
        ],
        "may_say": bool(mine)
        and user.is_active
        and evaluation.is_open
        and evaluation.stage == Stage.REQUIREMENTS,
        "is_requirements": evaluation.stage == Stage.REQUIREMENTS,
    }


def column(
    role: Role, said: dict[Any, int], categories: list[Category], *, is_mine: bool
) -> RoleColumn:
    """The head of one role's column."""
    pairs = [
        (one.weight, said[one.pk])
        for one in categories
        if one.weight is not None and one.pk in said
    ]
    return RoleColumn(
        role=role,
        label=role.label,
        distance=distance(pairs),
        is_mine=is_mine,
        is_whole=all(one.pk in said for one in categories),
    )


class WeightsForm(forms.Form):
    """One number per category, for one role."""

    def __init__(
        self, *args: Any, evaluation: Evaluation, roles: list[Role], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.categories = list(evaluation.categories.all())
        self.fields["role"] = forms.ChoiceField(
            choices=[(role.value, role.label) for role in roles],
            label="For the role",
            widget=forms.HiddenInput if len(roles) == 1 else forms.Select,
        )
        for one in self.categories:
            self.fields[str(one.pk)] = forms.IntegerField(
                required=False, min_value=0, max_value=10, label=one.name
            )


@register_act
class SayRoleWeights(OfEvaluation):
    """A role's own weights."""

    name = "say-role-weights"
    title = "What weighs for your role"
    verb = "Save"
    help = (
        "0 counts for nothing, 10 decides. Say it for your role alone; agreeing on one "
        "weight comes after. Blank leaves a category as it is."
    )
    success = "Your role's weights are saved."
    form_class = WeightsForm
    page = "requirements"
    page_label = "Requirements"
    prefill = ("role",)

    def allowed(self, user: User, target: Evaluation) -> bool:
        """Whoever holds a role."""
        return has_role(user, target)

    def heading(self, target: Evaluation) -> str:
        """No name: the page says it."""
        return self.title

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The roles that they hold."""
        held = set(parts(user, target).values_list("role", flat=True))
        return {
            "evaluation": target,
            "roles": [role for role in Role if role in held],
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What the first of their roles said."""
        held = set(parts(user, target).values_list("role", flat=True))
        role = next(one for one in Role if one in held)
        said = RoleWeight.objects.filter(evaluation=target, role=role)
        return {"role": role.value} | {str(one.category_id): one.weight for one in said}

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Say each that is given."""
        for category in target.categories.all():
            weight = data.get(str(category.pk))
            if weight is not None:
                weigh_for_role(
                    evaluation=target,
                    category=category,
                    role=data["role"],
                    weight=weight,
                    by=by,
                )
        return None


register_panel("requirements", 10, "stakeholders/role_weights.html", weights_panel)
