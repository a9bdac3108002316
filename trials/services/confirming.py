"""Confirming what the runs of a criterion propose, or saying why not."""

from typing import Any

from django.db import transaction

from evaltracker.errors import Refused, Stale, why_not
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.toolbox.measures import (
    Measure,
    Measured,
    Proposal,
    UnitMismatch,
    convert,
    written,
)
from evaltracker.toolbox.text import read_reason
from trials.choices import Runner, Source
from trials.models import Criterion, Evidence, Measurement, Run, Trial
from trials.models.runs import FAILED, PASSED
from trials.policy import TRIAL_STAGES
from trials.selectors.runs_owed import propose_from, value_text
from trials.selectors.unequal import DAYS, common_values, open_trials_drawn_up
from trials.services.criteria import (
    amend_contract,
    check_propose_contract,
    propose_contract,
)
from trials.services.evidence import (
    check_criterion,
    least_runs,
    record_evidence,
    runs_that_count,
)
from trials.services.moves import move_trial
from trials.services.trials import change_trial
from vendors.models import Claim
from vendors.services.candidates import lock_candidate

# Changing what the trials of all finalists have in common, for all of them at once.

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


NO_RUN = "No run counts for this criterion yet, so there is nothing to confirm."
WHY_OTHER = "Give the reason for another verdict than the one the runs propose."


def check_confirm_runs(criterion: Criterion, by: By) -> None:
    """Whoever has a part confirms what enough runs propose.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: no trial under way, or too few runs.

    """
    check_criterion(criterion, by)
    n, least = runs_that_count(criterion), least_runs(criterion)
    if not n:
        raise Refused(NO_RUN)
    if n < least:
        raise Refused(
            f"Only {n} of the {least} runs that this criterion asks for have come in; "
            "confirm it when they all have."
        )


@transaction.atomic
def confirm_runs(
    *,
    criterion: Criterion,
    claim: Claim,
    verdict: str,
    by: By,
    data: str,
    proposed: str = "",
    reason: str = "",
    runner: str = Runner.US,
    named_values: object = None,
) -> Evidence:
    """Record the verdict that the runs of a criterion propose, and freeze them with it.

    `proposed` is what the person was shown; blank if nothing was.

    Raises:
        Forbidden: no part in the evaluation, or a declared interest.
        Refused: too few runs, or as for `record_evidence`.
        Stale: the runs propose something else than was shown.
        Invalid: another verdict without a reason.

    """
    lock_candidate(claim.candidate)
    criterion = Criterion.objects.select_related(
        "trial__candidate__evaluation", "requirement"
    ).get(pk=criterion.pk)
    check_confirm_runs(criterion, by)
    measure = Measure.from_json(criterion.measure)
    results = frozen_runs(criterion, measure)
    proposal = propose_from(measure, results)
    if proposal.verdict is None:
        raise Refused(NO_RUN)
    if proposed and proposed != proposal.verdict:
        raise Stale(
            "Runs came in or were left out since you opened the page: they propose "
            f"“{proposal.verdict}” now. Look at them again."
        )
    differs = verdict != proposal.verdict
    why = read_reason(reason, WHY_OTHER) if differs else ""
    said = note_of(measure, proposal)
    return record_evidence(
        claim=claim,
        source=Source.TRIAL,
        verdict=verdict,
        note=f"{said}. {why}" if why else said,
        runner=runner,
        data=data,
        named_values=named_values,
        criterion=criterion,
        measurement=Measurement(
            measure=criterion.measure,
            results=list(results),
            n=proposal.n,
            value=value_text(proposal),
            proposed=proposal.verdict,
            reason=why,
        ),
        by=by,
    )


def frozen_runs(criterion: Criterion, measure: Measure | None) -> list[str]:
    """The runs that count, in order of time, as they are frozen.

    Raises:
        Refused: one cannot be compared with the measure.

    """
    runs = Run.objects.counting().filter(criterion=criterion)
    runs = runs.order_by("measured_at", "id")
    if measure is None:
        outcomes = runs.filter(failed__isnull=False).values_list("failed", flat=True)
        return [FAILED if failed else PASSED for failed in outcomes]
    numbers = runs.values_list("number", "unit")
    try:
        return [
            written(convert(number, unit, measure.unit))
            for number, unit in numbers.iterator()
            if number is not None
        ]
    except UnitMismatch as error:
        raise Refused(str(error)) from error


def note_of(measure: Measure | None, proposal: Proposal) -> str:
    """“p95 12.1 ms of 40 runs (bound at most 20 ms)”."""
    if measure is None or proposal.value is None:
        return proposal.why.rstrip(".")
    return Measured(measure, proposal.value, proposal.n).words
