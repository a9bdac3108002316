"""How much of what is asked each candidate has answered, value by value."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from evaltracker.evaluations.models import Evaluation, Requirement
from vendors.choices import Availability
from vendors.models import Candidate, Claim, Ruling
from vendors.models.candidates import RulingQuerySet
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.demands import Said, owed_values, with_demands


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
    """By the candidates' keys; in seven queries, however many they are."""
    asked = asked_requirements(evaluation).select_related(None)
    number = asked.count()
    whole = _rulings(evaluation).whole().filter(requirement__in=asked)
    ruled = Counter(whole.values_list("candidate_id", flat=True))
    said: Mapping[uuid.UUID, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for candidate, by_vendor, count in _without_lists(evaluation):
        said[candidate][by_vendor, False] += count
    for candidate, by_vendor, partly in _with_lists(evaluation, asked):
        said[candidate][by_vendor, partly] += 1
    return {
        one.pk: _counts(one, number - ruled[one.pk], said[one.pk]) for one in candidates
    }


def _rulings(evaluation: Evaluation) -> RulingQuerySet:
    rows: RulingQuerySet = Ruling.objects.filter(candidate__evaluation=evaluation)
    return rows


def _answers(evaluation: Evaluation) -> QuerySet[Claim]:
    """Those that stand, to what is asked and not ruled out as a whole."""
    whole = Ruling.objects.whole().filter(
        candidate=OuterRef("candidate"), requirement=OuterRef("requirement")
    )
    rows: QuerySet[Claim] = Claim.objects.filter(
        ~Exists(whole),
        candidate__evaluation=evaluation,
        superseded_at__isnull=True,
        requirement__retired_at__isnull=True,
    )
    return rows.exclude(availability=Availability.WITHDRAWN).order_by()


def _without_lists(evaluation: Evaluation) -> Iterable[tuple[uuid.UUID, bool, int]]:
    """How many answers there are to what must hold for no list, which are whole."""
    rows = _answers(evaluation).filter(requirement__demands__isnull=True)
    counted = rows.values_list("candidate_id", "by_vendor").annotate(Count("pk"))
    yield from counted


def _with_lists(
    evaluation: Evaluation, asked: QuerySet[Requirement]
) -> Iterable[tuple[uuid.UUID, bool, bool]]:
    """Each answer to what must hold for lists, and whether a value is left out."""
    held = asked.filter(demands__isnull=False).distinct()
    listed = {it.pk: it for it in with_demands(held)}
    if not listed:
        return
    named = {
        (candidate, requirement): values
        for candidate, requirement, values in _rulings(evaluation).values_list(
            "candidate_id", "requirement_id", "named_values"
        )
    }
    rows = _answers(evaluation).filter(requirement__in=listed)
    for candidate, requirement, by_vendor, *answer in rows.values_list(
        "candidate_id", "requirement_id", "by_vendor", *Said._fields
    ):
        ruled = named.get((candidate, requirement), {})
        owed = owed_values(Said(*answer), listed[requirement], ruled)
        yield candidate, by_vendor, bool(owed)


def _counts(
    candidate: Candidate, asked: int, said: Counter[tuple[bool, bool]]
) -> AnswerCounts:
    """`said` counts answers by whether the vendor gave them, and whether in part."""
    whole, partly = said[True, False], said[True, True]
    noted = said[False, False] + said[False, True]
    if candidate.vendor_id is None:
        whole, partly, noted = whole + said[False, False], partly + said[False, True], 0
    return AnswerCounts(asked, whole, partly, noted)
