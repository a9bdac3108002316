"""How much of what is asked each candidate has answered, value by value."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation, Requirement
from vendors.choices import Availability
from vendors.models import Candidate, Claim, Ruling
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.demands import Said, owed_values, with_demands

type Cell = tuple[uuid.UUID, uuid.UUID]


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """Of the requirements `asked` of a candidate: how many its vendor `answered`, and
    how many `partly`, for some values of the brief's lists; the buyer's answers count
    where there is no vendor to ask. What the buyer `noted` of a vendor answers nothing.
    """

    asked: int
    answered: int
    partly: int
    noted: int


def answer_counts(
    evaluation: Evaluation, candidates: Iterable[Candidate]
) -> dict[uuid.UUID, AnswerCounts]:
    """By the candidates' keys; in six queries, however many they are."""
    asked = {it.pk: it for it in with_demands(asked_requirements(evaluation))}
    ruled = _rulings(evaluation)
    whole = Counter(
        candidate
        for (candidate, requirement), named in ruled.items()
        if requirement in asked and not named
    )
    said: Mapping[uuid.UUID, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for candidate, requirement, by_vendor, answer in _answers(evaluation):
        named = ruled.get((candidate, requirement))
        if requirement in asked and named != {}:
            partly = _is_partly(answer, asked[requirement], named or {})
            said[candidate][by_vendor, partly] += 1
    return {
        one.pk: _counts(one, len(asked) - whole[one.pk], said[one.pk])
        for one in candidates
    }


def _rulings(evaluation: Evaluation) -> dict[Cell, dict[str, list[str]]]:
    """What is ruled out by cell: values by list, or none, which is the whole cell."""
    rows = Ruling.objects.filter(candidate__evaluation=evaluation)
    cells = rows.values_list("candidate_id", "requirement_id", "named_values")
    return {(candidate, requirement): named for candidate, requirement, named in cells}


def _answers(
    evaluation: Evaluation,
) -> Iterable[tuple[uuid.UUID, uuid.UUID, bool, Said]]:
    rows = Claim.objects.filter(
        candidate__evaluation=evaluation,
        superseded_at__isnull=True,
        requirement__retired_at__isnull=True,
    ).exclude(availability=Availability.WITHDRAWN)
    fields = ("candidate_id", "requirement_id", "by_vendor", *Said._fields)
    for candidate, requirement, by_vendor, *answer in rows.order_by().values_list(
        *fields
    ):
        yield candidate, requirement, by_vendor, Said(*answer)


def _is_partly(
    answer: Said, requirement: Requirement, ruled: Mapping[str, Iterable[str]]
) -> bool:
    """Whether a value that must hold is not answered."""
    return bool(requirement.demands.all()) and bool(
        owed_values(answer, requirement, ruled)
    )


def _counts(
    candidate: Candidate, asked: int, said: Counter[tuple[bool, bool]]
) -> AnswerCounts:
    """`said` counts answers by whether the vendor gave them, and whether in part."""
    whole, partly = said[True, False], said[True, True]
    noted = said[False, False] + said[False, True]
    if candidate.vendor_id is None:
        whole, partly, noted = whole + said[False, False], partly + said[False, True], 0
    return AnswerCounts(asked, whole, partly, noted)
