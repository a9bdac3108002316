"""Drawing up the trials of all finalists, and changing what they have in common."""

from collections.abc import Mapping
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.workspace import page_address
from trials.admin.drawing_up_forms import ChangeForm, DrawUpForm
from trials.selectors.common_terms import (
    common_values,
    open_trials_drawn_up,
)
from trials.selectors.to_draw_up import (
    days_of_trials,
    finalists_without_trial,
    proposed_criteria,
)
from trials.services.common_terms import (
    change_trials,
    check_change_trials,
    check_propose_contracts,
    propose_contracts,
)
from trials.services.drawing_up import (
    check_draw_up_trials,
    criteria_in_common,
    draw_up_trials,
)
from vendors.admin.acts.base import AboutCandidate


class OnTrials(OnEvaluation, AboutCandidate[Evaluation]):
    """An act on the trials of all finalists."""

    tab = "trials"
    in_dialog = False


@register_act
class DrawUpTrials(OnTrials):
    """Plans the same trial for every finalist, from what is not proven yet."""

    name = "draw-up-trials"
    title = "Draw up the trials"
    verb = "Draw them up"
    help = (
        "Each finalist gets the same trial: words, days, criteria and milestones. "
        "What you change later changes for all of them."
    )
    form_class = DrawUpForm
    template = "trials/draw_up.html"
    service = draw_up_trials
    rule = check_draw_up_trials

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Who has no trial yet, and what the ledger leaves unproven."""
        finalists = finalists_without_trial(target)
        common = criteria_in_common(target)
        proposed = [] if common else proposed_criteria(target, finalists)
        return {
            "evaluation": target,
            "finalists": finalists,
            "proposed": proposed,
            "common": common,
        }

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What the other trials have in common, else the days of the plan."""
        if trials := open_trials_drawn_up(target):
            common = common_values(trials)
            return {**common, "lead": common["lead"].pk}
        first, last = days_of_trials(target)
        return {
            "starts_on": first,
            "ends_on": last,
            "zone": target.zone,
            "lead": user.pk,
        }

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        """The evaluation beside what the form has put together."""
        return {"evaluation": target, **data}

    def success_message(self, target: Evaluation, outcome: Outcome) -> str:
        return "The trials are drawn up. Put their contracts forward once all is said."

    def destination(self, target: Evaluation, made: Any) -> str:
        return page_address(target, "trials")


@register_act
class ChangeTrials(OnTrials):
    """Changes what the trials have in common."""

    name = "change-trials"
    title = "Change all trials"
    verb = "Change them"
    help = (
        "What you change here changes in the trial of every finalist; what differs in "
        "one stays. Where a contract is agreed, every role is asked to agree again."
    )
    success = "The trials are changed alike."
    form_class = ChangeForm
    service = change_trials
    rule = check_change_trials

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {"evaluation": target}

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What they have in common; nothing, if there are none."""
        trials = open_trials_drawn_up(target)
        return common_values(trials) if trials else {}


@register_act
class ProposeContracts(OnTrials):
    """Puts the contracts of all finalists forward."""

    name = "propose-contracts"
    title = "Put the contracts forward"
    verb = "Put them forward"
    help = (
        "Every role is asked to agree to what is run, where, on which data, by whom, "
        "and how success is measured, once for all finalists."
    )
    success = "The contracts are put forward; every role is asked to agree."
    template = "trials/agree_all.html"
    service = propose_contracts
    rule = check_propose_contracts

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The trials whose words are shown."""
        waiting = [
            trial for trial in open_trials_drawn_up(target) if not trial.proposed_at
        ]
        return {**super().context(target, user), "trials": waiting}
