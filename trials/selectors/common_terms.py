"""What the trials of all finalists have in common, and in what they differ."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evaltracker.evaluations.models import Evaluation
from trials.models import Criterion, Trial
from vendors.choices import CandidateState

DAYS = ("starts_on", "ends_on")
WORDS = ("workload", "environment", "data_allowed", "people_hours", "exit_plan")
TERMS = (*DAYS, "zone", *WORDS)


def open_trials_drawn_up(evaluation: Evaluation) -> list[Trial]:
    """The trials that were drawn up together and are not closed, by candidate."""
    rows = Trial.objects.filter(
        candidate__evaluation=evaluation, drawn_up=True, closed_at=None
    ).exclude(candidate__state=CandidateState.ELIMINATED)
    trials = list(rows.select_related("candidate", "lead").order_by("candidate__name"))
    for trial in trials:
        trial.candidate.evaluation = evaluation
    return trials


def drawn_up_with(trial: Trial) -> list[Trial]:
    """The trial, and the open ones on the same terms; alone, if there are none."""
    if not trial.drawn_up:
        return [trial]
    together = open_trials_drawn_up(trial.candidate.evaluation)
    return [trial, *(other for other in together if other.pk != trial.pk)]


def twins_of(criterion: Criterion) -> list[Criterion]:
    """The criterion, and the same one of the open trials that share it."""
    if criterion.shared is None:
        return [criterion]
    others = drawn_up_with(criterion.trial)[1:]
    by_id = {trial.pk: trial for trial in others}
    twins = Criterion.objects.filter(shared=criterion.shared, trial__in=others)
    found = list(twins.select_related("requirement"))
    for twin in found:
        twin.trial = by_id[twin.trial_id]
    return [criterion, *found]


def common_values(trials: Sequence[Trial]) -> dict[str, Any]:
    """Of each term, and of the lead, what most of the trials say."""
    return {
        name: Counter(getattr(trial, name) for trial in trials).most_common(1)[0][0]
        for name in (*TERMS, "lead")
    }


def unlike_the_others(trial: Trial) -> list[str]:
    """The terms in which a trial differs from most of those drawn up with it."""
    together = sorted(drawn_up_with(trial), key=lambda each: each.candidate.name)
    common = common_values(together)
    return [name for name in TERMS if getattr(trial, name) != common[name]]
