"""The test invitations that are open, in which vendors try a made-up list."""

import uuid
from collections.abc import Iterable

from evaltracker.evaluations.models import Evaluation, User
from vendors.models import Candidate


def last_tests(
    owner: User, vendors: Iterable[uuid.UUID]
) -> dict[uuid.UUID, Evaluation]:
    """By vendor, the last test that `owner` has sent it, which may have ended."""
    rows = (
        Candidate.objects.filter(
            vendor__in=list(vendors),
            evaluation__owner=owner,
            evaluation__is_practice=True,
        )
        .select_related("evaluation")
        .order_by("evaluation__created_at")
    )
    return {row.vendor_id: row.evaluation for row in rows if row.vendor_id}
