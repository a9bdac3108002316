"""Attached files, handed out to those who may see what they are attached to."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.models import AttachedFile
from evaltracker.evaluations.topics import TOPICS
from evaltracker.kit.downloads import attachment
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site


def attached_file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """The file as an attachment, never run; it was not scanned for viruses."""
    check_query(request)
    user: Any = request.user
    rows = AttachedFile.objects.visible_to(user).kept()
    found = rows.filter(pk=file_id).select_related("evaluation").first()
    if found is None:
        raise NotFound
    TOPICS[found.topic].ask_before(request, found.evaluation)
    download: Any = attachment(
        found.stored_as, name=found.name, content_type=found.content_type
    )
    answer: HttpResponse = download
    return answer


site.register_page("files/<uuid:file_id>/", attached_file, "attached_file")
