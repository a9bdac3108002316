"""What became of an invitation's mails."""

from django.db.models import QuerySet

from evaltracker.evaluations.models import Notice
from vendors.models import Candidate

# The name under which `vendors.notices` owes them.
LETTER = "invitation"


def invitation_letters(*candidates: Candidate) -> QuerySet[Notice]:
    """The mails by which these candidates' vendors were or are to be invited."""
    rows: QuerySet[Notice] = Notice.objects.filter(
        kind=LETTER, subject_id__in=[str(candidate.pk) for candidate in candidates]
    )
    return rows.order_by("created_at")
