"""The test invitations that are open, in which vendors try a made-up list."""

import uuid
from collections.abc import Iterable

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from vendors.models import Candidate


def open_tests(
    owner: User, vendors: Iterable[uuid.UUID]
) -> dict[uuid.UUID, Evaluation]:
    """By vendor, the test that `owner` has sent it and that goes on."""
    rows = Candidate.objects.filter(
        vendor__in=list(vendors),
        evaluation__owner=owner,
        evaluation__is_practice=True,
        evaluation__status=Status.OPEN,
    ).select_related("evaluation")
    return {row.vendor_id: row.evaluation for row in rows if row.vendor_id}
