"""The mail that tells a vendor of a document that was published to it."""

from collections.abc import Iterator
from typing import ClassVar

from django.db.models import QuerySet

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import register
from vendors.models import Candidate, PublishedDocument
from vendors.notices import ToVendor, reached_by


@register
class DocumentPublished(ToVendor[PublishedDocument]):
    """Something of the outcome can be read in the pages; not what it says."""

    name: ClassVar[str] = "document_published"
    rows: ClassVar = PublishedDocument.objects.select_related("candidate")

    def candidates(self, notice: Notice, row: PublishedDocument) -> QuerySet[Candidate]:
        """The one whose vendor reads it."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(pk=row.candidate_id)
        return rows

    def reasons(self, notice: Notice, row: PublishedDocument) -> Iterator[str]:
        """Unless the reader left; the outcome is told after the end, and to losers."""
        if not self.candidates(notice, row).filter(reached_by(notice.address)).exists():
            yield f"{notice.addressee or notice.address} is no contact of it any more."

    def values(self, notice: Notice, row: PublishedDocument) -> dict[str, str]:
        """What kind of document it is."""
        kind = row.get_kind_display().lower()
        return {**super().values(notice, row), "document": kind}
