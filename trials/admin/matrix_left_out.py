"""What is in the evaluation and not in the matrix, so that nothing is missed."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, Requirement
from trials.selectors import Ledger
from trials.selectors.counted import counted_once
from vendors.choices import CandidateState
from vendors.models import Candidate


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Candidates without a column, and the references of retired requirements."""

    eliminated: list[Candidate]
    not_shortlisted: list[Candidate]
    retired: list[str]


def left_out(
    evaluation: Evaluation, everybody: Sequence[Candidate], shown: Ledger
) -> LeftOut:
    """What has no place in the columns and rows of `shown`, whatever the filters."""
    seen = {candidate.pk for candidate in shown.candidates}
    eliminated: list[Candidate] = []
    not_shortlisted: list[Candidate] = []
    for candidate in everybody:
        if candidate.pk not in seen:
            is_out = candidate.state == CandidateState.ELIMINATED
            (eliminated if is_out else not_shortlisted).append(candidate)
    return LeftOut(
        eliminated=eliminated,
        not_shortlisted=not_shortlisted,
        retired=counted_once(evaluation, "retired", _retired),
    )


def _retired(evaluation: Evaluation) -> list[str]:
    retired = Requirement.objects.filter(
        evaluation=evaluation, retired_at__isnull=False
    )
    return list(retired.order_by("position", "ref").values_list("ref", flat=True))
