"""Publishing to a vendor: what it may read of the outcome, for good."""

import hashlib

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import require_owner
from evaltracker.kit.clock import database_now
from vendors.choices import DocumentKind
from vendors.models import Candidate, PublishedDocument
from vendors.services.candidates import lock_candidate


def check_publish(candidate: Candidate, kind: DocumentKind, by: By) -> None:
    """The owner publishes one document of a kind to a vendor that was invited."""
    require_owner(by, candidate.evaluation)
    if candidate.invited_at is None:
        raise Refused(f"{candidate.name} was not invited, so nobody could read it.")
    if PublishedDocument.objects.filter(candidate=candidate, kind=kind).exists():
        raise Refused(f"The {kind.label.lower()} is published already.")


@transaction.atomic
def publish_document(
    *, candidate: Candidate, kind: DocumentKind, text: str, by: By
) -> PublishedDocument:
    """Let a candidate's vendor read a text in its pages; nothing takes it back.

    Whoever owns the text asks before whether it may be published.

    Raises:
        Forbidden: not the owner. Refused: not invited, or one of its kind is there.

    """
    candidate = lock_candidate(candidate)
    check_publish(candidate, kind, by)
    document = PublishedDocument.objects.create(
        candidate=candidate,
        kind=kind,
        text=text,
        published_at=database_now(),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="document.published",
        subject=candidate,
        by=by,
        after={
            "candidate": candidate.name,
            "document": kind.label.lower(),
            "sha256": document.sha256,
        },
    )
    return document
