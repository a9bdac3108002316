"""What vendors are told, ask, suggest and sent, and how often they were reminded."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import AttachedFile, Evaluation, Notice, User
from evaltracker.toolbox.languages import speaking
from vendors.claims import ClaimChange, ClaimState, changes_between
from vendors.models import (
    AboutRevision,
    Asking,
    Candidate,
    Claim,
    ClaimFile,
    Contact,
    LastSeen,
    Proposal,
    Question,
    Submission,
)
from vendors.selectors.claims import (
    VendorBacklog,
    own_files,
    standing_words,
    vendors_words,
    waiting_for,
)


def questions_for(candidate: Candidate) -> QuerySet[Any]:
    """What the vendor of `candidate` may read: answered ones, and its own.

    Each with `own`, whether it asked, and `told_at`, when it was answered or, until
    then, asked. Who else asked is not read at all.
    """
    rows: QuerySet[Question] = Question.objects.filter(evaluation=candidate.evaluation)
    askings = Asking.objects.filter(candidate=candidate)
    return (
        rows.annotate(
            own=Exists(askings.filter(question=OuterRef("pk"))),
            told_at=Coalesce("answered_at", "asked_at"),
        )
        .filter(Q(answered_at__isnull=False) | Q(own=True))
        .select_related("requirement")
    )


def own_proposals(candidate: Candidate) -> QuerySet[Proposal]:
    rows: QuerySet[Proposal] = Proposal.objects.filter(candidate=candidate)
    return rows.select_related("category", "requirement")


# A letter or two stands in many words that name nobody.
SHORTEST = 3


def given_away(question: Question, **texts: str) -> Iterator[tuple[str, str]]:
    asking = question.asking
    if asking is None:
        return
    for name_of_field, text in texts.items():
        for name in names_of(asking.candidate):
            if stands_alone(name, text):
                yield name_of_field, name
                break


def stands_alone(name: str, text: str) -> bool:
    sought = name.casefold()
    folded = text.casefold()
    at = folded.find(sought)
    while at >= 0:
        end = at + len(sought)
        around = folded[max(at - 1, 0) : at] + folded[end : end + 1]
        if not any(text.isalnum() or text == "_" for text in around):
            return True
        at = folded.find(sought, at + 1)
    return False


def names_of(candidate: Candidate) -> list[str]:
    names = [candidate.name, *candidate.aliases]
    if candidate.vendor is not None:
        names += [candidate.vendor.name, *candidate.vendor.aliases]
    return [name for name in dict.fromkeys(names) if len(name) >= SHORTEST]


# What this is about: the columns of `AboutRevision` that its owner writes.
ABOUT = ("purpose", "people", "timetable", "judged", "files")


def released_about(evaluation: Evaluation) -> AboutRevision:
    """What vendors read now; where nothing was released, an empty one."""
    rows = evaluation.about_revisions.filter(released_at__isnull=False)
    return rows.last() or AboutRevision(evaluation=evaluation, revision=0)


def brief_files(evaluation: Evaluation) -> QuerySet[AttachedFile]:
    """Those that can be shown to vendors; attaching one shows it to none."""
    rows: QuerySet[AttachedFile] = AttachedFile.objects.kept().filter(
        evaluation=evaluation, topic="brief", subject_id=evaluation.pk
    )
    return rows


def shown_about(about: AboutRevision) -> dict[str, Any]:
    """What pages and calls show of it, with the live deadline for answers."""
    return {
        **{name: getattr(about, name) for name in ("revision", "released_at", *ABOUT)},
        "claims_close_at": about.evaluation.claims_close_at,
        "people": [person_of(line) for line in about.people],
        "timetable": [day_and_words(line) for line in about.timetable],
        "files": brief_files(about.evaluation).filter(sha256__in=about.files),
    }


def file_for(candidate: Candidate, key: uuid.UUID) -> Any:
    """One of its own answers, or of what it is told that this is about."""
    claim_file = own_files(candidate).filter(pk=key).first()
    about = shown_about(released_about(candidate.evaluation))["files"]
    return claim_file or about.filter(pk=key).first()


def person_of(line: str) -> dict[str, str]:
    """Name, role, e-mail and telephone, with commas between those that are there."""
    name, *rest = (part.strip() for part in line.split(","))
    email = next((part for part in rest if "@" in part), "")
    phones = (part for part in rest if sum(map(str.isdigit, part)) > 4)
    phone = next((part for part in phones if part != email), "")
    role = ", ".join(part for part in rest if part not in (email, phone))
    return {"name": name, "role": role, "email": email, "phone": phone}


def day_and_words(line: str) -> dict[str, Any]:
    """Of a line such as “2040-05-31 Demos”.

    Raises:
        ValueError: it does not begin with a day.
    """
    day, _, text = line.partition(" ")
    return {"day": datetime.date.fromisoformat(day), "what": text}


def proposed_about(evaluation: Evaluation) -> dict[str, Any]:
    """What its form begins with: the draft, else what is released, else a proposal of
    the brief, without weights, scores, budget and number of vendors."""
    last = evaluation.about_revisions.last()
    if last is not None and last.purpose:
        return {name: getattr(last, name) for name in ABOUT}
    with speaking(evaluation.vendor_language):
        texts: dict[str, Any] = {
            name: render_to_string(
                f"vendors/about/{name}.txt", {"evaluation": evaluation}
            ).strip()
            for name in ABOUT
        }
    lines = ("people", "timetable", "files")
    return texts | {name: texts[name].splitlines() for name in lines}


def named_candidates(about: AboutRevision) -> list[str]:
    """Candidates, their vendors and other names of either that stand in it."""
    files = shown_about(about)["files"].values_list("name", flat=True)
    lines = [about.purpose, about.judged, *about.people, *about.timetable, *files]
    rows = Candidate.objects.filter(evaluation=about.evaluation_id)
    candidates = rows.select_related("vendor")
    names = {name for candidate in candidates for name in names_of(candidate)}
    return sorted(name for name in names if stands_alone(name, "\n".join(lines)))


KIND = "not_answered"
# Nobody is reminded more often, nor more than so many times without a sign of life.
GAP = datetime.timedelta(days=3)
MOST = 3


@dataclass(frozen=True, slots=True)
class Chase:
    waiting: VendorBacklog
    contacts: int
    # When, since its last own claim, the newest last.
    reminded: tuple[datetime.datetime, ...]
    last_at: datetime.datetime | None

    @property
    def candidate(self) -> Candidate:
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
    moments_by_key: dict[str, dict[str, datetime.datetime]] = {}
    notices = Notice.objects.filter(kind=KIND, subject_id__in=map(str, keys))
    for key, occurrence, at in notices.values_list(
        "subject_id", "occurrence", "created_at"
    ):
        # One reminder is a mail to each contact.
        moments_by_key.setdefault(key, {})[occurrence] = at
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
    rows = []
    for waiting in waiting_for(evaluation, candidates):
        candidate = waiting.candidate
        moments = sorted(moments_by_key.get(str(candidate.pk), {}).values())
        since = spoke.get(candidate.pk)
        last = moments[-1] if moments else None
        lately = tuple(at for at in moments if since is None or at > since)
        if candidate.vendor_id:
            contacts = people[candidate.vendor_id]
        else:
            contacts = 0
        rows.append(Chase(waiting, contacts, lately, last))
    return rows


type Place = tuple[uuid.UUID, uuid.UUID]
CLAIM_ORDER = (
    "candidate__name",
    "requirement__category__position",
    "requirement__position",
    "requirement__ref",
)


class ClaimRevision(NamedTuple):
    id: uuid.UUID
    candidate_id: uuid.UUID
    requirement_id: uuid.UUID
    revision: int
    submitted_at: datetime.datetime
    availability: str
    available_from: datetime.date | None
    requirement_revision: int
    by_vendor: bool

    @property
    def place(self) -> Place:
        return self.candidate_id, self.requirement_id

    @property
    def state(self) -> ClaimState:
        return ClaimState(
            self.availability,
            self.available_from,
            self.requirement_revision,
            self.by_vendor,
        )


@dataclass(frozen=True, slots=True)
class SentClaim:
    newer: ClaimRevision
    former: ClaimRevision | None
    changes: tuple[ClaimChange, ...]


@dataclass(slots=True)
class SentBy:
    candidate: Candidate
    seen_until: datetime.datetime | None
    claims: list[SentClaim] = field(default_factory=list)
    files: list[ClaimFile] = field(default_factory=list)
    receipts: list[Submission] = field(default_factory=list)
    questions: list[Asking] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def counts(self) -> Counter[ClaimChange]:
        return Counter(change for claim in self.claims for change in claim.changes)

    @property
    def newest(self) -> datetime.datetime | None:
        moments = [
            *(claim.newer.submitted_at for claim in self.claims),
            *(file.uploaded_at for file in self.files),
            *(receipt.submitted_at for receipt in self.receipts),
            *(question.question.asked_at for question in self.questions),
            *(proposal.proposed_at for proposal in self.proposals),
        ]
        return max(moments, default=None)

    @property
    def number(self) -> int:
        others = (self.files, self.receipts, self.questions, self.proposals)
        return len(self.claims) + sum(len(rows) for rows in others)


def sent_by_vendors(
    user: User, evaluation: Evaluation, *, everything: bool = False
) -> list[SentBy]:
    """By invited candidate, what `user` has not seen, in seven queries.

    A claim that was revised three times since is one, beside the words that the
    person saw last. With `everything`, all that stands, beside the revision before.
    """
    mine = LastSeen.objects.filter(person=user, candidate=OuterRef("pk"))
    rows: Any = Candidate.objects.filter(
        evaluation=evaluation, invited_at__isnull=False
    )
    by_vendor = {
        item.pk: SentBy(item, item.seen_until)
        for item in rows.select_related("vendor").annotate(
            seen_until=Subquery(mine.values("until")[:1])
        )
    }
    unseen = Unseen(user, list(by_vendor), everything=everything)
    for claim in _claims(unseen):
        by_vendor[claim.newer.candidate_id].claims.append(claim)
    for file in unseen.of(
        ClaimFile.objects.select_related("claim__requirement"),
        "uploaded_at",
        through="claim__",
    ):
        by_vendor[file.claim.candidate_id].files.append(file)
    for rows, moment, name in (
        (Submission.objects.all(), "submitted_at", "receipts"),
        (Asking.objects.select_related("question"), "question__asked_at", "questions"),
        (Proposal.objects.all(), "proposed_at", "proposals"),
    ):
        for row in unseen.of(rows, moment):
            getattr(by_vendor[row.candidate_id], name).append(row)
    return list(by_vendor.values())


def count_unseen(user: User, evaluations: Iterable[Evaluation]) -> Counter[Place]:
    rows = unseen_claims(user, evaluations)
    places = rows.values_list("candidate__evaluation_id", "candidate_id")
    counted = places.annotate(Count("pk"))
    return Counter({(home, option): number for home, option, number in counted})


def unseen_claims(user: User, evaluations: Iterable[Evaluation]) -> QuerySet[Any]:
    """Of what is closed nothing is new."""
    invited = Candidate.objects.filter(
        evaluation__in=list(evaluations),
        evaluation__status=Status.OPEN,
        invited_at__isnull=False,
    )
    seen = LastSeen.objects.filter(
        person=user,
        candidate=OuterRef("candidate_id"),
        until__gte=OuterRef("submitted_at"),
    )
    theirs = standing_words().filter(candidate__in=invited.order_by().values("pk"))
    return theirs.filter(~Exists(seen)).order_by()


class Unseen:
    """Rows of some candidates that came after the person last looked at each."""

    def __init__(
        self, user: User, candidates: Iterable[Any], *, everything: bool = False
    ) -> None:
        self.user = user
        self.candidates = candidates
        self.everything = everything

    def of(self, rows: Any, moment: str, *, through: str = "") -> QuerySet[Any]:
        theirs: QuerySet[Any] = self._theirs(rows, through)
        if self.everything:
            return theirs
        return theirs.filter(Q(seen__isnull=True) | Q(**{f"{moment}__gt": F("seen")}))

    def former(self, changed: list[ClaimRevision]) -> QuerySet[Any]:
        rows = self._theirs(Claim.objects.order_by("revision"), "").filter(
            requirement__in={pair.requirement_id for pair in changed}
        )
        if self.everything:
            return rows.filter(superseded_at__isnull=False)
        return rows.filter(submitted_at__lte=F("seen"))

    def _theirs(self, rows: Any, through: str) -> QuerySet[Any]:
        candidate = f"{through}candidate"
        mine = LastSeen.objects.filter(
            person=self.user, candidate=OuterRef(f"{candidate}_id")
        )
        theirs: QuerySet[Any] = rows.filter(
            **{f"{candidate}__in": self.candidates}
        ).annotate(seen=Subquery(mine.values("until")[:1]))
        return theirs


def _claims(unseen: Unseen) -> Iterator[SentClaim]:
    standing = unseen.of(standing_words().order_by(*CLAIM_ORDER), "submitted_at")
    newer = [
        ClaimRevision(*row) for row in standing.values_list(*ClaimRevision._fields)
    ]
    rows = unseen.former(newer).values_list(*ClaimRevision._fields)
    former = {revision.place: revision for revision in map(ClaimRevision._make, rows)}
    for pair in newer:
        before = former.get(pair.place)
        changes = changes_between(before and before.state, pair.state)
        yield SentClaim(pair, before, changes)
