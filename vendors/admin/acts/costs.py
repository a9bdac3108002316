"""Writing down what candidates cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.admin.acts import register_act
from vendors.admin.acts.base import InEvaluation, OnCandidate
from vendors.admin.inputs import day_field, link_field, long_text
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import CODES, CostKind, read_tiers, write_tiers
from vendors.models import CostLine
from vendors.selectors import tiers_of
from vendors.services.costs import mark_rest_unsaid, remove_cost_line, set_cost_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evaltracker.evaluations.models import Evaluation, User
    from vendors.models import Candidate


def amount_field(label: str, help_text: str = "") -> forms.DecimalField:
    """Money or a rate of exchange, as exact as it is kept."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=16,
        decimal_places=4,
        help_text=help_text,
    )


def trimmed(value: Any) -> Any:
    """A number without the zeros that its column keeps; all else as it is."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class TiersField(forms.CharField):
    """Tiers after the first, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=long_text(3), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Lines for the box."""
        return write_tiers(tiers_of(value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The tiers, or the sentence for what is not understood."""
        try:
            return read_tiers(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class PriceForm(forms.Form):
    """What one kind of cost comes to."""

    state = forms.ChoiceField(
        label="What is known",
        choices=CostState.choices,
        initial=CostState.PRICED,
        help_text="Unsaid: somebody asked and got no answer. It never counts as zero.",
    )
    likely = amount_field("Likely amount", "For one unit.")
    low = amount_field("Low", "Blank takes the likely amount.")
    high = amount_field("High", "Blank takes the likely amount.")
    quantity = forms.DecimalField(
        label="Quantity", min_value=0, max_digits=12, decimal_places=2, initial=1
    )
    unit = forms.CharField(
        label="Unit",
        required=False,
        max_length=60,
        help_text="User, hour, node …; for on-call and engineer time, hours or months.",
    )
    pricing = forms.ChoiceField(
        label="Price by quantity",
        required=False,
        choices=Pricing.choices,
        initial=Pricing.PER_UNIT,
        help_text="The amounts above are the first tier; write the others below.",
    )
    tiers = TiersField(
        label="Further tiers",
        help_text=(
            "One a line: above how many, a colon, the price, such as “100: 8”, or "
            "“100: 7 / 8 / 9” for low, likely and high. Blank without tiers."
        ),
    )
    recurrence = forms.ChoiceField(label="Falls due", choices=Recurrence.choices)
    currency = forms.ChoiceField(
        label="Currency", choices=[(code, code) for code in sorted(CODES)]
    )
    rate = forms.DecimalField(
        label="Exchange rate",
        required=False,
        max_digits=14,
        decimal_places=6,
        help_text=(
            "Units of the evaluation's currency for one of this. Blank takes the rate "
            "on the costs page; without one the price counts as unsaid."
        ),
    )
    source_text = forms.CharField(
        label="The price as it was written", required=False, max_length=300
    )
    source_url = link_field("Where it was written")
    quoted_on = day_field("Date of the quote", required=False)
    note = forms.CharField(label="Note", required=False, widget=long_text(3))


class CostForm(PriceForm):
    """A line that is not there yet."""

    kind = forms.ChoiceField(
        label="Kind of cost",
        choices=[(str(it), it.label[0].upper() + it.label[1:]) for it in CostKind],
    )
    label = forms.CharField(
        label="Part",
        required=False,
        max_length=150,
        help_text="Which part, if this kind has several lines. Usually blank.",
    )

    field_order = ("kind", "label")


class OnCosts(OnCandidate):
    """An act on a candidate's costs."""

    tab = "costs"

    def cancel_url(self, target: Any) -> str:
        """The candidate's sheet."""
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

    def initial(self, target: Candidate, user: User) -> dict[str, Any]:
        """The evaluation's own currency."""
        return {"currency": target.evaluation.currency}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Write it."""
        set_cost_line(candidate=target, by=by, **data)


class OnCostLine(InEvaluation):
    """An act on a line."""

    tab = "costs"
    model = CostLine
    related = ("candidate__evaluation__owner",)

    def evaluation(self, target: Any) -> Evaluation:
        """Through the candidate."""
        found: Evaluation = target.candidate.evaluation
        return found

    def heading(self, target: Any) -> str:
        """Whose and which."""
        part = f" ({target.label})" if target.label else ""
        kind = CostKind(target.kind).label
        return f"{self.title}: {target.candidate}, {kind}{part}"

    def cancel_url(self, target: Any) -> str:
        """The candidate's sheet."""
        return reverse("admin:candidate_costs", args=[target.candidate_id])


@register_act
class ChangeCostLine(OnCostLine):
    """Changes a line."""

    name = "change-cost-line"
    title = "Change cost"
    verb = "Save"
    success = "The cost is written."
    form_class = PriceForm

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """What stands now."""
        return {
            field: trimmed(getattr(target, field)) for field in PriceForm.base_fields
        }

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Write it."""
        set_cost_line(
            candidate=target.candidate,
            kind=target.kind,
            label=target.label,
            by=by,
            **data,
        )


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
        """Take it out."""
        address = self.cancel_url(target)
        remove_cost_line(line=target, by=by)
        return address


@register_act
class MarkRestUnsaid(OnCosts):
    """Notes what the candidate will not say."""

    name = "mark-rest-unsaid"
    title = "Mark the rest as unsaid"
    verb = "Mark as unsaid"
    help = (
        "Every kind of the checklist that has no line yet is noted as asked and not "
        "answered. That is known to be unknown; it never counts as zero."
    )
    success = "What was not said is noted as unsaid."

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> None:
        """Mark them."""
        mark_rest_unsaid(candidate=target, by=by)
