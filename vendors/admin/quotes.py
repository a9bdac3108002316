"""Opening prices: the owner asks, a second person confirms."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.workspace import InEvaluation, OnEvaluation
from vendors.admin.base import AboutCandidate
from vendors.models import CostLine, PriceOpening
from vendors.selectors.costs import NOBODY, second_people
from vendors.services.opening import (
    ask_to_open_prices,
    check_ask_to_open_prices,
    check_confirm_price_opening,
    check_withdraw_price_opening,
    confirm_price_opening,
    withdraw_price_opening,
)
from vendors.services.quotes import check_let_owner_type_prices, let_owner_type_prices


@register_act
class AskToOpenPrices(OnEvaluation):
    """The first of the two."""

    name = "ask-to-open-prices"
    title = "Ask to open the prices"
    verb = "Ask"
    help = (
        "A second person, from Leadership or Finance, has to confirm. Until then "
        "nobody sees more than now, and you can take the request back."
    )
    success = "Asked. Prices stay sealed until a second person confirms."
    tab = "costs"
    template = "vendors/act_opening.html"
    service = ask_to_open_prices
    rule = check_ask_to_open_prices

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Who would be asked."""
        people = second_people(target)
        return {**super().context(target, user), "people": people, "nobody": NOBODY}


class OnOpening(InEvaluation[PriceOpening]):
    """An act on a request to open prices."""

    tab = "costs"
    model = PriceOpening
    target_name = "opening"
    related = ("evaluation__owner", "asked_by")


@register_act
class ConfirmPriceOpening(OnOpening, AboutCandidate[PriceOpening]):
    """The second of the two."""

    name = "confirm-price-opening"
    title = "Open the prices"
    verb = "Open the prices"
    help = (
        "Everybody with a part reads every price from this moment on; they cannot be "
        "sealed again. The journal keeps both names, both times and every price."
    )
    success = "Prices are open."
    template = "vendors/act_opening.html"
    dangerous = True
    service = confirm_price_opening
    rule = check_confirm_price_opening

    def needs_proof(self, target: PriceOpening, user: User) -> bool:
        """It cannot be taken back."""
        return True

    def context(self, target: PriceOpening, user: User) -> dict[str, Any]:
        """Who asked, when, and what of."""
        lines = CostLine.objects.in_evaluation(target.evaluation).count()
        return {**super().context(target, user), "asked": target, "lines": lines}


@register_act
class WithdrawPriceOpening(OnOpening):
    """The owner takes the request back."""

    name = "withdraw-price-opening"
    title = "Withdraw the request to open prices"
    verb = "Withdraw"
    help = "Prices stay sealed. You can ask again."
    success = "The request is withdrawn; prices stay sealed."
    service = withdraw_price_opening
    rule = check_withdraw_price_opening


# Who reads vendors' quotes before prices are opened: nobody, or the owner.


class ReaderForm(forms.Form):
    """Whether quotes are sealed from the owner, too."""

    owner_types_prices = forms.BooleanField(
        required=False,
        label="The procurement lead reads quotes at once",
        help_text=(
            "Not ticked: quotes are sealed from the procurement lead, too. Vendors are "
            "told which of the two holds, so it cannot change once one has quoted."
        ),
    )


@register_act
class SetQuoteReader(OnEvaluation):
    """Said before the first quote."""

    name = "set-quote-reader"
    title = "Who reads quotes"
    verb = "Save"
    help = "Prices that you enter yourself are yours to read either way."
    success = "It is set who reads quotes."
    tab = "costs"
    form_class = ReaderForm
    service = let_owner_type_prices
    rule = check_let_owner_type_prices

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"owner_types_prices": target.owner_types_prices}
