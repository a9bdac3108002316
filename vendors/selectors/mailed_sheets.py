"""Answer sheets that came by mail: for the owner, and for the vendor to confirm."""

from django.db.models import QuerySet

from vendors.models import Candidate, MailedSheet


def sheets_of(candidate: Candidate) -> QuerySet[MailedSheet]:
    """All of a candidate, for its owner, the newest first."""
    rows: QuerySet[MailedSheet] = MailedSheet.objects.filter(candidate=candidate)
    return rows.select_related("submission", "file").order_by("-uploaded_at")


def sheets_to_confirm(candidate: Candidate) -> QuerySet[MailedSheet]:
    """Those that were entered for its vendor, which has not confirmed them yet."""
    rows: QuerySet[MailedSheet] = MailedSheet.objects.filter(
        candidate=candidate, entered_at__isnull=False, confirmed_at__isnull=True
    )
    return rows.select_related("submission").order_by("entered_at")
