"""Whom vendors ask to let in."""

from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation
from vendors.choices import ProposalState
from vendors.models import Candidate, ContactRequest


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
