"""What each role finds important: said on the requirements page, before any vendor."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from evaltracker.errors import why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.panels import register_panel
from evaltracker.requirements.services.categories import check_weigh_category
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.policy import parts
from stakeholders.scoring import distance
from stakeholders.selectors import (
    objectives_in_conflict,
    said_weights,
    weights_sealed_at,
)
from stakeholders.services.people import check_say_role_weights, weigh_for_role


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


def weights_panel(user: User, evaluation: Evaluation) -> dict[str, Any] | None:
    """Role weights beside the agreed ones; nothing before there are categories."""
    categories = list(evaluation.categories.all())
    if not categories:
        return None
    said = said_weights(evaluation)
    holders = holders_of(evaluation)
    roles = roles_with_weights(evaluation, said, holders)
    mine = {role for role, holder in holders if holder == user.pk}
    sealed_at = weights_sealed_at(evaluation)
    may_say = bool(mine) and user.is_active and evaluation.is_open and sealed_at is None
    may_agree = why_not(check_weigh_category, categories[0], user) is None
    return {
        "has_grid": may_say or may_agree,
        "rows": [
            WeightRow(category, [said.get(role, {}).get(category) for role in roles])
            for category in categories
        ],
        "roles": [
            column(role, said.get(role, {}), categories, is_mine=role in mine)
            for role in roles
        ],
        "may_say": may_say,
        "sealed_at": sealed_at,
        "said": bool(said),
        "clashes": objectives_in_conflict(evaluation),
        "is_requirements": evaluation.stage == Stage.REQUIREMENTS,
    }


def holders_of(evaluation: Evaluation) -> list[tuple[str, int]]:
    """Roles of parts that last, with who holds them."""
    held = Stakeholder.objects.filter(evaluation=evaluation, left_at__isnull=True)
    return list(held.values_list("role", "user_id"))


def roles_with_weights(
    evaluation: Evaluation,
    said: Collection[str],
    holders: Iterable[tuple[str, int]] | None = None,
) -> list[Role]:
    """Roles that somebody holds or that said weights, in the order of roles."""
    held = holders_of(evaluation) if holders is None else holders
    known = {*said, *(role for role, _ in held)}
    return [role for role in Role if role in known]


def column(
    role: Role, said: dict[Category, int], categories: list[Category], *, is_mine: bool
) -> RoleColumn:
    """The head of one role's column."""
    agreed = {
        category: category.weight
        for category in categories
        if category.weight is not None and category in said
    }
    apart = distance(agreed, {category: said[category] for category in agreed})
    return RoleColumn(
        role=role,
        label=role.label,
        distance=None if apart is None else round(apart * 100),
        is_mine=is_mine,
        is_whole=all(category in said for category in categories),
    )


class WeightsForm(forms.Form):
    """One number per category, for one role; what that role said stands in it."""

    role = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        categories: list[Category],
        said: dict[Role, dict[Category, int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roles = list(said)
        role: Any = self.fields["role"]
        role.choices = [(role.value, role.label) for role in self.roles]
        chosen = self["role"].value()
        before = said.get(Role(chosen), {}) if chosen in Role.values else {}
        for category in categories:
            self.fields[str(category.pk)] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=10,
                label=category.name,
                initial=before.get(category),
            )


@register_act
class SayRoleWeights(OnEvaluation):
    """A role's own weights."""

    name = "say-role-weights"
    title = "Weights of your role"
    verb = "Save"
    rule = check_say_role_weights
    help = (
        "0 counts for nothing, 10 decides. Set it for your role alone; agreeing on "
        "one weight comes later. Blank leaves a category as it is. The weights are "
        "sealed when research begins, before anybody reads an answer."
    )
    success = "Your role's weights are saved."
    form_class = WeightsForm
    template = "stakeholders/weights.html"
    tab = "requirements"
    prefill = ("role",)

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The roles that they hold, with what each said."""
        held = set(parts(user, target).values_list("role", flat=True))
        said = said_weights(target)
        return {
            "categories": list(target.categories.all()),
            "said": {role: said.get(role, {}) for role in Role if role in held},
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The first of their roles, unless the link names another."""
        held = set(parts(user, target).values_list("role", flat=True))
        return {"role": next(role.value for role in Role if role in held)}

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Say each that is given."""
        check_say_role_weights(target, by)
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
