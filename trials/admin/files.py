"""Files of evidence, handed out to those who may see the evidence, never inline."""

import mimetypes
import uuid
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from trials.models import Evidence
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader


def evidence_file(request: HttpRequest, evidence_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, under the name that it came with."""
    check_query(request)
    found = Evidence.objects.visible_to(reader(request)).filter(pk=evidence_id).first()
    if found is None or not found.file:
        raise NotFound
    open_answers(request, found.claim.candidate.evaluation)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise NotFound from error
    kind = mimetypes.guess_type(found.file_name)[0] or "application/octet-stream"
    download: Any = FileResponse(
        content,
        as_attachment=True,
        filename=found.file_name,
        content_type=kind,
        headers={"X-Content-Type-Options": "nosniff"},
    )
    answer: HttpResponse = download
    return answer


site.register_page("evidence/<uuid:evidence_id>/file/", evidence_file, "evidence_file")
