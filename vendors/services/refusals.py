"""Keeping a while what was refused at the door of the vendor API."""

import datetime
import uuid

from django.utils import timezone

from vendors.choices import RefusalReason
from vendors.models import RefusedCall

KEPT = datetime.timedelta(days=7)
LONGEST_ADDRESS = 45


def note_refused_call(*, prefix: str, why: RefusalReason, address: str) -> None:
    """Note that a call with a token that begins so was refused, once a minute.

    One statement that adds and never reads: the vendor process may do no more.
    """
    at = timezone.now().replace(second=0, microsecond=0)
    address = address[:LONGEST_ADDRESS]
    number = uuid.uuid5(
        uuid.NAMESPACE_OID, f"{at.isoformat()} {prefix} {why} {address}"
    )
    row = RefusedCall(id=number, prefix=prefix, why=why, address=address, at=at)
    RefusedCall.objects.bulk_create([row], ignore_conflicts=True)


def forget_refused_calls() -> None:
    """Drop what is older than a week; addresses are not kept for longer."""
    RefusedCall.objects.filter(at__lt=timezone.now() - KEPT).delete()
