"""What vendors sent since a person last looked, each claim beside what it replaces."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from vendors.candidates import Change, Said, changes_between
from vendors.choices import CandidateState
from vendors.models import (
    Asking,
    Candidate,
    Claim,
    ClaimFile,
    InvitationLink,
    LastSeen,
    Proposal,
    PublishedDocument,
    SignInCode,
    Submission,
    VendorSession,
)
from vendors.wall import digest_of, show_tokens, show_vendor

type Place = tuple[uuid.UUID, uuid.UUID]
CLAIM_ORDER = (
    "candidate__name",
    "requirement__category__position",
    "requirement__position",
    "requirement__ref",
)


class Revision(NamedTuple):
    """A revision without its words, as much as counting needs."""

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
        """The cell that it stands in."""
        return self.candidate_id, self.requirement_id

    @property
    def said(self) -> Said:
        return Said(
            self.availability,
            self.available_from,
            self.requirement_revision,
            self.by_vendor,
        )


@dataclass(frozen=True, slots=True)
class SentClaim:
    """The claim that stands now, what stood before, and what changed."""

    newer: Revision
    former: Revision | None
    changes: tuple[Change, ...]


@dataclass(slots=True)
class SentBy:
    """Everything that one candidate's vendor sent since the person looked."""

    candidate: Candidate
    seen_until: datetime.datetime | None
    claims: list[SentClaim] = field(default_factory=list)
    files: list[ClaimFile] = field(default_factory=list)
    receipts: list[Submission] = field(default_factory=list)
    questions: list[Asking] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Change]:
        """How many claims changed in which way."""
        return Counter(change for claim in self.claims for change in claim.changes)

    @property
    def newest(self) -> datetime.datetime | None:
        """When the last of it came; None if nothing did."""
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
        """How many things came, of every sort."""
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
    found = {
        item.pk: SentBy(item, item.seen_until)
        for item in rows.select_related("vendor").annotate(
            seen_until=Subquery(mine.values("until")[:1])
        )
    }
    unseen = Unseen(user, list(found), everything=everything)
    for claim in _claims(unseen):
        found[claim.newer.candidate_id].claims.append(claim)
    for file in unseen.of(
        ClaimFile.objects.select_related("claim__requirement"),
        "uploaded_at",
        through="claim__",
    ):
        found[file.claim.candidate_id].files.append(file)
    for rows, moment, name in (
        (Submission.objects.all(), "submitted_at", "receipts"),
        (
            Asking.objects.select_related("question"),
            "question__asked_at",
            "questions",
        ),
        (Proposal.objects.all(), "proposed_at", "proposals"),
    ):
        for row in unseen.of(rows, moment):
            getattr(found[row.candidate_id], name).append(row)
    return list(found.values())


def count_unseen(user: User, evaluations: Iterable[Evaluation]) -> Counter[Place]:
    """Claims that `user` has not seen, by evaluation and candidate; one query."""
    rows = unseen_claims(user, evaluations)
    counted = rows.values_list("candidate__evaluation_id", "candidate_id")
    return Counter(
        {
            (where, option): number
            for where, option, number in counted.annotate(Count("pk"))
        }
    )


def unseen_claims(user: User, evaluations: Iterable[Evaluation]) -> QuerySet[Any]:
    """Claims of vendors that stand and that `user` has not seen."""
    invited = Candidate.objects.filter(
        evaluation__in=list(evaluations), invited_at__isnull=False
    )
    seen = LastSeen.objects.filter(
        person=user,
        candidate=OuterRef("candidate_id"),
        until__gte=OuterRef("submitted_at"),
    )
    theirs = _standing().filter(candidate__in=invited.order_by().values("pk"))
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
        """Those of `rows` that are new to the person."""
        found: QuerySet[Any] = self._theirs(rows, through)
        if self.everything:
            return found
        return found.filter(Q(seen__isnull=True) | Q(**{f"{moment}__gt": F("seen")}))

    def former(self, changed: list[Revision]) -> QuerySet[Any]:
        """Revisions of these cells that the person has seen, the oldest first."""
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
        found: QuerySet[Any] = rows.filter(
            **{f"{candidate}__in": self.candidates}
        ).annotate(seen=Subquery(mine.values("until")[:1]))
        return found


def _standing() -> QuerySet[Any]:
    """Claims of vendors that stand, withdrawals too."""
    rows: QuerySet[Any] = Claim.objects.filter(
        by_vendor=True, superseded_at__isnull=True, requirement__retired_at__isnull=True
    )
    return rows


def _claims(unseen: Unseen) -> Iterator[SentClaim]:
    newer = list(
        _revisions(unseen.of(_standing().order_by(*CLAIM_ORDER), "submitted_at"))
    )
    former = {revision.place: revision for revision in _revisions(unseen.former(newer))}
    for pair in newer:
        before = former.get(pair.place)
        yield SentClaim(
            pair, before, changes_between(before and before.said, pair.said)
        )


def _revisions(rows: QuerySet[Any]) -> Iterator[Revision]:
    for values in rows.values_list(*Revision._fields):
        yield Revision(*values)


# Finding a link, a code and a session by what a browser sends, and nothing more.


def find_link(secret: str) -> InvitationLink | None:
    """The link of that secret, whose vendor's rows can now be found.

    None also for a contact who was removed and for a candidate that is out of the
    choice: they read alike.
    """
    show_tokens([secret])
    row = InvitationLink.objects.filter(digest=digest_of(secret)).first()
    if row is None:
        return None
    show_vendor(row.vendor_id)
    found: InvitationLink | None = (
        InvitationLink.objects.filter(live_link(), pk=row.pk)
        .select_related("contact", "vendor", "candidate__evaluation")
        .first()
    )
    return found


def find_session(secret: str) -> VendorSession | None:
    """The live session of that secret, whose vendor's rows can now be found."""
    show_tokens([secret])
    rows: QuerySet[VendorSession] = VendorSession.objects.filter(
        digest=digest_of(secret), ended_at__isnull=True
    )
    row = rows.first()
    if row is None:
        return None
    show_vendor(row.vendor_id)
    return (
        rows.filter(live_link("link__"))
        .select_related("link__contact", "link__vendor", "link__candidate__evaluation")
        .first()
    )


def live_link(path: str = "") -> Q:
    """Links of somebody who still answers for a candidate in the choice, or for one
    to whose vendor something was published: a letter can be read by losers, too. The
    link of a test ends with it."""
    told = PublishedDocument.objects.order_by().values("candidate")
    return Q(
        ~Q(**{f"{path}candidate__state": CandidateState.ELIMINATED})
        | Q(**{f"{path}candidate__in": told}),
        Q(**{f"{path}candidate__evaluation__is_practice": False})
        | Q(**{f"{path}candidate__evaluation__status": Status.OPEN}),
        **{
            f"{path}contact__removed_at__isnull": True,
            f"{path}candidate__invited_at__isnull": False,
        },
    )


def code_of_browser(link: InvitationLink, nonce: str) -> SignInCode | None:
    """The code that this browser asked for by this link."""
    found: SignInCode | None = SignInCode.objects.filter(
        link=link, browser_digest=digest_of(nonce)
    ).first()
    return found


def link_to_pages(
    candidates: QuerySet[Candidate], address: str
) -> InvitationLink | None:
    """The link to one of these of who reads mail at that address, if there is one."""
    found: InvitationLink | None = (
        InvitationLink.objects.filter(
            live_link(), candidate__in=candidates, contact__email=address
        )
        .order_by("made_at")
        .first()
    )
    return found


def sessions_here(
    evaluation: Evaluation, *, since: datetime.datetime
) -> QuerySet[VendorSession]:
    """Who is or was lately in the vendor pages, for the owner."""
    rows: QuerySet[VendorSession] = VendorSession.objects.filter(
        link__candidate__evaluation=evaluation, started_at__gte=since
    )
    return rows.select_related("link__contact", "link__candidate").order_by(
        "-started_at"
    )


@dataclass(frozen=True, slots=True)
class Visits:
    """By days alone: when a code was last used, and when somebody was last there."""

    code_used_on: datetime.date
    last_visit_on: datetime.date


def visits_of(candidates: Iterable[Candidate]) -> dict[uuid.UUID, Visits]:
    """By candidate, what its owner is told of visits; none where no code was used."""
    rows = VendorSession.objects.filter(link__candidate__in=list(candidates)).order_by()
    found = rows.values_list("link__candidate").annotate(
        Max("started_at"), Max("last_visit_on")
    )
    return {pk: Visits(used.date(), last) for pk, used, last in found}
