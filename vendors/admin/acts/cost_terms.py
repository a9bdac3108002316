"""Exchange rates of an evaluation, and in which shares a candidate is paid."""

from decimal import Decimal
from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.kit.clock import today_in
from evaltracker.money import currency_choices
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from evaltracker.pages.fields import day_field, long_text
from vendors.admin.acts.costs import OnCosts
from vendors.costs import read_payments
from vendors.models import ExchangeRate
from vendors.services.payments import set_payments
from vendors.services.rates import remove_rate, set_rate


class RateForm(forms.Form):
    """What one unit of a currency is worth, when, and who says so."""

    currency = forms.ChoiceField(label="Currency", choices=currency_choices)
    rate = forms.DecimalField(
        label="Rate",
        min_value=Decimal("0.000001"),
        max_digits=14,
        decimal_places=6,
        help_text="Units of the evaluation's currency for one of this.",
    )
    rated_on = day_field("Of which day")
    source = forms.CharField(
        label="Source", max_length=200, help_text="Such as “ECB reference rate”."
    )


@register_act
class SetRate(OnEvaluation):
    """Writes the rate of a currency."""

    tab = "costs"
    name = "set-rate"
    title = "Write an exchange rate"
    verb = "Save"
    help = (
        "Every price in that currency without a rate of its own is counted with it. "
        "The rate that stood before stays in the journal."
    )
    success = "The rate is written; totals are counted with it."
    form_class = RateForm
    prefill = ("currency",)
    service = set_rate

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"rated_on": today_in(target.zone)}


@register_act
class RemoveRate(InEvaluation[ExchangeRate]):
    """Takes a rate out."""

    tab = "costs"
    model = ExchangeRate
    target_name = "rate"
    service = remove_rate
    related = ("evaluation__owner",)
    name = "remove-rate"
    title = "Remove exchange rate"
    verb = "Remove"
    help = "Prices in that currency without a rate of their own then count as not "
    "stated."
    success = "The rate is removed."
    dangerous = True

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target}"


class PaymentsField(forms.CharField):
    """A payment plan, one payment a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """Lines for the box."""
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['share']} {row['when']}" for row in value)

    def clean(self, value: Any) -> Any:
        """The plan, or the sentence for what is not understood."""
        try:
            return read_payments(super().clean(value) or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class PaymentsForm(forms.Form):
    payments = PaymentsField(
        label="Payments",
        required=False,
        widget=long_text(5),
        help_text=(
            "One a line: the share in percent, then when it is paid, such as “45.55 "
            "on signing”. The shares sum to exactly 100. Blank takes the plan away."
        ),
    )


@register_act
class SetPayments(OnCosts):
    """Writes a payment plan."""

    name = "set-payments"
    title = "Write the payment plan"
    verb = "Save"
    help = "The shares of one-off costs, and when each is due."
    success = "The payment plan is written."
    form_class = PaymentsForm
    service = set_payments

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"payments": target.payments}
