"""What makes trials unequal, so that who compares candidates knows it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.toolbox.days_days import day_in_words
from trials.models import Criterion, Trial
from trials.scoring import Standing
from trials.selectors.cell_tuples import Cell
from trials.selectors.contracts import PARTS
from vendors.choices import CandidateState

# What the trials of all finalists have in common, and in what they differ.

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


# Must-haves that hold partly, which does not prove them.


def is_partly_proven(cell: Cell, requirement: Requirement) -> bool:
    """Whether a must-have keeps the trials stage open because it holds partly."""
    partly = requirement.is_must and cell.standing == Standing.PARTLY
    return partly and not cell.not_applicable and not cell.state.is_settled


@dataclass(frozen=True, slots=True)
class Unequal:
    """In what the trials differ: a row for each term, a text for each trial."""

    trials: list[Trial]
    rows: list[tuple[str, list[str]]]


def unequal_trials(evaluation: Evaluation) -> Unequal | None:
    """In what the trials of the candidates in the choice differ; None if in nothing.

    Two queries. Of several trials of a candidate the last counts.
    """
    rows = (
        Trial.objects.filter(candidate__evaluation=evaluation)
        .exclude(candidate__state=CandidateState.ELIMINATED)
        .select_related("candidate")
        .prefetch_related("criteria__requirement")
        .order_by("starts_on")
    )
    last = {trial.candidate_id: trial for trial in rows}
    trials = sorted(last.values(), key=lambda trial: trial.candidate.name)
    differing = [
        (label, texts)
        for label, words in UNEQUAL_TERMS
        if len(set(texts := [words(trial) for trial in trials])) > 1
    ]
    differing += _criteria(trials)
    if not differing:
        return None
    if any(trial.difference for trial in trials):
        differing.append(("Why", [trial.difference for trial in trials]))
    return Unequal(trials, differing)


def _days(trial: Trial) -> str:
    return f"{day_in_words(trial.starts_on)} – {day_in_words(trial.ends_on)}"


def _length(trial: Trial) -> str:
    return f"{(trial.ends_on - trial.starts_on).days + 1} days"


def _part(name: str) -> Callable[[Trial], str]:
    return lambda trial: getattr(trial, name)


UNEQUAL_TERMS: Sequence[tuple[str, Callable[[Trial], str]]] = (
    ("Days", _days),
    ("Length", _length),
    *((label, _part(name)) for name, label in PARTS),
)


def _criteria(trials: Sequence[Trial]) -> list[tuple[str, list[str]]]:
    """The requirements whose criteria are not the same in each trial."""
    asked = {
        trial.pk: {
            (one.requirement.ref, one.text, one.number, one.method)
            for one in trial.criteria.all()
        }
        for trial in trials
    }
    if len(set(map(frozenset, asked.values()))) < 2:
        return []
    everywhere = set.intersection(*asked.values())
    own = [sorted({ref for ref, *_ in asked[it.pk] - everywhere}) for it in trials]
    texts = [", ".join(refs) if refs else "none of its own" for refs in own]
    return [(f"Criteria, beside {len(everywhere)} in common", texts)]
