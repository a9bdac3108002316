"""What makes trials unequal, so that who compares candidates knows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.days import day_in_words
from trials.models import Trial
from trials.selectors.contracts import PARTS
from vendors.choices import CandidateState


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
        for label, words in TERMS
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


TERMS: Sequence[tuple[str, Callable[[Trial], str]]] = (
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
