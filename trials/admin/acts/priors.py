"""Acts on what open verdicts are drawn from."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from trials.scoring.urns import WEAKNESS
from trials.selectors.prior import prior_of
from trials.services.priors import (
    check_set_prior,
    check_take_house_record,
    set_prior,
    take_house_record,
)


class PriorForm(forms.Form):
    """Three shares that add up to 100, and what they are worth."""

    holds = forms.IntegerField(min_value=0, label="Holds, %")
    partly = forms.IntegerField(min_value=0, label="Partly, %")
    fails = forms.IntegerField(min_value=0, label="Fails, %")
    worth = forms.IntegerField(
        label="Worth, in verdicts",
        help_text="10 weighs as much as ten trial verdicts of a candidate’s own.",
    )


@register_act
class SetPrior(OnEvaluation):
    """The shares that open verdicts are drawn from, set by hand."""

    name = "set-prior"
    title = "Set how open verdicts are drawn"
    verb = "Set shares"
    help = (
        "Each candidate’s own trial verdicts are added to these shares. "
        f"{WEAKNESS} That is why it is printed and can be changed."
    )
    success = "Open verdicts are drawn by these shares from now on."
    tab = "comparison"
    form_class = PriorForm
    service = set_prior
    rule = check_set_prior

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What stands, in per cent; a house's record to the nearest."""
        prior, _ = prior_of(target)
        holds = round(prior.holds * 100 / prior.total)
        fails = round(prior.fails * 100 / prior.total)
        return {
            "holds": holds,
            "partly": 100 - holds - fails,
            "fails": fails,
            "worth": prior.worth,
        }


@register_act
class TakeHouseRecord(OnEvaluation):
    """The house's own record in place of a guess."""

    name = "take-house-record"
    title = "Take the house’s record"
    verb = "Take the record"
    help = (
        "Open verdicts are drawn by what trials found in all other decided "
        "evaluations, as it stands today. It is written down with the date and "
        "never changes by itself; take it again to renew it."
    )
    success = "Open verdicts are drawn by the house’s record from now on."
    tab = "comparison"
    service = take_house_record
    rule = check_take_house_record
