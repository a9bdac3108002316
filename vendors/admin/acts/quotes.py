"""Who reads vendors' quotes before prices are opened: nobody, or the owner."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from vendors.services.quotes import (
    check_let_owner_type_prices,
    let_owner_type_prices,
)


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
