"""Changing what the trials of all finalists have in common, for all of them at once."""

from typing import Any

from django.db import transaction

from evaltracker.errors import Refused, why_not
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import check_owned, lock
from trials.models import Trial
from trials.policy import TRIAL_STAGES
from trials.selectors.common_terms import DAYS, common_values, open_trials_drawn_up
from trials.services.contracts import (
    amend_contract,
    check_propose_contract,
    propose_contract,
)
from trials.services.moves import move_trial
from trials.services.trials import change_trial

NONE_YET = "No trials were drawn up together here, or all of them are closed."


def check_change_trials(evaluation: Evaluation, by: By) -> list[Trial]:
    """The trials on common terms; the owner changes what they have in common.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or there are none.

    """
    check_owned(evaluation, by, *TRIAL_STAGES)
    trials = open_trials_drawn_up(evaluation)
    if not trials:
        raise Refused(NONE_YET)
    return trials


@transaction.atomic
def change_trials(
    *, evaluation: Evaluation, by: By, reason: str = "", **values: Any
) -> list[Trial]:
    """Give the trials of all finalists other words, days or another lead.

    What differs in a trial stays as it is there. Other days, and whatever is agreed,
    need a reason.

    Raises:
        Forbidden: not the owner. Refused: there are none. Invalid: by field.

    """
    evaluation = lock(evaluation)
    trials = check_change_trials(evaluation, by)
    common = common_values(trials)
    new = {name: said for name, said in values.items() if said != common[name]}
    for trial in trials:
        own = {
            name: said
            for name, said in new.items()
            if getattr(trial, name) == common[name]
        }
        if any(name in own for name in DAYS):
            days = {name: own.pop(name, getattr(trial, name)) for name in DAYS}
            move_trial(trial=trial, reason=reason, by=by, together=True, **days)
        if own and trial.agreed_at:
            amend_contract(trial=trial, reason=reason, by=by, together=True, **own)
        elif own:
            change_trial(trial=trial, by=by, **own)
    return trials


def check_propose_contracts(evaluation: Evaluation, by: By) -> list[Trial]:
    """The trials whose contracts are put forward together.

    Raises:
        Forbidden: not the owner.
        Refused: none waits for it, or one is not whole yet.

    """
    trials = [
        trial
        for trial in check_change_trials(evaluation, by)
        if trial.proposed_at is None
    ]
    if not trials:
        raise Refused("The contracts of all these trials are put forward already.")
    for trial in trials:
        problem = why_not(check_propose_contract, trial, by)
        if problem is not None:
            raise Refused(f"{trial.candidate}: {problem}")
    return trials


@transaction.atomic
def propose_contracts(*, evaluation: Evaluation, by: By) -> list[Trial]:
    """Put the contracts of all finalists forward, as `propose_contract` does one.

    Raises:
        Forbidden: not the owner. Refused: none waits, or one is not whole.

    """
    evaluation = lock(evaluation)
    return [
        propose_contract(trial=trial, by=by)
        for trial in check_propose_contracts(evaluation, by)
    ]
