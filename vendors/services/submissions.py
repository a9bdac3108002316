"""Handing an answer in, for a receipt."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor, actor_of
from vendors.models import Candidate, Submission
from vendors.receipts import digest_of, is_receipt_of
from vendors.selectors import own_claims
from vendors.services.candidates import lock_invitation


@transaction.atomic
def hand_in(*, candidate: Candidate, by: Actor) -> Submission:
    """Confirm the current claims as the vendor's answer and give a receipt.

    Handing the same answer in again gives the same receipt back.

    Raises:
        Refused: claims are not open, or there is nothing to hand in.
        NotFound: the candidate was not invited.

    """
    candidate, now = lock_invitation(candidate)
    claims = list(own_claims(candidate))
    if not claims:
        raise Refused("There is no claim to hand in yet.", code="nothing_to_hand_in")
    earlier = Submission.objects.filter(candidate=candidate)
    last = earlier.order_by("submitted_at").last()
    if last is not None and is_receipt_of(last.sha256, claims):
        return last
    submission = Submission.objects.create(
        candidate=candidate,
        number=f"{str(candidate.pk)[:8].upper()}-{earlier.count() + 1}",
        submitted_at=now,
        submitted_by=actor_of(by).name,
        claims=len(claims),
        sha256=digest_of(claims),
    )
    journal.record(
        evaluation=candidate.evaluation,
        action="answer.handed_in",
        subject=submission,
        by=by,
        after={
            "candidate": candidate.name,
            **journal.snapshot(submission, ("number", "claims", "sha256")),
        },
    )
    return submission
