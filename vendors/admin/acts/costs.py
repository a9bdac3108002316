"""Writing down what candidates cost."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from vendors.admin.acts.base import AboutCandidate, OnCandidate
from vendors.admin.acts.cost_forms import CostForm, PriceForm, RiseForm, trimmed
from vendors.choices import Pricing, Recurrence
from vendors.costs import CostKind
from vendors.models import Candidate, CostLine
from vendors.services.costs import mark_rest_unsaid, remove_cost_line, set_cost_line


class OnCosts(OnCandidate, AboutCandidate[Candidate]):
    """An act on a candidate's costs."""

    tab = "costs"
    sealed = True

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate_costs", args=[target.pk])


@register_act
class SetCostLine(OnCosts):
    """Writes a kind of cost."""

    name = "set-cost-line"
    title = "Write a cost"
    verb = "Save"
    help = "The same kind and part is replaced. Amounts stay sealed until they open."
    success = "The cost is written."
    form_class = CostForm
    prefill = ("kind",)
    service = set_cost_line

    def initial(self, target: Candidate, user: User) -> dict[str, Any]:
        """The evaluation's own currency."""
        return {"currency": target.evaluation.currency}


class OnCostLine(AboutCandidate[CostLine]):
    """An act on a line."""

    tab = "costs"
    sealed = True
    model = CostLine
    target_name = "line"
    related = ("candidate__evaluation__owner",)

    def heading(self, target: Any) -> str:
        part = f" ({target.label})" if target.label else ""
        kind = CostKind(target.kind).label
        return f"{self.title}: {target.candidate}, {kind}{part}"

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate_costs", args=[target.candidate_id])


@register_act
class ChangeCostLine(OnCostLine):
    name = "change-cost-line"
    title = "Change cost"
    verb = "Save"
    success = "The cost is written."
    form_class = PriceForm
    service = set_cost_line

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {
            field: trimmed(getattr(target, field)) for field in PriceForm.base_fields
        }

    def arguments(self, target: CostLine, data: Mapping[str, Any]) -> dict[str, Any]:
        """A line is known by its candidate, kind and label."""
        return {
            "candidate": target.candidate,
            "kind": target.kind,
            "label": target.label,
            **data,
        }


@register_act
class SetRenewalRise(OnCosts):
    """Writes the yearly rise of what is invoiced again, in per cent."""

    name = "set-renewal-rise"
    title = "Write a renewal rise in %"
    verb = "Save"
    help = (
        "It lifts licence, support and security extras from the second year on. What "
        "they cost more by it stands in a row of its own, with its working."
    )
    success = "The renewal rise is written."
    form_class = RiseForm
    service = partial(
        set_cost_line,
        kind=CostKind.RENEWAL_RISE,
        pricing=Pricing.PERCENT,
        recurrence=Recurrence.YEARLY,
    )

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The rise that stands, if one does."""
        line = CostLine.objects.filter(
            candidate=target, kind=CostKind.RENEWAL_RISE, label=""
        ).first()
        if line is None or line.pricing != Pricing.PERCENT:
            return {}
        return {field: trimmed(getattr(line, field)) for field in RiseForm.base_fields}


@register_act
class RemoveCostLine(OnCostLine):
    """Takes a line out."""

    name = "remove-cost-line"
    title = "Remove cost"
    verb = "Remove"
    help = "The kind counts as not asked again. The journal keeps that it was there."
    success = "The line is removed."
    dangerous = True

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> str:
        address = self.cancel_url(target)
        remove_cost_line(line=target, by=by)
        return address


@register_act
class MarkRestUnsaid(OnCosts):
    """Notes what the candidate will not say."""

    name = "mark-rest-unsaid"
    title = "Mark the rest as not stated"
    verb = "Mark as not stated"
    help = (
        "Every kind of the checklist that has no line yet is noted as asked and not "
        "answered. It never counts as zero."
    )
    success = "Missing kinds of cost are marked as not stated."
    service = mark_rest_unsaid
