"""What an invitation asks, beside what its vendor has handed in and drafted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db.models import QuerySet

from evaltracker.evaluations.models import Requirement
from vendors.choices import STATED, Availability
from vendors.models import AnswerDraft, Candidate, Claim, DraftFile, MailedSheet, Ruling
from vendors.policy import ANSWERED_BY_BUYER
from vendors.selectors.candidates import asked_requirements
from vendors.selectors.claims import own_claims

# What the buyer still has to answer for a candidate that has nobody else to ask.


@dataclass(frozen=True, slots=True)
class Answering:
    """The requirements that are asked, must-haves first, and which of them wait."""

    asked: list[Requirement]
    left: frozenset[UUID]

    @property
    def answered(self) -> int:
        """How many are answered."""
        return len(self.asked) - len(self.left)

    def after(self, here: UUID | None = None) -> Requirement | None:
        """The next that waits, from `here` on and round to the first; None if no other
        does."""
        places = [place for place, row in enumerate(self.asked) if row.pk == here]
        start = places[0] + 1 if places else 0
        following = [*self.asked[start:], *self.asked[:start]]
        waits = (row for row in following if row.pk in self.left and row.pk != here)
        return next(waits, None)


def is_answered_by_buyer(candidate: Candidate) -> bool:
    """Whether the owner answers for it: build, stay as is, and open source that nobody
    was invited for."""
    return candidate.kind in ANSWERED_BY_BUYER and candidate.invited_at is None


def answering_of(candidate: Candidate) -> Answering:
    """How far its answers are; three queries. What is ruled out is not asked."""
    rulings = Ruling.objects.whole().filter(candidate=candidate)
    out = set(rulings.values_list("requirement", flat=True))
    asked = [
        row for row in asked_requirements(candidate.evaluation) if row.pk not in out
    ]
    stated = Claim.objects.filter(
        candidate=candidate, superseded_at__isnull=True, availability__in=STATED
    )
    done = set(stated.values_list("requirement", flat=True))
    return Answering(
        asked=sorted(asked, key=lambda row: not row.is_must),
        left=frozenset(row.pk for row in asked if row.pk not in done),
    )


# Answer sheets that came by mail: for the owner, and for the vendor to confirm.


def sheets_of(candidate: Candidate) -> QuerySet[MailedSheet]:
    """All of a candidate, for its owner, the newest first."""
    rows: QuerySet[MailedSheet] = MailedSheet.objects.filter(candidate=candidate)
    return rows.select_related("submission", "file").order_by("-uploaded_at")


def sheets_to_confirm(candidate: Candidate) -> QuerySet[MailedSheet]:
    """Those that were entered for its vendor, which has not confirmed them yet."""
    rows: QuerySet[MailedSheet] = MailedSheet.objects.filter(
        candidate=candidate, entered_at__isnull=False, confirmed_at__isnull=True
    )
    return rows.select_related("submission").order_by("entered_at")


# How each is offered to who answers.
OFFERED: dict[str, str] = {
    Availability.NOW: "Available now",
    Availability.BETA: "Beta",
    Availability.PLANNED: "Planned",
    Availability.ON_REQUEST: "On request, at cost",
    Availability.NEVER: "Not available",
}


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One requirement, with the answer that stands and the draft over it."""

    requirement: Requirement
    claim: Claim | None
    draft: AnswerDraft | None

    @property
    def state(self) -> str:
        """`draft`, `changed` since it was answered, `answered` or `open`."""
        if self.draft is not None:
            return "draft"
        if self.claim is None:
            return "open"
        asked_now = self.requirement.revision
        return "changed" if self.claim.requirement_revision < asked_now else "answered"

    @property
    def is_answered(self) -> bool:
        """Whether something is said that can be handed in."""
        if self.draft is not None:
            return bool(self.draft.typed["availability"])
        return self.state == "answered"

    @property
    def words(self) -> str:
        """What is said of when it exists; blank if nothing is."""
        if self.draft is not None:
            return OFFERED.get(self.draft.typed["availability"], "")
        return OFFERED.get(self.claim.availability, "") if self.claim else ""


@dataclass(frozen=True, slots=True)
class Answers:
    """All that is asked, in order."""

    rows: Sequence[AnswerRow]

    @property
    def answered(self) -> int:
        """How many are answered, drafts included."""
        return sum(row.is_answered for row in self.rows)

    @property
    def left(self) -> int:
        """How many are not."""
        return len(self.rows) - self.answered

    @property
    def musts_left(self) -> int:
        """How many must-haves are not answered."""
        return sum(row.requirement.is_must and not row.is_answered for row in self.rows)

    @property
    def drafts(self) -> list[AnswerRow]:
        """What would be handed in."""
        return [row for row in self.rows if row.draft is not None]

    @property
    def by_category(self) -> list[tuple[str, list[AnswerRow]]]:
        """The rows below the names of their categories."""
        groups = groupby(self.rows, key=lambda row: row.requirement.category.name)
        return [(name, list(rows)) for name, rows in groups]

    def at(self, ref: str) -> AnswerRow | None:
        """The row of that ref."""
        return next((row for row in self.rows if row.requirement.ref == ref), None)

    def after(self, ref: str) -> AnswerRow | None:
        """The next that is not answered, from there on and round to the first."""
        places = [n for n, row in enumerate(self.rows) if row.requirement.ref == ref]
        start = places[0] + 1 if places else 0
        following = [*self.rows[start:], *self.rows[:start]]
        open_rows = (row for row in following if not row.is_answered)
        return next((row for row in open_rows if row.requirement.ref != ref), None)


def draft_files(candidate: Candidate) -> QuerySet[DraftFile]:
    """What waits with the drafts, without the bytes."""
    rows: QuerySet[DraftFile] = DraftFile.objects.filter(draft__candidate=candidate)
    return rows.defer("content")


def answers_of(candidate: Candidate) -> Answers:
    """Everything that is asked of a candidate's vendor; three queries."""
    claims: dict[uuid.UUID, Claim] = {
        claim.requirement_id: claim for claim in own_claims(candidate)
    }
    drafts: dict[uuid.UUID, AnswerDraft] = {
        draft.requirement_id: draft
        for draft in AnswerDraft.objects.filter(candidate=candidate)
    }
    asked = asked_requirements(candidate.evaluation).order_by(
        "category__position", "category__name", "position", "ref"
    )
    return Answers(
        [AnswerRow(row, claims.get(row.pk), drafts.get(row.pk)) for row in asked]
    )
