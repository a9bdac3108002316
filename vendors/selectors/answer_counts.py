"""How much of what is asked each candidate has answered, value by value."""

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Notice, Requirement, User
from vendors.choices import Availability
from vendors.models import Candidate, Claim, Conflict, Contact, Question, Ruling
from vendors.models.candidates import RulingQuerySet
from vendors.policy import may_read_answers, to_declare
from vendors.selectors.candidates import (
    NOTHING,
    Said,
    asked_requirements,
    demanded,
    owed_values,
    with_demands,
)
from vendors.selectors.claims import vendors_answers, vendors_words


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


# Whether published words would give away who asked.

# A letter or two stands in many words that name nobody.
SHORTEST = 3


def given_away(question: Question, **texts: str) -> Iterator[tuple[str, str]]:
    """The fields whose text holds a name of the vendor that asked, with that name."""
    asking = question.asking
    if asking is None:
        return
    for field, text in texts.items():
        for name in names_of(asking.candidate):
            if stands_alone(name, text):
                yield field, name
                break


def stands_alone(name: str, text: str) -> bool:
    """Whether `text` holds `name` as words of their own, in whatever case."""
    sought, words = name.casefold(), text.casefold()
    at = words.find(sought)
    while at >= 0:
        end = at + len(sought)
        around = words[max(at - 1, 0) : at] + words[end : end + 1]
        if not any(text.isalnum() or text == "_" for text in around):
            return True
        at = words.find(sought, at + 1)
    return False


def names_of(candidate: Candidate) -> list[str]:
    """Everything that it and its vendor are called."""
    names = [candidate.name, *candidate.aliases]
    if candidate.vendor is not None:
        names += [candidate.vendor.name, *candidate.vendor.aliases]
    return [name for name in dict.fromkeys(names) if len(name) >= SHORTEST]


# What candidates have not answered yet, and what they have to confirm anew.


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


# How often vendors were reminded of what is unanswered, and whether they may be.

KIND = "not_answered"
# Nobody is reminded more often, nor more than so many times without a sign of life.
GAP = datetime.timedelta(days=3)
MOST = 3


@dataclass(frozen=True, slots=True)
class Chase:
    """What waits on a candidate's vendor, and how it was reminded of that."""

    waiting: Waiting
    contacts: int
    # When, since its last own claim, the newest last.
    reminded: tuple[datetime.datetime, ...]
    last_at: datetime.datetime | None

    @property
    def candidate(self) -> Candidate:
        """Whose vendor it is."""
        return self.waiting.candidate

    def why_not(self, now: datetime.datetime) -> str:
        """Empty if the vendor may be reminded at that instant, else why not."""
        vendor = self.candidate.vendor
        if self.waiting.is_done:
            return f"{vendor} has answered everything."
        if not self.contacts:
            return f"{vendor} has no contact to write to; add one first."
        if len(self.reminded) >= MOST:
            return (
                f"{vendor} was reminded {MOST} times without an answer; a mail more "
                "will not help. Call it."
            )
        if self.last_at is not None and now < self.last_at + GAP:
            return f"{vendor} was reminded less than {GAP.days} days ago; give it time."
        return ""


def chases(evaluation: Evaluation, candidates: Sequence[Candidate]) -> list[Chase]:
    """Each of these candidates of one evaluation, in six queries."""
    keys = [candidate.pk for candidate in candidates]
    told: dict[str, dict[str, datetime.datetime]] = {}
    notices = Notice.objects.filter(kind=KIND, subject_id__in=map(str, keys))
    for key, occurrence, at in notices.values_list(
        "subject_id", "occurrence", "created_at"
    ):
        # One reminder is a mail to each contact.
        told.setdefault(key, {})[occurrence] = at
    spoke = dict(
        vendors_words()
        .filter(candidate__in=keys)
        .order_by()
        .values("candidate_id")
        .annotate(last=Max("submitted_at"))
        .values_list("candidate_id", "last")
    )
    people = Counter(
        Contact.objects.current()
        .filter(vendor__in={candidate.vendor_id for candidate in candidates})
        .values_list("vendor_id", flat=True)
    )
    found = []
    for waiting in waiting_for(evaluation, candidates):
        one = waiting.candidate
        moments = sorted(told.get(str(one.pk), {}).values())
        since = spoke.get(one.pk)
        found.append(
            Chase(
                waiting=waiting,
                contacts=people[one.vendor_id] if one.vendor_id else 0,
                reminded=tuple(
                    each for each in moments if since is None or each > since
                ),
                last_at=moments[-1] if moments else None,
            )
        )
    return found


# Whose words a person may read now, over all of their evaluations.


def readable[Q_: QuerySet[Any]](rows: Q_, user: User, candidate_path: str) -> Q_:
    """Of visible rows those of candidates whose words `user` may read.

    Left out is what `opened` leaves out, and evaluations that still are, or are again,
    in requirements.
    """
    in_requirements = {f"{candidate_path}__evaluation__stage": Stage.REQUIREMENTS}
    return opened(rows, user, candidate_path).exclude(**in_requirements)


def opened[Q_: QuerySet[Any]](rows: Q_, user: User, candidate_path: str) -> Q_:
    """Of visible rows those of candidates that are not kept from `user`.

    Left out are evaluations in which something waits for their answer about interests,
    or in which one bars them.
    """
    interests = Conflict.objects.barring().of(user).order_by()
    asked = to_declare(user).order_by().values_list("evaluation", flat=True)
    barred = interests.values_list("candidate__evaluation", flat=True)
    closed = set(asked.union(barred).order_by())
    if not closed:
        return rows
    return rows.exclude(**{f"{candidate_path}__evaluation__in": closed})


def reads_answers(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` may read candidates' words here: not in the requirements stage."""
    started = evaluation.stage != Stage.REQUIREMENTS
    return started and may_read_answers(user, evaluation)
