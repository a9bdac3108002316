"""Whom vendors ask to let in."""

from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation
from vendors.choices import ProposalState
from vendors.models import Candidate, Contact, ContactRequest


def own_contact_requests(candidate: Candidate) -> QuerySet[ContactRequest]:
    """What a vendor asked for, whatever became of it."""
    rows: QuerySet[ContactRequest] = ContactRequest.objects.filter(candidate=candidate)
    return rows


def open_contact_requests(evaluation: Evaluation) -> QuerySet[ContactRequest]:
    """What the owner has to answer."""
    rows: QuerySet[ContactRequest] = ContactRequest.objects.filter(
        candidate__evaluation=evaluation, state=ProposalState.OPEN
    )
    return rows.select_related("candidate", "asked_by").order_by("asked_at")


def contact_of_rival(request: ContactRequest) -> Contact | None:
    """The contact of another vendor of the same purchase who has that address."""
    rivals = Candidate.objects.filter(
        evaluation=request.candidate.evaluation_id, vendor__isnull=False
    ).exclude(vendor=request.candidate.vendor_id)
    found: Contact | None = (
        Contact.objects.current()
        .filter(vendor__in=rivals.values("vendor"), email__iexact=request.email)
        .select_related("vendor")
        .first()
    )
    return found
