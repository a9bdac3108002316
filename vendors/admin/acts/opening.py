"""Opening prices: the owner asks, a second person confirms."""

from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation, OnEvaluation
from vendors.admin.acts.base import AboutCandidate
from vendors.models import CostLine, PriceOpening
from vendors.selectors.opening import NOBODY, second_people
from vendors.services.opening import (
    ask_to_open_prices,
    check_ask_to_open_prices,
    check_confirm_price_opening,
    check_withdraw_price_opening,
    confirm_price_opening,
    withdraw_price_opening,
)


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
