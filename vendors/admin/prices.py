"""Writing costs down, and the drawing of a price by volume."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from evaltracker.enumerations import Pricing
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.money import MOST_PLACES, currency_choices
from evaltracker.money import written as money_written
from evaltracker.pages.fields import OfferingForm, day_field, link_field, long_text
from evaltracker.pages.workspace import InEvaluation, OnEvaluation
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.measures import written
from vendors.admin.base import AboutCandidate, OnCandidate
from vendors.choices import PRICING_CHOICES, RECURRENCE_CHOICES, CostState
from vendors.costs import Curve, read_payments, read_tiers, write_tiers
from vendors.costs.lines import MOST_PERCENT
from vendors.fields import ReadField
from vendors.models import Candidate, CostLine, ExchangeRate, PriceOpening
from vendors.models.candidates import check_exact
from vendors.selectors.costs import (
    kind_name,
    kinds_of,
    nobody_opens,
    second_people,
    tiers_of,
)
from vendors.services import costs, quotes


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
    if isinstance(value, Decimal):
        return written(value)
    return value


class TiersField(ReadField):
    widget = forms.Textarea
    read = staticmethod(read_tiers)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=long_text(3), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return write_tiers(tiers_of(value))
        return value


class PriceForm(forms.Form):
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
        help_text="User, hour, piece …; for people's time, hours or months.",
    )
    pricing = forms.ChoiceField(
        label="Price by quantity",
        required=False,
        choices=[pair for pair in PRICING_CHOICES if pair[0] != Pricing.PERCENT],
        initial=Pricing.PER_UNIT,
        help_text="The amounts above are the first tier; write the others below.",
    )
    tiers = TiersField(
        label="Further tiers",
        help_text=(
            "One tier per line: “100: 8” above 100 units, or “100: 7 / 8 / 9” for low, "
            "likely, high. Blank without tiers."
        ),
    )
    recurrence = forms.ChoiceField(label="Falls due", choices=RECURRENCE_CHOICES)
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


def offered_kinds(candidate: Candidate) -> list[tuple[str, str]]:
    return [(kind.key, kind.title) for kind in kinds_of(candidate.evaluation)]


class CostForm(OfferingForm, PriceForm):
    offers: ClassVar = {"kind": offered_kinds}
    kind = forms.ChoiceField(label="Kind of cost")
    label = forms.CharField(
        label="Part",
        required=False,
        max_length=150,
        help_text="Which part, if this kind has several lines. Usually blank.",
    )

    field_order = ("kind", "label")


def percent_field(label: str, help_text: str = "", **kwargs: Any) -> forms.DecimalField:
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
    likely = percent_field("Likely, % a year", "Such as 5. Zero: it cannot rise.")
    low = percent_field("Low", "Blank takes the likely one.", required=False)
    high = percent_field("High", "Blank takes the likely one.", required=False)
    source_text = forms.CharField(
        label="The clause as it was written", required=False, max_length=300
    )
    source_url = link_field("Where it was written")
    quoted_on = day_field("Date of the quote", required=False)
    note = forms.CharField(label="Note", required=False, widget=long_text(3))


class OnCosts(OnCandidate, AboutCandidate[Candidate]):
    tab = "costs"
    sealed = True

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate_costs", args=[target.pk])


class SetCostLine(OnCosts):
    title = "Add a cost"
    verb = "Save"
    help = "The same kind and part is replaced. Amounts stay sealed until they open."
    success = "Cost saved."
    form_class = CostForm
    prefill = ("kind", "low", "likely", "high")
    service = costs.set_cost_line

    def initial(self, target: Candidate, user: User) -> dict[str, Any]:
        return {"currency": target.evaluation.currency}


class OnCostLine(AboutCandidate[CostLine]):
    tab = "costs"
    sealed = True
    model = CostLine
    target_name = "line"
    related = ("candidate__evaluation__owner",)

    def heading(self, target: Any) -> str:
        if target.label:
            part = f" ({target.label})"
        else:
            part = ""
        return f"{self.title}: {target.candidate}, {kind_name(target)}{part}"

    def cancel_url(self, target: Any) -> str:
        return reverse("admin:candidate_costs", args=[target.candidate_id])


class ChangeCostLine(OnCostLine):
    title = "Change cost"
    verb = "Save"
    success = "Cost saved."
    form_class = PriceForm
    service = costs.set_cost_line

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {
            field: trimmed(getattr(target, field)) for field in PriceForm.base_fields
        }

    def arguments(self, target: CostLine, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "candidate": target.candidate,
            "kind": target.kind,
            "label": target.label,
            **data,
        }


class SetRenewalRise(OnCosts):
    title = "Add a price change in %"
    verb = "Save"
    help = (
        "Raises the chosen kinds of cost from the second year on. The increase is a "
        "row of its own."
    )
    success = "Price change saved."
    form_class = RiseForm
    service = costs.set_price_change

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        line = CostLine.objects.filter(
            candidate=target, pricing=Pricing.PERCENT, label=""
        ).first()
        if line is None:
            return {}
        return {field: trimmed(getattr(line, field)) for field in RiseForm.base_fields}


class RemoveCostLine(OnCostLine):
    title = "Remove cost"
    verb = "Remove"
    help = "The kind counts as not asked again. The journal keeps that it was there."
    success = "The line is removed."
    dangerous = True
    service = costs.remove_cost_line

    def destination(self, target: CostLine, made: object) -> str:
        return self.cancel_url(target)


class MarkRestUnsaid(OnCosts):
    title = "Mark the rest as not stated"
    verb = "Mark as not stated"
    help = (
        "Marks every missing kind of cost as asked but not answered. It never counts "
        "as zero."
    )
    success = "Missing kinds of cost are marked as not stated."
    service = costs.mark_rest_unsaid


class RateForm(forms.Form):
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


class SetRate(OnEvaluation):
    tab = "costs"
    title = "Set an exchange rate"
    verb = "Save"
    help = (
        "Every price in that currency without a rate of its own is counted with it. "
        "The rate that stood before stays in the journal."
    )
    success = "Exchange rate saved. Totals use it."
    form_class = RateForm
    prefill = ("currency",)
    service = costs.set_rate

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"rated_on": today_in(target.zone)}


class RemoveRate(InEvaluation[ExchangeRate]):
    tab = "costs"
    model = ExchangeRate
    target_name = "rate"
    service = costs.remove_rate
    related = ("evaluation__owner",)
    title = "Remove exchange rate"
    verb = "Remove"
    help = (
        "Prices in that currency without a rate of their own then count as not stated."
    )
    success = "The rate is removed."
    dangerous = True


class PaymentsField(ReadField):
    widget = forms.Textarea
    read = staticmethod(read_payments)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{row['share']} {row['when']}" for row in value)


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


class SetPayments(OnCosts):
    title = "Edit the payment plan"
    verb = "Save"
    help = "The shares of one-off costs, and when each is due."
    success = "Payment plan saved."
    form_class = PaymentsForm
    service = costs.set_payments
    current_fields = ("payments",)


WIDTH = 720
HEIGHT = 280
LEFT = 120
RIGHT = 28
TOP = 30
BOTTOM = 236
TICKS = 4
# Closer than this, two words under the axis would run into each other.
APART = 90


@dataclass(frozen=True, slots=True)
class PriceMark:
    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    line: str
    jumps: str
    amounts: list[PriceMark]
    volumes: list[PriceMark]
    planned: PriceMark
    budget: PriceMark | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def draw(curve: Curve, budget: Decimal | None) -> Drawing:
    """Draw a curve from nothing up, its jumps apart; the budget if it is near."""
    highest = max(amount for _, amount in curve.points)
    if budget is not None and budget <= 2 * highest:
        highest = max(highest, budget)
    else:
        budget = None
    step = _step(highest)
    last = curve.points[-1][0]
    steps = max(1, int((highest / step).to_integral_value(ROUND_CEILING)))
    ceiling = step * steps

    def across(volume: Decimal) -> int:
        return round(LEFT + (WIDTH - RIGHT - LEFT) * volume / last)

    def down(amount: Decimal) -> int:
        return round(BOTTOM - (BOTTOM - TOP) * amount / ceiling)

    line: list[str] = []
    jumps: list[str] = []
    before: tuple[Decimal, str] | None = None
    for volume, amount in curve.points:
        here = f"{across(volume)} {down(amount)}"
        if before is not None and before[0] == volume:
            jumps.append(f"M{before[1]} L{here}")
            line.append(f"M{here}")
        else:
            line.append(f"{'L' if line else 'M'}{here}")
        before = (volume, here)
    # The thresholds, and where it begins and ends.
    volumes = dict.fromkeys(volume for volume, _ in curve.points)
    return Drawing(
        line=" ".join(line),
        jumps=" ".join(jumps),
        amounts=[
            PriceMark(down(step * number), money_written(step * number))
            for number in range(steps + 1)
        ],
        volumes=_spread([PriceMark(across(at), money_written(at)) for at in volumes]),
        planned=PriceMark(across(curve.volume), money_written(curve.volume)),
        budget=None
        if budget is None
        else PriceMark(down(budget), money_written(budget)),
    )


def _spread(marks: list[PriceMark]) -> list[PriceMark]:
    """Those with room; the table beside the drawing names all."""
    spread: list[PriceMark] = []
    for mark in marks:
        if not spread or mark.at - spread[-1].at >= APART:
            spread.append(mark)
    return spread


def _step(highest: Decimal) -> Decimal:
    if highest <= 0:
        return Decimal(1)
    rough = highest / TICKS
    unit = Decimal(10) ** rough.adjusted()
    return next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)


class AskToOpenPrices(OnEvaluation):
    title = "Ask to open the prices"
    verb = "Ask"
    help = (
        "A second person, who answers for the money, has to confirm. Until then "
        "nobody sees more than now, and you can take the request back."
    )
    success = "Asked. Prices stay sealed until a second person confirms."
    tab = "costs"
    template = "vendors/act_opening.html"
    service = quotes.ask_to_open_prices

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        people = second_people(target)
        return {
            **super().context(target, user),
            "people": people,
            "nobody": nobody_opens(target),
        }


class OnOpening(InEvaluation[PriceOpening]):
    tab = "costs"
    model = PriceOpening
    target_name = "opening"
    related = ("evaluation__owner", "asked_by")
    heading_format = "{title}"


class ConfirmPriceOpening(OnOpening, AboutCandidate[PriceOpening]):
    title = "Open the prices"
    verb = "Open the prices"
    help = (
        "Everybody with a part reads every price from this moment on; they cannot be "
        "sealed again. The journal keeps both names, both times and every price."
    )
    success = "Prices are open."
    template = "vendors/act_opening.html"
    dangerous = True
    service = quotes.confirm_price_opening
    needs_proof = True

    def context(self, target: PriceOpening, user: User) -> dict[str, Any]:
        lines = CostLine.objects.in_evaluation(target.evaluation).count()
        return {**super().context(target, user), "asked": target, "lines": lines}


class WithdrawPriceOpening(OnOpening):
    title = "Withdraw the request to open prices"
    verb = "Withdraw"
    help = "Prices stay sealed. You can ask again."
    success = "The request is withdrawn; prices stay sealed."
    service = quotes.withdraw_price_opening


class ReaderForm(forms.Form):
    owner_types_prices = forms.BooleanField(
        required=False,
        label="The procurement lead reads quotes at once",
        help_text=(
            "Not ticked: quotes are sealed from you, too. Vendors read this choice, so "
            "you can't change it after the first quote."
        ),
    )


class SetQuoteReader(OnEvaluation):
    title = "Who reads quotes"
    verb = "Save"
    help = "Prices that you enter yourself are yours to read either way."
    success = "Saved."
    tab = "costs"
    form_class = ReaderForm
    service = quotes.let_owner_type_prices
    current_fields = ("owner_types_prices",)
