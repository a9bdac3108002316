"""Files that vendors attach as proof, handed out to those who may see the claim."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.kit.downloads import attachment
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.models import ClaimFile


def claim_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    found = ClaimFile.objects.visible_to(reader(request)).filter(pk=file_id).first()
    if found is None:
        raise NotFound
    open_answers(request, found.claim.candidate.evaluation)
    download: Any = attachment(
        found.stored_as, name=found.name, content_type=found.content_type
    )
    answer: HttpResponse = download
    return answer


site.register_page("claim-files/<uuid:file_id>/", claim_file, "claim_file")
