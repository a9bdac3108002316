"""Telling an owner that promised dates have passed; that they slipped is computed."""

import datetime
import uuid

from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import SYSTEM
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.evaluations.policy import lock
from evaltracker.kit.periodic import register_chore
from evaltracker.notices.services.scheduling import owe_now
from trials.policy import today_in
from trials.promise_notices import PromiseSlipped
from trials.selectors.promised import slipped_claims
from vendors.choices import Availability
from vendors.models import Claim


def tell_of_slips() -> None:
    """Owe the owner a mail, and the journal an entry, of each date that has slipped.

    A chore: each claim is told of once. A date that is moved and slips again is another
    claim, so it is told of again.
    """
    waiting = Claim.objects.filter(
        superseded_at__isnull=True,
        availability=Availability.PLANNED,
        candidate__evaluation__status=Status.OPEN,
    )
    where = waiting.order_by().values("candidate__evaluation")
    for evaluation in Evaluation.objects.filter(pk__in=where).order_by("pk"):
        overdue = waiting.filter(
            candidate__evaluation=evaluation,
            available_from__lt=today_in(evaluation.zone),
        )
        told = set(
            Notice.objects.filter(
                kind=PromiseSlipped.name, evaluation=evaluation
            ).values_list("subject_id", flat=True)
        )
        new = [
            key for key in overdue.values_list("pk", flat=True) if str(key) not in told
        ]
        if new:
            _tell(evaluation, new)


def _tell(evaluation: Evaluation, new: list[uuid.UUID]) -> None:
    """Of those of these claims that nothing proves."""
    evaluation = lock(evaluation)
    for claim in slipped_claims(evaluation, Claim.objects.filter(pk__in=new)):
        owe_now(
            kind=PromiseSlipped.name,
            evaluation=evaluation,
            subject_id=claim.pk,
            occurrence=claim.available_from,
            recipient=evaluation.owner,
        )
        journal.record(
            evaluation=evaluation,
            action="promise.slipped",
            subject=claim,
            by=SYSTEM,
            after={
                "candidate": claim.candidate.name,
                "requirement": claim.requirement.ref,
                "available_from": claim.available_from,
            },
        )


register_chore(
    name="tell of slipped promises",
    every=datetime.timedelta(hours=1),
    work=tell_of_slips,
)
