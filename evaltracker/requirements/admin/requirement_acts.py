"""Acts that write down what is needed: categories, requirements, weights."""

from typing import Any

from django import forms

from evaltracker.errors import why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import (
    Category,
    Evaluation,
    Metric,
    Requirement,
    Scope,
    User,
)
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import ReasonForm, form_like, mark_needed
from evaltracker.pages.measure_field import MeasureField
from evaltracker.requirements.admin.brief_forms import TO_LEAVE
from evaltracker.requirements.services.categories import (
    add_category,
    check_weigh_category,
    weigh_category,
)
from evaltracker.requirements.services.demands import check_demand
from evaltracker.requirements.services.requirements import (
    add_requirement,
    change_requirement,
    check_add_requirement,
    check_retire_requirement,
    retire_requirement,
)
from evaltracker.requirements.services.scopes import check_write_lists

CHANGEABLE = (
    "category",
    "text",
    "priority",
    "weight",
    "measure",
    "metric",
    "metric_excuse",
    "vendor_help",
    "scorer_help",
)


class RequirementForm(
    form_like(  # type: ignore[misc]
        Requirement,
        ("ref", *CHANGEABLE),
        measure=MeasureField(),
        category=forms.ModelChoiceField(Category._default_manager.none()),
        metric=forms.ModelChoiceField(
            Metric._default_manager.none(),
            required=False,
            help_text="The business metric that it moves.",
        ),
        must_hold_for=forms.ModelMultipleChoiceField(
            Scope._default_manager.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Lists of the brief in whose every value it must hold.",
        ),
    )
):
    """A requirement; categories and metrics are the evaluation's own."""

    def __init__(
        self,
        *args: Any,
        evaluation: Evaluation,
        is_new: bool,
        weights_are_open: bool,
        lists_are_open: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = evaluation.categories.all()
        self.fields["metric"].queryset = evaluation.metrics.all()
        self.fields["must_hold_for"].queryset = evaluation.scopes.all()
        if not lists_are_open or not evaluation.scopes.exists():
            del self.fields["must_hold_for"]
        if not is_new:
            del self.fields["ref"]
        if not weights_are_open and not is_new:
            # Nobody tunes a weight to a vendor; the service refuses it too.
            del self.fields["weight"]


mark_needed(
    RequirementForm, "a must-have needs one of these two", "metric", "metric_excuse"
)
CategoryForm = form_like(Category, ("name", "weight", "price_reason"))
WeightForm = form_like(Category, ("weight", "price_reason"))
for form in (CategoryForm, WeightForm):
    mark_needed(form, TO_LEAVE, "weight")
    mark_needed(form, "only if it is about price", "price_reason")


class OnRequirements(OnEvaluation):
    """An act of the owner on the requirements page."""

    tab = "requirements"


@register_act
class AddRequirement(OnRequirements):
    """One more thing that is needed."""

    name = "add-requirement"
    title = "Add a requirement"
    verb = "Add"
    again_verb = "Add and start another"
    help = (
        "One thing, so that it can be shown and tested. A must-have that fails rules a "
        "candidate out."
    )
    success = "The requirement is added."
    form_class = RequirementForm
    prefill = ("category",)
    service = add_requirement
    rule = check_add_requirement

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Choices of this evaluation."""
        return {
            "evaluation": target,
            "is_new": True,
            "weights_are_open": True,
            "lists_are_open": why_not(check_write_lists, target, user) is None,
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """A free ref and the middle of the scale."""
        return {"ref": f"R{target.requirements.count() + 1}", "weight": 5}

    def destination(self, target: Evaluation, made: Any) -> str:
        return self.page(target, f"requirement-{made.pk}")


class OnRequirement(InEvaluation[Requirement]):
    """An act of the owner on one requirement."""

    tab = "requirements"
    anchor = "requirement"
    model = Requirement
    target_name = "requirement"

    def crumb(self, target: Requirement) -> str:
        return f"{self.title} {target.ref}"


@register_act
class ChangeRequirement(OnRequirement):
    """Other words, priority, weight or metric."""

    name = "change-requirement"
    title = "Change requirement"
    verb = "Save"
    help = (
        "New words, another priority or another measure after the requirements stage "
        "make a new revision: what was answered, shown and signed on the old one is "
        "to be confirmed again."
    )
    success = "The requirement is saved."
    form_class = RequirementForm
    service = change_requirement

    def form_kwargs(self, target: Requirement, user: User) -> dict[str, Any]:
        """Choices of its evaluation; the weight only while it may change."""
        open_weights = target.evaluation.stage == Stage.REQUIREMENTS
        return {
            "evaluation": target.evaluation,
            "is_new": False,
            "weights_are_open": open_weights,
            "lists_are_open": why_not(check_demand, target, user) is None,
        }

    def initial(self, target: Requirement, user: User) -> dict[str, Any]:
        lists = [held.scope for held in target.demands.select_related("scope")]
        words = {field: getattr(target, field) for field in CHANGEABLE}
        return {**words, "must_hold_for": lists}


@register_act
class RetireRequirement(OnRequirement):
    """Out of the evaluation, with its history kept."""

    name = "retire-requirement"
    title = "Retire requirement"
    verb = "Retire"
    help = "Nobody is asked for it any more. What was recorded about it stays."
    success = "The requirement is retired."
    form_class = ReasonForm
    dangerous = True
    service = retire_requirement
    rule = check_retire_requirement

    def destination(self, target: Requirement, made: Any) -> str:
        """The page without its row."""
        return self.page(target)


@register_act
class AddCategory(OnRequirements):
    """A group of requirements."""

    name = "add-category"
    title = "Add a category"
    verb = "Add"
    again_verb = "Add and start another"
    help = "Requirements of a category are weighed and scored together."
    success = "The category is added."
    form_class = CategoryForm
    service = add_category
    rule = check_add_requirement

    def destination(self, target: Evaluation, made: Any) -> str:
        return self.page(target, f"category-{made.pk}")


@register_act
class WeighCategory(InEvaluation[Category]):
    """What the roles agreed that a category weighs."""

    name = "weigh-category"
    title = "Weigh category"
    verb = "Save"
    help = (
        "The weight that the roles agreed on, before any vendor is seen. 0 counts for "
        "nothing, blank means not agreed yet."
    )
    success = "The weight is saved."
    tab = "requirements"
    anchor = "category"
    model = Category
    target_name = "category"
    service = weigh_category
    rule = check_weigh_category
    form_class = WeightForm

    def initial(self, target: Category, user: User) -> dict[str, Any]:
        return {"weight": target.weight, "price_reason": target.price_reason}
