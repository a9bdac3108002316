"""What candidates say, and what they ask and suggest."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from evaltracker.evaluations.models import Evaluation, Requirement
from vendors.choices import Availability, ProposalState
from vendors.models import (
    Asking,
    Candidate,
    Claim,
    ClaimFile,
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


# What of its claims a vendor may read: its own words, numbered among themselves.
#
# The one place that knows. Whatever answers a vendor, or writes or counts for it, reads
# claims here and nowhere else (`tests/house/test_vendors_own_claims.py`). What the
# buyer noted or imported is no part of it: not its words, not that it is there, and not
# its place in the numbering. To a vendor all is as if the buyer had never written a
# word.


def vendors_words() -> QuerySet[Claim]:
    """Every revision that a vendor itself wrote, withdrawals too."""
    rows: QuerySet[Claim] = Claim.objects.filter(by_vendor=True)
    return rows


def vendors_answers() -> QuerySet[Claim]:
    """What vendors say now; a withdrawn answer is none."""
    return (
        vendors_words()
        .filter(superseded_at__isnull=True, requirement__retired_at__isnull=True)
        .exclude(availability=Availability.WITHDRAWN)
    )


def own_history(candidate: Candidate) -> QuerySet[Claim]:
    """Every revision that the vendor of `candidate` wrote, with its `own_revision`."""
    return _numbered(vendors_words(), candidate)


def own_claims(candidate: Candidate) -> QuerySet[Claim]:
    """What the vendor of `candidate` says now, each with its `own_revision`."""
    return _numbered(vendors_answers(), candidate)


def own_claims_to_confirm(candidate: Candidate) -> QuerySet[Claim]:
    """What the vendor says of words that a newer revision has overtaken."""
    return own_claims(candidate).filter(
        requirement_revision__lt=F("requirement__revision")
    )


def own_claim(candidate: Candidate, requirement: Requirement) -> Claim | None:
    """What the vendor says now of one requirement."""
    return own_claims(candidate).filter(requirement=requirement).first()


def own_files(candidate: Candidate) -> QuerySet[ClaimFile]:
    """Every file that the vendor attached, with the `own_revision` of its claim."""
    rows: QuerySet[Any] = ClaimFile.objects.filter(
        claim__candidate=candidate, claim__by_vendor=True
    )
    numbered: QuerySet[ClaimFile] = rows.annotate(own_revision=_number("claim__"))
    return numbered.select_related("claim__requirement")


def _numbered(rows: QuerySet[Any], candidate: Candidate) -> QuerySet[Claim]:
    numbered: QuerySet[Claim] = rows.annotate(own_revision=_number(""))
    return numbered.filter(candidate=candidate).select_related("requirement")


def _number(path: str) -> Subquery:
    """The how-manieth of the vendor's own revisions of its requirement a claim is."""
    until = vendors_words().filter(
        candidate=OuterRef(f"{path}candidate"),
        requirement=OuterRef(f"{path}requirement"),
        revision__lte=OuterRef(f"{path}revision"),
    )
    counted = until.order_by().values("requirement").annotate(number=Count("pk"))
    return Subquery(counted.values("number"), output_field=IntegerField())
