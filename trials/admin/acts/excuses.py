"""Excusing a knock-out, and withdrawing the excuse."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import reason_field
from trials.models import Excuse
from trials.services.excuses import (
    check_excuse_knock_out,
    check_withdraw_excuse,
    excuse_knock_out,
    withdraw_excuse,
)
from vendors.admin.acts.base import AboutCandidate, OnPlace
from vendors.admin.targets import cell_address
from vendors.selectors.lists import demanded_of
from vendors.values_field import ForValuesForm


class ExcuseForm(ForValuesForm):
    reason = reason_field(help_text="The memo prints it.")


@register_act
class ExcuseKnockOut(OnPlace):
    """Lets a candidate go on in spite of a must-have that it does not meet."""

    name = "excuse-knock-out"
    title = "Excuse the knock-out"
    verb = "Excuse"
    help = (
        "The candidate stays in the choice although it does not meet this must-have. "
        "The memo prints the reason."
    )
    success = "It is excused; the memo will say why."
    template = "vendors/place.html"
    dangerous = True
    form_class = ExcuseForm
    service = excuse_knock_out
    rule = check_excuse_knock_out

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The values that are demanded."""
        return {"lists": demanded_of(target.requirement)}

    def heading(self, target: Any) -> str:
        return f"Excuse a must-have that is not met: {target}"


class WithdrawForm(forms.Form):
    """Why it counts no longer."""

    reason = reason_field(help_text="The memo prints it beside the excuse.")


@register_act
class WithdrawExcuse(AboutCandidate[Excuse]):
    """Lets a knock-out knock out again."""

    name = "withdraw-excuse"
    title = "Withdraw the excuse"
    verb = "Withdraw"
    help = (
        "The must-have knocks the candidate out again, until somebody eliminates it "
        "or excuses it again. The excuse stays on record with both reasons."
    )
    success = "The excuse is withdrawn; the must-have knocks out again."
    tab = "matrix"
    model = Excuse
    target_name = "excuse"
    service = withdraw_excuse
    rule = check_withdraw_excuse
    related = ("candidate__evaluation__owner", "requirement")
    form_class = WithdrawForm
    dangerous = True

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.candidate}, {target.requirement.ref}"

    def cancel_url(self, target: Any) -> str:
        """The page of the cell."""
        return cell_address(target)
