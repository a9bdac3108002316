"""What candidates say, and what they ask and suggest."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from evaltracker.evaluations.models import Evaluation
from vendors.choices import Availability, ProposalState
from vendors.models import (
    Asking,
    Candidate,
    Claim,
    Proposal,
    Question,
    Submission,
)


def current_claims(candidate: Candidate) -> QuerySet[Claim]:
    """What a candidate says now; withdrawn answers are no answers."""
    rows: QuerySet[Claim] = Claim.objects.filter(candidate=candidate)
    return (
        rows.filter(superseded_at__isnull=True, requirement__retired_at__isnull=True)
        .exclude(availability=Availability.WITHDRAWN)
        .select_related("requirement")
    )


def claim_history(candidate: Candidate) -> QuerySet[Claim]:
    """Every revision of every claim of a candidate, withdrawals too."""
    rows: QuerySet[Claim] = Claim.objects.filter(candidate=candidate)
    return rows.select_related("requirement")


def claims_to_reconfirm(candidate: Candidate) -> list[Claim]:
    """Current claims that answer older words of their requirement."""
    return [
        claim
        for claim in current_claims(candidate)
        if claim.requirement_revision != claim.requirement.revision
    ]


def claims_by_cell(
    candidates: Iterable[Candidate],
) -> dict[tuple[uuid.UUID, uuid.UUID], Claim]:
    """Current claims by candidate and requirement id, in one query."""
    rows = Claim.objects.filter(
        candidate__in=list(candidates), superseded_at__isnull=True
    ).exclude(availability=Availability.WITHDRAWN)
    return {(claim.candidate_id, claim.requirement_id): claim for claim in rows}


def open_questions(evaluation: Evaluation) -> QuerySet[Question]:
    """Questions without an answer, the oldest first."""
    rows: QuerySet[Question] = Question.objects.filter(evaluation=evaluation)
    return rows.filter(answered_at__isnull=True)


def questions_for(candidate: Candidate) -> QuerySet[Any]:
    """What the vendor of `candidate` may read: answered ones, and its own.

    Each with `own`, whether it asked, and `told_at`, when it was answered or, until
    then, asked. Who else asked is not read at all.
    """
    rows: QuerySet[Question] = Question.objects.filter(evaluation=candidate.evaluation)
    asked = Asking.objects.filter(candidate=candidate)
    return (
        rows.annotate(
            own=Exists(asked.filter(question=OuterRef("pk"))),
            told_at=Coalesce("answered_at", "asked_at"),
        )
        .filter(Q(answered_at__isnull=False) | Q(own=True))
        .select_related("requirement")
    )


def own_proposals(candidate: Candidate) -> QuerySet[Proposal]:
    """What the vendor of `candidate` suggested, with its fate."""
    rows: QuerySet[Proposal] = Proposal.objects.filter(candidate=candidate)
    return rows.select_related("category", "requirement")


def last_submission(candidate: Candidate) -> Submission | None:
    rows: QuerySet[Submission] = Submission.objects.filter(candidate=candidate)
    return rows.select_related("candidate").order_by("submitted_at").last()


def open_proposals(evaluation: Evaluation) -> QuerySet[Proposal]:
    """Suggested requirements that the owner has not ruled on."""
    rows: QuerySet[Proposal] = Proposal.objects.filter(candidate__evaluation=evaluation)
    return rows.filter(state=ProposalState.OPEN).select_related("candidate", "category")
