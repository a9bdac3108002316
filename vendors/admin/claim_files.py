"""Files that vendors attach as proof, handed out to those who may see the claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaltracker.errors import NotFound
from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.site import site
from evaltracker.evaluations.downloads import attachment
from vendors.admin.asking import ask_first
from vendors.admin.pages import reader
from vendors.models import ClaimFile

if TYPE_CHECKING:
    import uuid

    from django.http import HttpRequest, HttpResponse


def claim_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    found = ClaimFile.objects.visible_to(reader(request)).filter(pk=file_id).first()
    if found is None:
        raise NotFound
    ask_first(request, found.claim.candidate.evaluation)
    download: Any = attachment(
        found.stored_as, name=found.name, content_type=found.content_type
    )
    answer: HttpResponse = download
    return answer


site.register_page("claim-files/<uuid:file_id>/", claim_file, "claim_file")
