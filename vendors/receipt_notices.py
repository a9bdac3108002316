"""The kind of notice that carries the receipt of an answer."""

from typing import ClassVar

from django.db.models import QuerySet

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import register
from evaltracker.notices.mail import spoken, zone_of
from vendors.models import Candidate, Submission
from vendors.notices import ToVendor


@register
class AnswerHandedIn(ToVendor[Submission]):
    """An answer was handed in, in a browser or by program: its receipt."""

    name: ClassVar[str] = "answer_handed_in"
    rows: ClassVar = Submission.objects.select_related("candidate")

    def title(self, row: Submission) -> str:
        return f"Receipt {row.number}"

    def candidates(self, notice: Notice, row: Submission) -> QuerySet[Candidate]:
        """The one that it is of."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(pk=row.candidate_id)
        return rows

    def values(self, notice: Notice, row: Submission) -> dict[str, str]:
        """The receipt, and none of the answers."""
        return {
            **super().values(notice, row),
            "number": row.number,
            "claims": str(row.claims),
            "digest": row.sha256,
            "at": spoken(row.submitted_at, zone_of(notice)),
            "by_mail": "yes" if row.mailed_sheets.exists() else "",
        }
