"""Acts that write down what is needed: categories, requirements, weights."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import (
    Category,
    Evaluation,
    Metric,
    Requirement,
    User,
)
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Act, Outcome, register_act
from evaltracker.pages.fields import ReasonForm, form_like
from evaltracker.pages.workspace import crumbs_to, page_address
from evaltracker.requirements.admin.brief_acts import OfEvaluation
from evaltracker.requirements.services.requirements import (
    add_category,
    add_requirement,
    change_requirement,
    retire_requirement,
    weigh_category,
)

CHANGEABLE = (
    "category",
    "text",
    "priority",
    "weight",
    "metric",
    "metric_excuse",
    "vendor_help",
    "scorer_help",
)


class RequirementForm(
    form_like(  # type: ignore[misc]
        Requirement,
        ("ref", *CHANGEABLE),
        category=forms.ModelChoiceField(Category._default_manager.none()),
        metric=forms.ModelChoiceField(
            Metric._default_manager.none(),
            required=False,
            help_text="The business metric that it moves.",
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
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = evaluation.categories.all()
        self.fields["metric"].queryset = evaluation.metrics.all()
        if not is_new:
            del self.fields["ref"]
        if not weights_are_open and not is_new:
            # Nobody tunes a weight to a vendor; the service refuses it too.
            del self.fields["weight"]


class OnRequirements(OfEvaluation):
    """An act of the owner on the requirements page."""

    page = "requirements"
    page_label = "Requirements"

    def heading(self, target: Evaluation) -> str:
        """No name: the page says it."""
        return self.title


@register_act
class AddRequirement(OnRequirements):
    """One more thing that is needed."""

    name = "add-requirement"
    title = "Add a requirement"
    verb = "Add"
    help = (
        "One thing, so that it can be shown and tested. A must-have that fails rules a "
        "candidate out."
    )
    success = "The requirement is added."
    form_class = RequirementForm
    prefill = ("category",)

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Choices of this evaluation."""
        return {"evaluation": target, "is_new": True, "weights_are_open": True}

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """A free ref and the middle of the scale."""
        return {"ref": f"R{target.requirements.count() + 1}", "weight": 5}

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Add it, and go to it."""
        added = add_requirement(evaluation=target, by=by, **data)
        return page_address(target, "requirements", f"requirement-{added.pk}")


class OnRequirement(Act):
    """An act of the owner on one requirement."""

    model = Requirement

    def allowed(self, user: User, target: Requirement) -> bool:
        """The owner."""
        return is_owner(user, target.evaluation)

    def cancel_url(self, target: Requirement) -> str:
        """Its row."""
        anchor = f"requirement-{target.pk}"
        return page_address(target.evaluation, "requirements", anchor)

    def context(self, target: Requirement, user: User) -> dict[str, Any]:
        """The requirements page's frame."""
        steps = (("Requirements", "requirements"), (f"{self.title} {target.ref}", ""))
        return {
            "evaluation": target.evaluation,
            "tab": "requirements",
            "crumbs": crumbs_to(target.evaluation, *steps),
        }


@register_act
class ChangeRequirement(OnRequirement):
    """Other words, priority, weight or metric."""

    name = "change-requirement"
    title = "Change requirement"
    verb = "Save"
    help = (
        "New words or another priority after the requirements stage make a new "
        "revision: what was answered, shown and signed on the old one is to be "
        "confirmed again."
    )
    success = "The requirement is saved."
    form_class = RequirementForm

    def form_kwargs(self, target: Requirement, user: User) -> dict[str, Any]:
        """Choices of its evaluation; the weight only while it may change."""
        open_weights = target.evaluation.stage == Stage.REQUIREMENTS
        return {
            "evaluation": target.evaluation,
            "is_new": False,
            "weights_are_open": open_weights,
        }

    def initial(self, target: Requirement, user: User) -> dict[str, Any]:
        """What is written."""
        return {field: getattr(target, field) for field in CHANGEABLE}

    def perform(
        self, target: Requirement, data: Mapping[str, Any], by: User
    ) -> Outcome:
        """Write it."""
        change_requirement(requirement=target, by=by, **data)
        return self.cancel_url(target)


@register_act
class RetireRequirement(OnRequirement):
    """Out of the evaluation, with its history kept."""

    name = "retire-requirement"
    title = "Retire requirement"
    verb = "Retire"
    help = "Nobody is asked for it any more. What was said about it stays on record."
    success = "The requirement is retired."
    form_class = ReasonForm
    dangerous = True

    def perform(
        self, target: Requirement, data: Mapping[str, Any], by: User
    ) -> Outcome:
        """Retire it."""
        retire_requirement(requirement=target, reason=data["reason"], by=by)
        return page_address(target.evaluation, "requirements")


@register_act
class AddCategory(OnRequirements):
    """A group of requirements."""

    name = "add-category"
    title = "Add a category"
    verb = "Add"
    help = "Requirements of a category are weighed and scored together."
    success = "The category is added."
    form_class = form_like(Category, ("name", "weight"))

    def perform(self, target: Evaluation, data: Mapping[str, Any], by: User) -> Outcome:
        """Add it, and go to it."""
        added = add_category(evaluation=target, by=by, **data)
        return page_address(target, "requirements", f"category-{added.pk}")


@register_act
class WeighCategory(Act):
    """What the roles agreed that a category weighs."""

    name = "weigh-category"
    title = "Weigh category"
    verb = "Save"
    help = (
        "The weight that the roles agreed on, before any vendor is seen. 0 counts for "
        "nothing, blank means not agreed yet."
    )
    success = "The weight is saved."
    model = Category
    form_class = form_like(Category, ("weight",))

    def allowed(self, user: User, target: Category) -> bool:
        """The owner."""
        return is_owner(user, target.evaluation)

    def initial(self, target: Category, user: User) -> dict[str, Any]:
        """What is agreed."""
        return {"weight": target.weight}

    def cancel_url(self, target: Category) -> str:
        """Its place on the page."""
        return page_address(target.evaluation, "requirements", f"category-{target.pk}")

    def context(self, target: Category, user: User) -> dict[str, Any]:
        """The requirements page's frame."""
        steps = (("Requirements", "requirements"), (self.title, ""))
        return {
            "evaluation": target.evaluation,
            "tab": "requirements",
            "crumbs": crumbs_to(target.evaluation, *steps),
        }

    def perform(self, target: Category, data: Mapping[str, Any], by: User) -> Outcome:
        """Write it."""
        weigh_category(category=target, weight=data["weight"], by=by)
        return self.cancel_url(target)
