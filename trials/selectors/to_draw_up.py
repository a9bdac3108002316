"""For whom trials are drawn up, and the criteria that the ledger asks for."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.kit.registry import Registry
from evaltracker.kit.text import listed
from trials.models import Criterion, Trial
from trials.policy import matters_most, today_in
from trials.scoring import Standing
from trials.selectors.ledger import Ledger, ledger
from vendors.choices import CandidateState
from vendors.models import Candidate

type Days = tuple[datetime.date, datetime.date]
USUAL_DAYS = 28
# The first and the last day that a higher floor's plan has for trials, if it has any.
PLANNED_DAYS: Registry[
    Callable[[Evaluation], Days | None], Callable[[Evaluation], Days | None]
] = Registry("days planned for trials")
FALLEN_SHORT = (Standing.REFUTED, Standing.PARTLY)
NEEDS_NO_TRIAL = (Standing.PROVEN, Standing.NEVER)


@dataclass(frozen=True, slots=True)
class ProposedCriterion:
    """A requirement that a trial should judge, why, and its criterion of before."""

    requirement: Requirement
    why: str
    before: Criterion | None


def finalists_without_trial(evaluation: Evaluation) -> list[Candidate]:
    """The shortlisted candidates that have no open trial, by name."""
    rows = Candidate.objects.filter(
        evaluation=evaluation, state=CandidateState.SHORTLISTED
    ).exclude(pk__in=Trial.objects.filter(closed_at=None).values("candidate"))
    found = list(rows.order_by("name"))
    for candidate in found:
        candidate.evaluation = evaluation
    return found


def days_of_trials(evaluation: Evaluation) -> Days:
    """The days that the plan has for them; else four weeks from next week."""
    for planned in PLANNED_DAYS:
        if (days := planned(evaluation)) is not None:
            return days
    first = today_in(evaluation.zone) + datetime.timedelta(days=7)
    return first, first + datetime.timedelta(days=USUAL_DAYS - 1)


def proposed_criteria(
    evaluation: Evaluation, candidates: Sequence[Candidate]
) -> list[ProposedCriterion]:
    """What no trial has proven for all of them: must-haves, then by weight.

    Those are the must-haves, the heavy requirements, and what was refuted or held only
    partly. What none of them will ever have, or what does not apply, is not tried.
    """
    book = ledger(evaluation, candidates=candidates)
    before = {
        criterion.requirement_id: criterion
        for criterion in Criterion.objects.in_evaluation(evaluation).order_by("pk")
    }
    found = [
        ProposedCriterion(requirement, why, before.get(requirement.pk))
        for requirement in book.requirements
        if (why := _why(requirement, book, candidates))
    ]
    return sorted(
        found, key=lambda it: (not it.requirement.is_must, -it.requirement.weight)
    )


def _why(
    requirement: Requirement, book: Ledger, candidates: Iterable[Candidate]
) -> str:
    """Why a trial should judge it, in words; blank if it need not."""
    short, unproven = list[str](), list[str]()
    for candidate in candidates:
        cell = book.cell(candidate, requirement)
        if cell.not_applicable or cell.standing in NEEDS_NO_TRIAL:
            continue
        fell_short = cell.standing in FALLEN_SHORT
        (short if fell_short else unproven).append(candidate.name)
    if not short and not (unproven and matters_most(requirement)):
        return ""
    kind = "must-have" if requirement.is_must else f"weight {requirement.weight}"
    parts = [kind]
    if short:
        parts.append(f"fell short for {listed(short)}")
    if unproven:
        parts.append(f"not proven for {listed(unproven)}")
    return "; ".join(parts)
