"""What candidates say, and how much of what is asked they have answered."""

import re
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from evaltracker.enumerations import Availability
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, Requirement, User
from vendors.answered_values import says
from vendors.choices import AVAILABILITY_LABELS
from vendors.models import (
    AnswerDraft,
    Candidate,
    Claim,
    ClaimFile,
    Conflict,
    DraftFile,
    Effort,
    InvitationLink,
    Ruling,
    Submission,
)
from vendors.policy import ANSWERED_BY_BUYER, may_read_answers, to_declare
from vendors.selectors.candidates import (
    NOTHING,
    StandingClaim,
    asked_requirements,
    demanded,
    owed_values,
    said_of_values,
    with_demands,
)


def current_claims(candidate: Candidate) -> QuerySet[Claim]:
    rows: QuerySet[Claim] = Claim.objects.filter(candidate=candidate)
    return (
        rows.filter(superseded_at__isnull=True, requirement__retired_at__isnull=True)
        .exclude(availability=Availability.WITHDRAWN)
        .select_related("requirement")
    )


def current_efforts(candidates: Iterable[Candidate]) -> dict[Any, Effort]:
    """By candidate and requirement what “yes” costs, whoever says it."""
    keys = [candidate.pk for candidate in candidates]
    rows = Effort.objects.filter(candidate__in=keys, superseded_at__isnull=True)
    stated = rows.filter(candidate__evaluation__asks_effort=True).exclude(how="")
    return {(row.candidate_id, row.requirement_id): row for row in stated.order_by()}


def last_submission(candidate: Candidate) -> Submission | None:
    rows: QuerySet[Submission] = Submission.objects.filter(candidate=candidate)
    return rows.select_related("candidate").order_by("submitted_at").last()


# What of its claims a vendor may read: its own words, numbered among themselves.
#
# The one place that knows. Whatever answers a vendor, or writes or counts for it, reads
# claims here and nowhere else (`tests/architecture/test_vendors_own_claims.py`). What
# the buyer noted or imported is no part of it: not its words, not that it is there, and
# not its place in the numbering. To a vendor all is as if the buyer had never written a
# word.


def vendors_words() -> QuerySet[Claim]:
    """Every revision that a vendor itself wrote, withdrawals too."""
    rows: QuerySet[Claim] = Claim.objects.filter(by_vendor=True)
    return rows


def standing_words() -> QuerySet[Claim]:
    return vendors_words().filter(
        superseded_at__isnull=True, requirement__retired_at__isnull=True
    )


def vendors_answers() -> QuerySet[Claim]:
    return standing_words().exclude(availability=Availability.WITHDRAWN)


def own_history(candidate: Candidate) -> QuerySet[Claim]:
    return _numbered(vendors_words(), candidate)


def own_claims(candidate: Candidate) -> QuerySet[Claim]:
    return _numbered(vendors_answers(), candidate)


def own_claims_to_confirm(candidate: Candidate) -> QuerySet[Claim]:
    return own_claims(candidate).filter(
        requirement_revision__lt=F("requirement__revision")
    )


def own_claim(candidate: Candidate, requirement: Requirement) -> Claim | None:
    return own_claims(candidate).filter(requirement=requirement).first()


def own_files(candidate: Candidate) -> QuerySet[ClaimFile]:
    rows: QuerySet[Any] = ClaimFile.objects.filter(
        claim__candidate=candidate, claim__by_vendor=True
    )
    numbered: QuerySet[ClaimFile] = rows.annotate(own_revision=_number("claim__"))
    return numbered.select_related("claim__requirement")


def _numbered(rows: QuerySet[Any], candidate: Candidate) -> QuerySet[Claim]:
    """With their efforts, where the evaluation asks for them."""
    numbered: QuerySet[Claim] = rows.annotate(own_revision=_number(""))
    numbered = numbered.filter(candidate=candidate).select_related("requirement")
    if not candidate.evaluation.asks_effort:
        return numbered
    vendor_efforts = Effort.objects.filter(candidate=candidate, by_vendor=True)
    efforts = Prefetch("requirement__efforts", vendor_efforts, to_attr="own_efforts")
    return numbered.prefetch_related(efforts)


def _number(path: str) -> Coalesce:
    until = vendors_words().filter(
        candidate=OuterRef(f"{path}candidate"),
        requirement=OuterRef(f"{path}requirement"),
        revision__lte=OuterRef(f"{path}revision"),
    )
    return count_of(until, "requirement")


def count_of(rows: QuerySet[Any], of: str) -> Coalesce:
    """How many there are, all of one `of`, of a row of the query around them."""
    counted = rows.order_by().values(of).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def with_counts(candidates: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Each with `asked` requirements and `answered` ones, by its vendor, of them."""
    requirements = Requirement.objects.filter(evaluation=OuterRef("evaluation"))
    return candidates.annotate(
        asked=count_of(requirements.filter(retired_at=None), "evaluation"),
        answered=count_of(
            vendors_answers().filter(candidate=OuterRef("pk")), "candidate"
        ),
    )


@dataclass(frozen=True, slots=True)
class AnswerCounts:
    """Of the scored requirements `asked` of a candidate: how many are `answered`, of
    these `ours` by the buyer and not by its vendor, and how many `partly`, for some
    values of the brief's lists. What the buyer `noted` without a status answers
    nothing. The same counts as those of the ledger, which a test compares.
    """

    asked: int
    answered: int = 0
    ours: int = 0
    partly: int = 0
    noted: int = 0
    silent: int = 0

    @property
    def is_begun(self) -> bool:
        return self.answered > self.ours or self.partly > 0


ANSWERED = "answered"
OURS = "ours"
PARTLY = "partly"
NOTED = "noted"
SILENT = "silent"


def answer_counts(
    evaluation: Evaluation, candidates: Iterable[Candidate]
) -> dict[uuid.UUID, AnswerCounts]:
    """By the candidates' keys; in seven queries, however many they are."""
    requirements = asked_requirements(evaluation).exclude(weight=0)
    held = requirements.filter(demands__isnull=False).distinct()
    listed = {row.pk: row for row in with_demands(held)}
    named: dict[tuple[uuid.UUID, uuid.UUID], dict[str, list[str]]] = {}
    ruled: Counter[uuid.UUID] = Counter()
    for candidate, requirement, values in Ruling.objects.filter(
        requirement__in=requirements.select_related(None),
        candidate__evaluation=evaluation,
    ).values_list("candidate_id", "requirement_id", "named_values"):
        named[candidate, requirement] = values
        need = listed.get(requirement)
        whole = not values or (need and not said_of_values(NOTHING, need, values))
        ruled[candidate] += bool(whole)
    answers = _answers(evaluation)
    plain = answers.filter(requirement__demands=None).exclude(requirement__weight=0)
    rows = plain.values_list("candidate_id", "by_vendor", "availability")
    counted = [
        (*row[:2], ANSWERED if says(row[2]) else NOTED, row[3])
        for row in rows.annotate(Count("pk"))
    ]
    columns = ("candidate_id", "requirement_id", "by_vendor", *StandingClaim._fields)
    for key, need, by_vendor, *answer in (
        answers.filter(requirement__in=listed).values_list(*columns) if listed else ()
    ):
        what = _what(StandingClaim(*answer), listed[need], named.get((key, need), {}))
        counted.append((key, by_vendor, what, 1))
    sums: Mapping[uuid.UUID, Counter[str]] = defaultdict(Counter)
    for key, by_vendor, what, times in counted:
        sums[key][what] += times
        if what == ANSWERED and not by_vendor:
            sums[key][OURS] += times
    number = requirements.count()
    return {
        candidate.pk: AnswerCounts(number - ruled[candidate.pk], **sums[candidate.pk])
        for candidate in candidates
    }


def _answers(evaluation: Evaluation) -> QuerySet[Claim]:
    whole = Ruling.objects.whole().filter(
        candidate=OuterRef("candidate"), requirement=OuterRef("requirement")
    )
    rows: QuerySet[Claim] = Claim.objects.filter(
        ~Exists(whole),
        candidate__evaluation=evaluation,
        superseded_at__isnull=True,
        requirement__retired_at__isnull=True,
        requirement_revision__gte=F("requirement__revision"),
    )
    return rows.exclude(availability=Availability.WITHDRAWN).order_by()


def _what(
    claim: StandingClaim, need: Requirement, ruled: Mapping[str, list[str]]
) -> str:
    values = [*said_of_values(claim, need, ruled).values()]
    if not any(demanded(need).values()):
        values = [claim.availability]  # without lists, or with retired values alone
    stated = [says(availability) for availability in values]
    if values and all(stated):
        return ANSWERED
    if set(values) & {Availability.UNSTATED, Availability.PARTIAL}:
        return NOTED
    return PARTLY if any(stated) else SILENT


# What candidates have not answered yet, and what they have to confirm anew.


@dataclass(frozen=True, slots=True)
class VendorBacklog:
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
        every = (*self.unanswered, *self.to_confirm, *self.partly)
        return [requirement for requirement in every if requirement.is_must]

    @property
    def is_done(self) -> bool:
        return not (self.unanswered or self.to_confirm or self.partly)


def waiting_for(
    evaluation: Evaluation, candidates: Sequence[Candidate]
) -> list[VendorBacklog]:
    """What waits on each of these candidates of one evaluation, in six queries."""
    requirements = list(with_demands(asked_requirements(evaluation)))
    scope = {"candidate__in": [candidate.pk for candidate in candidates]}
    ruled = {
        (candidate, requirement): named
        for candidate, requirement, named in Ruling.objects.filter(**scope).values_list(
            "candidate_id", "requirement_id", "named_values"
        )
    }
    answers = {
        (candidate, requirement): StandingClaim(*answer)
        for candidate, requirement, *answer in vendors_answers()
        .filter(**scope)
        .order_by()
        .values_list("candidate_id", "requirement_id", *StandingClaim._fields)
    }
    backlogs = []
    for candidate in candidates:
        applies = []
        answers_here = {}
        ruled_here = {}
        for requirement in requirements:
            cell = (candidate.pk, requirement.pk)
            if ruled.get(cell) != {}:
                applies.append(requirement)
            answers_here[requirement.pk] = answers.get(cell)
            ruled_here[requirement.pk] = ruled.get(cell, {})
        backlogs.append(_waiting(candidate, applies, answers_here, ruled_here))
    return backlogs


def _waiting(
    candidate: Candidate,
    applies: list[Requirement],
    answers: dict[uuid.UUID, StandingClaim | None],
    ruled: dict[uuid.UUID, dict[str, list[str]]],
) -> VendorBacklog:
    unanswered = []
    to_confirm = []
    partly = []
    for requirement in applies:
        answer = answers[requirement.pk]
        owed = owed_values(answer or NOTHING, requirement, ruled[requirement.pk])
        if answer is None:
            if owed or not demanded(requirement):
                unanswered.append(requirement)
        elif answer.requirement_revision < requirement.revision:
            to_confirm.append(requirement)
        elif owed:
            partly.append(requirement)
    waits = (tuple(unanswered), tuple(to_confirm), tuple(partly))
    return VendorBacklog(candidate, len(applies), *waits)


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
    undeclared = to_declare(user).order_by().values_list("evaluation", flat=True)
    barred = interests.values_list("candidate__evaluation", flat=True)
    closed = set(undeclared.union(barred).order_by())
    if not closed:
        return rows
    return rows.exclude(**{f"{candidate_path}__evaluation__in": closed})


def reads_answers(user: User, evaluation: Evaluation) -> bool:
    """Whether `user` may read candidates' words here: not in the requirements stage."""
    started = evaluation.stage != Stage.REQUIREMENTS
    return started and may_read_answers(user, evaluation)


def following[Row](rows: Sequence[Row], is_here: Callable[[Row], bool]) -> list[Row]:
    """The others, from there on and round to the first."""
    start = next((at for at, row in enumerate(rows, 1) if is_here(row)), 0)
    return [*rows[start:], *rows[: max(start - 1, 0)]]


@dataclass(frozen=True, slots=True)
class Answering:
    asked: list[Requirement]
    left: frozenset[UUID]

    @property
    def answered(self) -> int:
        return len(self.asked) - len(self.left)

    def after(self, here: UUID | None = None) -> Requirement | None:
        """The next that waits, from `here` on and round to the first; None if no other
        does."""
        others = following(self.asked, lambda row: row.pk == here)
        return next((row for row in others if row.pk in self.left), None)


def is_answered_by_buyer(candidate: Candidate) -> bool:
    """Whether the owner answers for it: build, stay as is, and open source that nobody
    was invited for."""
    return candidate.kind in ANSWERED_BY_BUYER and candidate.invited_at is None


def answering_of(candidate: Candidate) -> Answering:
    """How far its answers are. What is ruled out is not asked."""
    rulings = Ruling.objects.filter(candidate=candidate)
    ruled = dict(rulings.values_list("requirement_id", "named_values"))
    requirements = [
        row
        for row in with_demands(asked_requirements(candidate.evaluation))
        if ruled.get(row.pk) != {}
    ]
    needs = {row.pk: row for row in requirements}
    done = {
        key
        for key, *answer in _answers(candidate.evaluation)
        .filter(candidate=candidate, requirement__in=needs)
        .values_list("requirement_id", *StandingClaim._fields)
        if _what(StandingClaim(*answer), needs[key], ruled.get(key, {})) == ANSWERED
    }
    return Answering(
        asked=sorted(requirements, key=lambda row: not row.is_must),
        left=frozenset(row.pk for row in requirements if row.pk not in done),
    )


# How each is offered to who answers.
OFFERED: dict[str, Any] = {
    Availability.NOW: _("Available now"),
    Availability.BETA: AVAILABILITY_LABELS[Availability.BETA],
    Availability.PLANNED: AVAILABILITY_LABELS[Availability.PLANNED],
    Availability.ON_REQUEST: AVAILABILITY_LABELS[Availability.ON_REQUEST],
    Availability.NEVER: _("Not available"),
}


# What of an earlier answer stays blank here, and why.
LEFT = {
    "day": _("The day has passed"),
    "values": _("Other values are asked for here"),
    "number": _("Another kind of number is asked for here"),
}


@dataclass(frozen=True, slots=True)
class AnswerRow:
    requirement: Requirement
    claim: Claim | None
    draft: AnswerDraft | None
    # Whether a colleague has a draft that is not shown.
    is_taken: bool = False

    @property
    def state(self) -> str:
        if self.draft is not None:
            return "draft"
        if self.claim is None:
            return "open"
        asked_now = self.requirement.revision
        if self.claim.requirement_revision < asked_now:
            return "changed"
        return "answered"

    @property
    def is_answered(self) -> bool:
        if self.draft is not None:
            return bool(self.draft.typed["availability"])
        return self.state == "answered"

    @property
    def words(self) -> str:
        if self.claim:
            availability = self.claim.availability
        else:
            availability = ""
        if self.draft is not None:
            availability = self.draft.typed["availability"]
        return str(OFFERED.get(availability, ""))

    @property
    def left(self) -> list[Any]:
        if self.draft:
            typed = self.draft.typed
        else:
            typed = {}
        return [LEFT[name] for name in typed.get("left", ())]


@dataclass(frozen=True, slots=True)
class Answers:
    rows: Sequence[AnswerRow]

    @property
    def answered(self) -> int:
        return sum(row.is_answered for row in self.rows)

    @property
    def left(self) -> int:
        return len(self.rows) - self.answered

    @property
    def musts_left(self) -> int:
        return sum(row.requirement.is_must and not row.is_answered for row in self.rows)

    @property
    def drafts(self) -> list[AnswerRow]:
        return [row for row in self.rows if row.draft is not None]

    @property
    def by_category(self) -> list[tuple[str, list[AnswerRow]]]:
        groups = groupby(self.rows, key=lambda row: row.requirement.category.name)
        return [(name, list(rows)) for name, rows in groups]

    def at(self, ref: str) -> AnswerRow | None:
        return next((row for row in self.rows if row.requirement.ref == ref), None)

    def after(self, ref: str) -> AnswerRow | None:
        others = following(self.rows, lambda row: row.requirement.ref == ref)
        return next((row for row in others if not row.is_answered), None)


def drafts_for(link: InvitationLink) -> QuerySet[Any]:
    """All drafts of an invitation, each with whether the contact of the link `reads`
    it: who had a link at their address before it was begun, and whom such a contact
    let in."""
    earlier = links_since().filter(
        candidate=link.candidate_id,
        contact=link.contact_id,
        address=link.address,
        since__lt=OuterRef("started_at"),
    )
    rows = AnswerDraft.objects.filter(candidate=link.candidate)
    return rows.annotate(reads=Exists(earlier))


def links_since() -> QuerySet[Any]:
    return InvitationLink.objects.annotate(since=Coalesce("drafts_from", "made_at"))


def draft_files(link: InvitationLink) -> QuerySet[DraftFile]:
    drafts = drafts_for(link).filter(reads=True)
    rows: QuerySet[DraftFile] = DraftFile.objects.filter(draft__in=drafts.values("pk"))
    return rows.defer("content")


def answers_of(link: InvitationLink) -> Answers:
    drafts: dict[uuid.UUID, AnswerDraft] = {}
    taken: set[uuid.UUID] = set()
    for draft in drafts_for(link):
        if draft.reads:
            drafts[draft.requirement_id] = draft
        else:
            taken.add(draft.requirement_id)
    return handed_in_answers(link.candidate, drafts, taken)


def handed_in_answers(
    candidate: Candidate,
    drafts: Mapping[uuid.UUID, AnswerDraft] | None = None,
    taken: Collection[uuid.UUID] = (),
) -> Answers:
    """What was handed in; with `drafts`, what is to be."""
    drafts = drafts or {}
    claims: dict[uuid.UUID, Claim] = {
        claim.requirement_id: claim for claim in own_claims(candidate)
    }
    requirements = asked_requirements(candidate.evaluation).order_by(
        "category__position", "category__name", "position", "ref"
    )
    rows = [
        AnswerRow(row, claims.get(row.pk), drafts.get(row.pk), row.pk in taken)
        for row in requirements
    ]
    return Answers(rows)


# What stands between digits may be part of a number, and so may a minus before one.
PUNCTUATION = re.compile(
    r"(?<!\d)[.,:]|[.,:](?!\d)|[-–—](?!\d)|[;!?…'’‘\"“”„«»()\[\]{}]"
)


def folded(text: str) -> str:
    return " ".join(PUNCTUATION.sub(" ", text).casefold().split())


def earlier_answers(link: InvitationLink) -> list[tuple[Requirement, Claim]]:
    """Where nothing is said yet, the newest answer to the same words in another
    evaluation to which the contact, at their present address, has had a link."""
    home = link.candidate.evaluation_id
    answers = vendors_answers()
    links = InvitationLink.objects.filter(contact=link.contact_id, address=link.address)
    others = links.exclude(candidate__evaluation=home).values("candidate")
    rows = answers.filter(candidate__in=others).order_by("submitted_at")
    rows = rows.select_related("requirement", "candidate__evaluation")
    newest = {folded(row.requirement.text): row for row in rows}
    answered = answers.filter(candidate=link.candidate).values("requirement")
    blank = asked_requirements(link.candidate.evaluation).exclude(pk__in=answered)
    if newest:
        blank = blank.exclude(drafts__candidate=link.candidate)
    else:
        blank = blank.none()
    return [
        (row, newest[folded(row.text)])
        for row in with_demands(blank).order_by("position", "ref")
        if folded(row.text) in newest
    ]
