"""What the house published to the vendor: letters, feedback, its promise record."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import NotFound
from evaltracker.notices.mail import spoken
from evaltracker.rest.views import read_id
from vendors.models import Candidate, PublishedDocument, VendorSession
from vendors.portal.base import READ, session_page, show
from vendors.portal.menu import LINKS

TITLE = "Letters and feedback"


@session_page(*READ)
def documents(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Everything that was published to it, the newest first."""
    rows = PublishedDocument.objects.filter(candidate=session.link.candidate)
    found = list(rows.order_by("-published_at", "pk"))
    return show(request, session, "documents.html", title=TITLE, documents=found)


@session_page(*READ)
def document(
    request: HttpRequest, session: VendorSession, document: str
) -> HttpResponse:
    """One document, to read and to print."""
    candidate = session.link.candidate
    rows = PublishedDocument.objects.filter(candidate=candidate)
    found = rows.filter(pk=read_id(document)).first()
    if found is None:
        raise NotFound
    return show(
        request,
        session,
        "document.html",
        title=found.get_kind_display(),
        document=found,
        published_at=spoken(found.published_at, candidate.evaluation.zone),
    )


def documents_link(candidate: Candidate) -> tuple[str, str] | None:
    """The list, once something is published."""
    if not PublishedDocument.objects.filter(candidate=candidate).exists():
        return None
    return TITLE, reverse("vendor_pages:documents", args=[str(candidate.pk)])


LINKS.append(documents_link)
