"""Reads of floor 3, for people by scope and for a vendor by its token."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Evaluation, Requirement
from vendors import costs
from vendors.choices import Availability, CandidateState, ProposalState
from vendors.models import (
    Candidate,
    Claim,
    CostLine,
    Proposal,
    Question,
    Ruling,
    VendorToken,
)

if TYPE_CHECKING:
    import uuid
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from vendors.models import Vendor

SECRET = re.compile(r"evt_[0-9a-f]{12}_[A-Za-z0-9_-]{43}")
ACTIVE = (
    CandidateState.LONGLISTED,
    CandidateState.SHORTLISTED,
    CandidateState.CHOSEN,
)


# --- tokens -------------------------------------------------------------------
def live_tokens(vendor: Vendor) -> QuerySet[VendorToken]:
    """Tokens of `vendor` that open the API now."""
    tokens: QuerySet[VendorToken] = VendorToken.objects.filter(vendor=vendor)
    return tokens.filter(_live())


def find_token(secret: str) -> VendorToken | None:
    """The live token with that secret text; its vendor comes along.

    Found by digest through the unique index, so no secret is compared byte by byte.
    """
    if not SECRET.fullmatch(secret):
        return None
    digest = hashlib.sha256(secret.encode()).hexdigest()
    tokens: QuerySet[VendorToken] = VendorToken.objects.select_related("vendor")
    return tokens.filter(_live(), digest=digest).first()


def _live() -> Q:
    now = timezone.now()
    return Q(revoked_at__isnull=True) & (
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    )


# --- candidates and requirements ----------------------------------------------
def invitations(vendor: Vendor) -> QuerySet[Candidate]:
    """The candidates for which `vendor` was invited; its whole world."""
    rows: QuerySet[Candidate] = Candidate.objects.for_vendor(vendor)
    return rows.filter(invited_at__isnull=False).select_related("evaluation", "vendor")


def with_counts(candidates: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """Each with `asked` requirements and `answered` ones, by its vendor, of them."""
    asked = (
        Requirement.objects.filter(
            evaluation=OuterRef("evaluation"), retired_at__isnull=True
        )
        .order_by()
        .values("evaluation")
        .annotate(number=Count("pk"))
        .values("number")
    )
    answered = (
        Claim.objects.filter(
            candidate=OuterRef("pk"),
            by_vendor=True,
            superseded_at__isnull=True,
            requirement__retired_at__isnull=True,
        )
        .exclude(availability=Availability.WITHDRAWN)
        .order_by()
        .values("candidate")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return candidates.annotate(
        asked=Coalesce(Subquery(asked), 0), answered=Coalesce(Subquery(answered), 0)
    )


def active_candidates(evaluation: Evaluation) -> QuerySet[Candidate]:
    """Candidates that are still in the choice."""
    rows: QuerySet[Candidate] = Candidate.objects.filter(evaluation=evaluation)
    return rows.filter(state__in=ACTIVE).select_related("vendor")


def shortlisted(evaluation: Evaluation) -> QuerySet[Candidate]:
    """The closer choice: shortlisted candidates, and the chosen one."""
    return active_candidates(evaluation).exclude(state=CandidateState.LONGLISTED)


def asked_requirements(evaluation: Evaluation) -> QuerySet[Requirement]:
    """What candidates are asked: every requirement that is not retired."""
    rows: QuerySet[Requirement] = Requirement.objects.filter(evaluation=evaluation)
    return rows.filter(retired_at__isnull=True).select_related("category")


def ruled_out(candidate: Candidate) -> set[uuid.UUID]:
    """Ids of the requirements that do not apply to `candidate`."""
    return set(
        Ruling.objects.filter(candidate=candidate).values_list(
            "requirement_id", flat=True
        )
    )


def unanswered_musts(candidate: Candidate) -> QuerySet[Requirement]:
    """Must-haves that apply and have no claim of today's words, in order."""
    return (
        asked_requirements(candidate.evaluation)
        .filter(priority=Priority.MUST)
        .exclude(rulings__candidate=candidate)
        .exclude(pk__in=current_claims(candidate).values("requirement_id"))
    )


# --- claims -------------------------------------------------------------------
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


def own_claims(candidate: Candidate) -> QuerySet[Claim]:
    """What the vendor itself says now; the buyer's notes are not its words."""
    return current_claims(candidate).filter(by_vendor=True)


def own_history(candidate: Candidate) -> QuerySet[Claim]:
    """Every revision that the vendor itself wrote, withdrawals too."""
    return claim_history(candidate).filter(by_vendor=True)


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


# --- dialogue -----------------------------------------------------------------
def open_questions(evaluation: Evaluation) -> QuerySet[Question]:
    """Questions without an answer, the oldest first."""
    rows: QuerySet[Question] = Question.objects.filter(evaluation=evaluation)
    return rows.filter(answered_at__isnull=True)


def questions_for(candidate: Candidate) -> QuerySet[Question]:
    """What the vendor of `candidate` may read: answered ones, and its own.

    The caller must show no asker.
    """
    rows: QuerySet[Question] = Question.objects.filter(evaluation=candidate.evaluation)
    return rows.filter(
        Q(answered_at__isnull=False) | Q(candidate=candidate)
    ).select_related("requirement")


def open_proposals(evaluation: Evaluation) -> QuerySet[Proposal]:
    """Suggested requirements that the owner has not ruled on."""
    rows: QuerySet[Proposal] = Proposal.objects.filter(candidate__evaluation=evaluation)
    return rows.filter(state=ProposalState.OPEN).select_related("candidate", "category")


# --- costs --------------------------------------------------------------------
def cost_inputs(candidate: Candidate) -> list[costs.Line]:
    """A candidate's lines as the pure functions want them; callers ask the policy."""
    return [cost_input(line) for line in CostLine.objects.filter(candidate=candidate)]


def cost_input(line: CostLine) -> costs.Line:
    """One line without its row."""
    return costs.Line(
        kind=costs.CostKind(line.kind),
        state=costs.LineState(line.state),
        low=line.low,
        likely=line.likely,
        high=line.high,
        currency=line.currency,
        recurrence=costs.Recurrence(line.recurrence),
        quantity=line.quantity,
        rate_to_base=line.rate,
        note=line.note,
    )


def candidate_cost(candidate: Candidate) -> costs.TotalCost:
    """What a candidate costs over the evaluation's horizon, with its working."""
    return total_of(candidate, cost_inputs(candidate))


def total_of(candidate: Candidate, lines: list[costs.Line]) -> costs.TotalCost:
    """The same from lines that were read already."""
    evaluation = candidate.evaluation
    return costs.total_cost(
        lines,
        checklist=costs.CHECKLIST[candidate.kind],
        currency=evaluation.currency,
        horizon_months=evaluation.horizon_months,
        planning_factor=evaluation.planning_factor,
        discount_rate=evaluation.discount_rate,
    )


def cost_coverage(candidate: Candidate) -> costs.CostCoverage:
    """How much of the checklist of costs is known; tells no amount."""
    return candidate_cost(candidate).coverage
