"""The answer sheet of a candidate, for its owner to hand out."""

import uuid

from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound
from evaltracker.evaluations.policy import check_owned
from evaltracker.kit.downloads import download
from evaltracker.kit.files import TYPES
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.models import Candidate
from vendors.services.sheets import answer_sheet


def answer_sheet_view(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """The same file as the vendor's own, with what it has said so far."""
    check_query(request)
    user = reader(request)
    rows = Candidate.objects.visible_to(user).select_related("evaluation__owner")
    candidate = rows.filter(pk=candidate_id, invited_at__isnull=False).first()
    if candidate is None:
        raise NotFound
    check_owned(candidate.evaluation, user)
    open_answers(request, candidate.evaluation)
    content = answer_sheet(candidate)
    return download(content, name="answers.xlsx", content_type=TYPES["xlsx"])


site.register_page(
    "candidates/<uuid:candidate_id>/answer-sheet/", answer_sheet_view, "answer_sheet"
)
