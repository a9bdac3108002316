"""The same criteria for every finalist: those of one trial, copied to the others."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations.journal import By
from trials.models import Criterion, Trial
from trials.policy import check_trial
from trials.services.criteria import add_criterion
from trials.services.trials import open_trial
from vendors.choices import CandidateState


def trials_to_fill(trial: Trial) -> list[Trial]:
    """The other trials that were planned one by one and are not agreed yet."""
    others = Trial.objects.filter(
        candidate__evaluation=trial.candidate.evaluation_id,
        closed_at=None,
        agreed_at=None,
        drawn_up=False,
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    named = others.select_related("candidate__evaluation__owner", "lead")
    return list(named.exclude(pk=trial.pk).order_by("candidate__name"))


def check_copy_criteria(trial: Trial, by: By) -> list[Trial]:
    """Whoever runs all of these trials copies; the trials that would get criteria.

    Raises:
        Forbidden: somebody else runs one. Refused: there is nothing to copy, or no
            trial to copy it to.

    """
    check_trial(trial, by)
    if trial.drawn_up:
        raise Refused("The trials of all finalists have these criteria in common.")
    others = trials_to_fill(trial)
    for other in others:
        check_trial(other, by)
    if not trial.criteria.exists():
        raise Refused("This trial has no criteria yet.")
    if not others:
        raise Refused("No other finalist has a trial whose contract is still open.")
    return others


@transaction.atomic
def copy_criteria(*, trial: Trial, by: By) -> list[Criterion]:
    """Add this trial's criteria to the other finalists' trials that lack them.

    A criterion is there already if it asks the same of the same requirement. Where the
    brief has lists, each trial is about the values that its candidate offers.

    Returns:
        The criteria that were added.

    """
    trial, _ = open_trial(trial, by)
    added = []
    for other in check_copy_criteria(trial, by):
        there = set(other.criteria.values_list("requirement_id", "text"))
        added += [
            add_criterion(
                trial=other,
                requirement=one.requirement,
                text=one.text,
                threshold=one.threshold,
                method=one.method,
                measure=one.measure,
                by=by,
            )
            for one in trial.criteria.select_related("requirement")
            if (one.requirement_id, one.text) not in there
        ]
    return added
