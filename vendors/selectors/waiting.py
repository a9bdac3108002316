"""What candidates have not answered yet, and what they have to confirm anew."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, Requirement
from vendors.models import Candidate, Ruling
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.demands import (
    NOTHING,
    Said,
    demanded,
    owed_values,
    with_demands,
)
from vendors.selectors.own import vendors_answers


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits on one candidate's vendor; what does not apply to it is left out."""

    candidate: Candidate
    # How many requirements apply to it.
    asked: int
    # Without an answer of the vendor itself; what the buyer noted is none.
    unanswered: tuple[Requirement, ...]
    # Answered in words that a newer revision of the requirement has overtaken.
    to_confirm: tuple[Requirement, ...]
    # Answered in words of now, but not for every value of the brief's lists.
    partly: tuple[Requirement, ...] = ()

    @property
    def open_musts(self) -> list[Requirement]:
        """Must-haves without an answer to all that is asked today."""
        every = (*self.unanswered, *self.to_confirm, *self.partly)
        return [requirement for requirement in every if requirement.is_must]

    @property
    def is_done(self) -> bool:
        return not (self.unanswered or self.to_confirm or self.partly)


def waiting_for(
    evaluation: Evaluation, candidates: Sequence[Candidate]
) -> list[Waiting]:
    """What waits on each of these candidates of one evaluation, in six queries."""
    asked = list(with_demands(asked_requirements(evaluation)))
    scope = {"candidate__in": [candidate.pk for candidate in candidates]}
    ruled = {
        (candidate, requirement): named
        for candidate, requirement, named in Ruling.objects.filter(**scope).values_list(
            "candidate_id", "requirement_id", "named_values"
        )
    }
    said = {
        (candidate, requirement): Said(*answer)
        for candidate, requirement, *answer in vendors_answers()
        .filter(**scope)
        .order_by()
        .values_list("candidate_id", "requirement_id", *Said._fields)
    }
    return [
        _waiting(
            candidate,
            [it for it in asked if ruled.get((candidate.pk, it.pk)) != {}],
            {it.pk: said.get((candidate.pk, it.pk)) for it in asked},
            {it.pk: ruled.get((candidate.pk, it.pk), {}) for it in asked},
        )
        for candidate in candidates
    ]


def _waiting(
    candidate: Candidate,
    applies: list[Requirement],
    said: dict[uuid.UUID, Said | None],
    ruled: dict[uuid.UUID, dict[str, list[str]]],
) -> Waiting:
    """What waits of the requirements that apply, by what was said to each."""
    unanswered, to_confirm, partly = [], [], []
    for requirement in applies:
        answer = said[requirement.pk]
        owed = owed_values(answer or NOTHING, requirement, ruled[requirement.pk])
        if answer is None:
            if owed or not demanded(requirement):
                unanswered.append(requirement)
        elif answer.requirement_revision < requirement.revision:
            to_confirm.append(requirement)
        elif owed:
            partly.append(requirement)
    waits = (tuple(unanswered), tuple(to_confirm), tuple(partly))
    return Waiting(candidate, len(applies), *waits)
