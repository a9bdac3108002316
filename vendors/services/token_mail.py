"""The mails that are owed for a token: before it ends, and when it leaked."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import instant_of, wall_of
from evaltracker.notices.services.scheduling import owe_now, schedule_notice
from vendors.choices import CandidateState
from vendors.models import Candidate, Contact, Vendor, VendorToken
from vendors.token_notices import TokenEnds, TokenLeaked, TokenLeakedOutside

# Two weeks to hand over another one, and a last word.
WARNED_DAYS = (14, 3)
MORNING = datetime.time(9)


def owe_expiry_warnings(*, token: VendorToken) -> None:
    """Owe whoever runs an evaluation with its vendor a mail before `token` ends.

    What would be due already is not owed: whoever chose so near an end knows of it.
    """
    if token.expires_at is None or token.revoked_at is not None:
        return
    now = timezone.now()
    for evaluation in _answered_by(token.vendor):
        zone = evaluation.owner.time_zone
        for days in WARNED_DAYS:
            last = wall_of(token.expires_at, zone).date()
            day = last - datetime.timedelta(days=days)
            if instant_of(day, MORNING, zone) > now:
                schedule_notice(
                    kind=TokenEnds.name,
                    evaluation=evaluation,
                    subject_id=token.pk,
                    occurrence=token.expires_at.isoformat(),
                    offset_days=days,
                    recipient=evaluation.owner,
                    day=day,
                    time=MORNING,
                    zone=zone,
                )


@transaction.atomic
def tell_of_leaks() -> None:
    """Owe those whose token stood in an address a mail about it; each once.

    They are who runs an evaluation that its vendor answers, who issued it if they may
    see one, and the vendor's contacts. Without such an evaluation nobody needs it.
    """
    leaked: Any = VendorToken.objects.filter(
        leaked_at__isnull=False, leak_told_at__isnull=True
    )
    for token in leaked.select_for_update(skip_locked=True, of=("self",), no_key=True):
        for evaluation in _answered_by(token.vendor):
            about = {"evaluation": evaluation, "subject_id": token.pk, "occurrence": ""}
            for person in _concerned(evaluation, token):
                owe_now(kind=TokenLeaked.name, recipient=person, **about)
            for contact in Contact.objects.current().filter(vendor=token.vendor_id):
                owe_now(
                    kind=TokenLeakedOutside.name,
                    address=contact.email,
                    addressee=contact.name,
                    **about,
                )
        VendorToken.objects.filter(pk=token.pk).update(leak_told_at=timezone.now())


def _answered_by(vendor: Vendor) -> Iterable[Evaluation]:
    """The open evaluations to which `vendor` is invited and still in the choice; tests
    only where there is no other, for all of them would tell the same."""
    asked = Candidate.objects.filter(vendor=vendor, invited_at__isnull=False).exclude(
        state=CandidateState.ELIMINATED
    )
    rows: Any = Evaluation.objects.filter(
        status=Status.OPEN, pk__in=asked.values("evaluation_id")
    )
    ordered = rows.select_related("owner").order_by("pk")
    found: Iterable[Evaluation] = ordered.real() or ordered
    return found


def _concerned(evaluation: Evaluation, token: VendorToken) -> set[Any]:
    """Who is told of it in this evaluation."""
    issuer = token.issued_by
    if issuer is None:
        return {evaluation.owner}
    sees = Evaluation.objects.visible_to(issuer).filter(pk=evaluation.pk).exists()
    return {evaluation.owner, issuer} if sees else {evaluation.owner}
