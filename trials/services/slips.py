"""Telling an owner that promised dates have passed; that they slipped is computed."""

import datetime
import uuid

from django.db.models import Q, TextField
from django.db.models.functions import Cast

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
from vendors.holds_for import promised_dates
from vendors.models import Claim


def tell_of_slips() -> None:
    """Owe the owner a mail, and the journal an entry, of each date that has slipped.

    A chore: each claim is told of once. A date that is moved and slips again is another
    claim, so it is told of again.
    """
    held = Cast("holds_for", TextField())
    waiting = Claim.objects.annotate(held=held).filter(
        Q(availability=Availability.PLANNED)
        | Q(held__contains=f'"{Availability.PLANNED}"'),
        superseded_at__isnull=True,
        candidate__evaluation__status=Status.OPEN,
    )
    where = waiting.order_by().values("candidate__evaluation")
    for evaluation in Evaluation.objects.filter(pk__in=where).order_by("pk"):
        today = today_in(evaluation.zone)
        planned = waiting.filter(candidate__evaluation=evaluation)
        overdue = [claim.pk for claim in planned if slipped_from(claim, today)]
        told = set(
            Notice.objects.filter(
                kind=PromiseSlipped.name, evaluation=evaluation
            ).values_list("subject_id", flat=True)
        )
        new = [key for key in overdue if str(key) not in told]
        if new:
            _tell(evaluation, new)


def slipped_from(claim: Claim, today: datetime.date) -> datetime.date | None:
    """The first date, of the answer or of one of its values, that has passed."""
    dates = promised_dates(claim.availability, claim.available_from, claim.holds_for)
    return next((day for day in dates if day < today), None)


def _tell(evaluation: Evaluation, new: list[uuid.UUID]) -> None:
    """Of those of these claims that nothing proves."""
    evaluation = lock(evaluation)
    today = today_in(evaluation.zone)
    for claim in slipped_claims(evaluation, Claim.objects.filter(pk__in=new)):
        passed = slipped_from(claim, today)
        owe_now(
            kind=PromiseSlipped.name,
            evaluation=evaluation,
            subject_id=claim.pk,
            occurrence=passed,
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
                "available_from": passed,
            },
        )


register_chore(
    name="tell of slipped promises",
    every=datetime.timedelta(hours=1),
    work=tell_of_slips,
)
