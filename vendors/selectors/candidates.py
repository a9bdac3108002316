"""Who is in the choice, what they are asked, and what a vendor was invited to."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from evaltracker.evaluations.models import Evaluation, Requirement
from vendors.choices import CandidateState
from vendors.models import Candidate, Vendor
from vendors.selectors.own import vendors_answers

ACTIVE = (
    CandidateState.LONGLISTED,
    CandidateState.SHORTLISTED,
    CandidateState.CHOSEN,
)


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
        vendors_answers()
        .filter(candidate=OuterRef("pk"))
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
