"""What candidates have not answered yet, and what they have to confirm anew."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, Requirement
from vendors.models import Candidate, Ruling
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.own import vendors_answers


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on one candidate's vendor; what does not apply to it is left out."""

    candidate: Candidate
    # Without an answer of the vendor itself; what the buyer noted is none.
    unanswered: tuple[Requirement, ...]
    # Answered in words that a newer revision of the requirement has overtaken.
    to_confirm: tuple[Requirement, ...]

    @property
    def open_musts(self) -> list[Requirement]:
        """Must-haves without an answer to the words of today."""
        every = (*self.unanswered, *self.to_confirm)
        return [requirement for requirement in every if requirement.is_must]

    @property
    def is_done(self) -> bool:
        return not (self.unanswered or self.to_confirm)


def waiting_for(
    evaluation: Evaluation, candidates: Sequence[Candidate]
) -> list[Waiting]:
    """What waits on each of these candidates of one evaluation, in three queries."""
    asked = list(asked_requirements(evaluation))
    scope = {"candidate__in": [candidate.pk for candidate in candidates]}
    ruled = set(
        Ruling.objects.filter(**scope).values_list("candidate_id", "requirement_id")
    )
    revisions = {
        (candidate, requirement): revision
        for candidate, requirement, revision in vendors_answers()
        .filter(**scope)
        .order_by()
        .values_list("candidate_id", "requirement_id", "requirement_revision")
    }
    found = []
    for candidate in candidates:
        applies = [
            requirement
            for requirement in asked
            if (candidate.pk, requirement.pk) not in ruled
        ]
        found.append(
            Waiting(
                candidate,
                tuple(
                    requirement
                    for requirement in applies
                    if (candidate.pk, requirement.pk) not in revisions
                ),
                tuple(
                    requirement
                    for requirement in applies
                    if revisions.get(
                        (candidate.pk, requirement.pk), requirement.revision
                    )
                    < requirement.revision
                ),
            )
        )
    return found
