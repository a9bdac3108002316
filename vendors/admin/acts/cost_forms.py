"""The forms in which costs are written down."""

from decimal import Decimal
from typing import Any

from django import forms

from evaltracker.measures import written
from evaltracker.money import MOST_PLACES, currency_choices
from evaltracker.pages.fields import day_field, link_field, long_text
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import CostKind, read_tiers, write_tiers
from vendors.costs.kinds import MOST_PERCENT
from vendors.models.amounts import check_exact
from vendors.selectors import tiers_of


def amount_field(label: str, help_text: str = "") -> forms.DecimalField:
    """Money as exact as it is kept; below 0 it is a credit."""
    return forms.DecimalField(
        label=label,
        required=False,
        max_digits=22,
        decimal_places=MOST_PLACES,
        validators=[check_exact],
        help_text=help_text,
    )


def trimmed(value: Any) -> Any:
    """A number without the zeros that its column keeps; all else as it is."""
    return written(value) if isinstance(value, Decimal) else value


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
        help_text="Not stated: somebody asked and got no answer. It never counts as "
        "zero.",
    )
    likely = amount_field("Likely amount", "For one unit; below 0 for a credit.")
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
        choices=[it for it in Pricing.choices if it[0] != Pricing.PERCENT],
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
    currency = forms.ChoiceField(label="Currency", choices=currency_choices)
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


def percent_field(label: str, help_text: str = "", **kwargs: Any) -> forms.DecimalField:
    """Per cent a year."""
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=MOST_PERCENT,
        max_digits=7,
        decimal_places=4,
        help_text=help_text,
        **kwargs,
    )


class RiseForm(forms.Form):
    """By how much a year the vendor may raise its prices."""

    likely = percent_field("Likely, % a year", "Such as 5. Zero: it cannot rise.")
    low = percent_field("Low", "Blank takes the likely one.", required=False)
    high = percent_field("High", "Blank takes the likely one.", required=False)
    source_text = forms.CharField(
        label="The clause as it was written", required=False, max_length=300
    )
    source_url = link_field("Where it was written")
    quoted_on = day_field("Date of the quote", required=False)
    note = forms.CharField(label="Note", required=False, widget=long_text(3))
