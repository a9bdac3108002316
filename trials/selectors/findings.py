"""What failed in a trial and may still be answered, so that it does not count yet."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone


def awaiting_reply(path: str = "") -> Q:
    """The condition that the vendor has time left to answer the gap at `path`."""
    return Q(
        **{
            f"{path}reply_until__gt": timezone.now(),
            f"{path}reply_at__isnull": True,
            f"{path}closed_at__isnull": True,
        }
    )
