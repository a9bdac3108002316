"""What each role finds important: said on the requirements page, before any vendor."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from evaltracker.accounts.admin.people import PeopleAct
from evaltracker.errors import why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Category, Evaluation, User
from evaltracker.evaluations.policy import is_owner, may_add_people
from evaltracker.pages.acts import address_of
from evaltracker.pages.fields import OfferingForm, form_of
from evaltracker.pages.grid import Grid, GridColumn, Saves, register_grid
from evaltracker.pages.site import register_panel
from evaltracker.pages.workspace import (
    JOURNAL,
    JournalPart,
    OnEvaluation,
    phrases_beside,
)
from evaltracker.requirements.services.categories import (
    check_weigh_category,
    weigh_category,
)
from stakeholders.admin.people import AddStakeholderForm
from stakeholders.models import Role, SignOffRule, Verdict, given_names, role_names
from stakeholders.policy import has_role, parts
from stakeholders.selectors import (
    DIFFERENT,
    objectives_in_conflict,
    role_choices,
    roles_of,
    said_weights,
    weights_sealed_at,
)
from stakeholders.services.people import (
    check_say_role_weights,
    check_weigh_for_role,
    set_sign_off_rules,
    weigh_for_role,
)
from stakeholders.services.roles import (
    give_roles,
    invite_stakeholder,
    name_roles,
    set_different_people,
)


def weights_panel(user: User, evaluation: Evaluation) -> dict[str, Any] | None:
    """Role weights beside the agreed ones; nothing before there are categories."""
    categories = list(evaluation.categories.all())
    if not categories:
        return None
    weights = said_weights(evaluation)
    roles = roles_with_weights(evaluation, weights)
    sealed_at = weights_sealed_at(evaluation)
    may_say = evaluation.is_open and sealed_at is None and has_role(user, evaluation)
    may_agree = why_not(check_weigh_category, categories[0], user) is None
    return {
        "has_grid": may_say or may_agree,
        "rows": [
            {
                "category": category,
                "said": [weights.get(role, {}).get(category) for role in roles],
            }
            for category in categories
        ],
        "roles": list(roles.values()),
        "may_say": may_say,
        "sealed_at": sealed_at,
        "said": bool(weights),
        "clashes": objectives_in_conflict(evaluation),
        "is_requirements": evaluation.stage == Stage.REQUIREMENTS,
    }


def roles_with_weights(
    evaluation: Evaluation, weighed_roles: Iterable[str]
) -> dict[str, str]:
    held = evaluation.stakeholders.filter(left_at__isnull=True)
    known = {*weighed_roles, *held.values_list("role", flat=True)}
    names = role_names(evaluation)
    return {role: name for role, name in names.items() if role in known}


weight_field = partial(
    forms.IntegerField,
    min_value=0,
    max_value=10,
    error_messages={"required": "Enter 0 to 10; 0 counts for nothing."},
)


class WeightsForm(forms.Form):
    role = forms.ChoiceField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        categories: list[Category],
        weights: Mapping[str, dict[Category, int]],
        roles: dict[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roles = roles
        role: Any = self.fields["role"]
        role.choices = list(roles.items())
        chosen = self["role"].value()
        if chosen in roles:
            before = weights.get(chosen, {})
        else:
            before = {}
        for category in categories:
            self.fields[str(category.pk)] = weight_field(
                required=False, label=category.name, initial=before.get(category)
            )


class SayRoleWeights(OnEvaluation):
    title = "Weights of your role"
    verb = "Save"
    rule = check_say_role_weights
    help = (
        "0 is unimportant, 10 decisive. Set weights for your role alone. Blank leaves "
        "a category as it is. Weights are sealed when research begins."
    )
    success = "Your role's weights are saved."
    form_class = WeightsForm
    template = "stakeholders/weights.html"
    tab = "requirements"
    prefill = ("role",)

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {
            "categories": list(target.categories.all()),
            "weights": said_weights(target),
            "roles": self.held(target, user),
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"role": next(iter(self.held(target, user)))}

    def held(self, target: Evaluation, user: User) -> dict[str, str]:
        mine = set(parts(user, target).values_list("role", flat=True))
        names = role_names(target)
        return {role: name for role, name in names.items() if role in mine}

    def run(self, target: Evaluation, data: Mapping[str, Any], by: User) -> None:
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


register_panel("requirements", 10, "stakeholders/role_weights.html", weights_panel)


class InviteToRoleForm(OfferingForm):
    first_name = forms.CharField(max_length=150)
    last_name = forms.CharField(max_length=150)
    email = forms.EmailField(
        label="Mail address",
        help_text="Single sign-on finds the person by it, so take the company's.",
    )
    role = forms.ChoiceField()
    scores = AddStakeholderForm.base_fields["scores"]
    offers: ClassVar = {"role": role_choices}


class InviteStakeholder(OnEvaluation):
    title = "Invite a stakeholder"
    verb = "Invite"
    help = (
        "For somebody who cannot log in here yet. They get a mail with a link to set a "
        "password; nobody else ever learns it. They see this evaluation from then on."
    )
    success = "Invited. The mail leaves within half a minute."
    form_class = InviteToRoleForm
    tab = "stakeholders"
    prefill = ("role",)
    service = invite_stakeholder

    def allowed(self, user: User, target: Evaluation) -> bool:
        return is_owner(user, target) and may_add_people(user)


class GiveRoles(PeopleAct):
    title = "Give roles"
    verb = "Save"
    success = "Saved."
    form_class = form_of(
        roles=forms.MultipleChoiceField(
            choices=Role.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=(
                "Suggests these people first for that role. A role alone gives no "
                "access to evaluations."
            ),
        )
    )
    service = give_roles

    def allowed(self, user: User, target: Any) -> bool:
        return may_add_people(user) and not target.erased_at

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"roles": roles_of(target)}


# The act that says how many of each role must sign each stage.

MOST = 99


def field_name(stage: str, role: str) -> str:
    return f"{stage}_{role}"


class RulesForm(forms.Form):
    """A grid: roles with name and place down, stages across; blank asks nobody."""

    def __init__(self, *args: Any, names: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = names
        for role, name in names.items():
            self.fields[field_name("name", role)] = forms.CharField(
                required=False, max_length=40, label=f"Name of {name}"
            )
            numbers = {"place": f"Place of {name} in lists"} | {
                stage.value: f"{name}, {stage.label.lower()}" for stage in Stage
            }
            for prefix, label in numbers.items():
                self.fields[field_name(prefix, role)] = forms.IntegerField(
                    required=False, min_value=0, max_value=MOST, label=label
                )
        for stage in Stage:
            label = f"Different people, {stage.label.lower()}"
            self.fields[field_name("people", stage)] = forms.IntegerField(
                required=False,
                min_value=1,
                max_value=MOST,
                label=label,
                widget=forms.NumberInput(attrs={"placeholder": DIFFERENT}),
            )

    @property
    def heads(self) -> dict[str, str]:
        return {"name": "Role", "place": "Place", **dict(Stage.choices)}

    def grid(self) -> Iterator[tuple[str, list[tuple[str, forms.BoundField]]]]:
        for role in self.names:
            heads = self.heads.items()
            cells = [(head, self[field_name(at, role)]) for at, head in heads]
            yield Role(role).label, cells

    def people(self) -> list[tuple[str, forms.BoundField]]:
        return [(stage.label, self[field_name("people", stage)]) for stage in Stage]


class SignOffRules(OnEvaluation):
    title = "Who must sign"
    verb = "Save"
    help = (
        "Enter how many people of each role must approve a stage. Blank or 0: none. "
        "The decision needs at least one role. A name changes no right; roles without "
        "a place come last, under “More roles”. Different people: how many must "
        "approve at least; blank is 2, or all if fewer are asked."
    )
    success = "The rules are saved."
    form_class = RulesForm
    template = "stakeholders/rules.html"
    tab = "stakeholders"

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        rules = SignOffRule.objects.filter(evaluation=target)
        names = role_names(target)
        placed = given_names(target) or names
        return {
            **{field_name("name", role): name for role, name in names.items()},
            **{field_name("place", role): at for at, role in enumerate(placed, 1)},
            **{field_name(rule.stage, rule.role): rule.required for rule in rules},
            **{
                field_name("people", stage): number
                for stage, number in target.different_people.items()
            },
        }

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"names": role_names(target)}

    def run(self, target: Evaluation, data: Mapping[str, Any], by: User) -> None:
        names = {
            role: data[field_name("name", role)] or str(Role(role).label)
            for role in role_names(target)
        }
        place = {role: data[field_name("place", role)] or MOST + 1 for role in names}
        named = {
            role: names[role]
            for role in sorted(names, key=lambda role: place[role])
            if place[role] <= MOST or names[role] != Role(role).label
        }
        name_roles(evaluation=target, names=named, by=by)
        rules = {
            (stage.value, role): data[field_name(stage, role)] or 0
            for stage in Stage
            for role in names
        }
        set_sign_off_rules(evaluation=target, rules=rules, by=by)
        people = {stage: data[field_name("people", stage)] for stage in Stage.values}
        numbers = {stage: number for stage, number in people.items() if number}
        set_different_people(evaluation=target, numbers=numbers, by=by)


@register_grid
class WeightsGrid(Grid[Evaluation, Category]):
    name = "weights"
    title = "Weights by category and role"
    related = ("owner",)
    anchor = "category"
    noun = "category"

    def columns(self, subject: Evaluation, user: User) -> Sequence[GridColumn]:
        weights = said_weights(subject)
        agreed = GridColumn(
            "weight",
            "Agreed",
            weight_field(required=False),
            Saves(weigh_category, "category"),
            closed=str(
                why_not(check_weigh_category, Category(evaluation=subject), user) or ""
            ),
            missing=lambda row: "Not agreed yet" if row.weight is None else "",
        )
        return (
            GridColumn("name", "Category", width=24),
            agreed,
            *(
                GridColumn(
                    role,
                    name,
                    weight_field(),
                    Saves(
                        weigh_for_role,
                        "category",
                        {"evaluation": subject, "role": role},
                    ),
                    argument="weight",
                    closed=str(
                        why_not(check_weigh_for_role, subject, role, user) or ""
                    ),
                    read=weights.get(role, {}).get,
                )
                for role, name in roles_with_weights(subject, weights).items()
            ),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[Category]:
        rows: QuerySet[Category] = Category.objects.visible_to(user).filter(
            evaluation=subject
        )
        return rows.select_related("evaluation")

    def links(self, row: Category, user: User) -> Iterable[tuple[str, str]]:
        if why_not(check_weigh_category, row, user) is None:
            yield "Weigh", address_of("weigh-category", row)


JOURNAL.register(
    "stakeholders",
    JournalPart(
        words=phrases_beside(__file__),
        codes={
            "role": role_names,
            "verdict": {
                Verdict.APPROVE: "approved",
                Verdict.CONDITIONS: "conditional approval",
                Verdict.DECLINE: "declined",
                Verdict.RETURN: "returned for changes",
            },
        },
    ),
)
