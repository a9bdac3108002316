"""Every file of an evaluation: proof that vendors attached, and that of verdicts."""

import datetime
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from trials.models import Evidence
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.admin.targets import cell_address
from vendors.models import Candidate, Claim, ClaimFile

SHOWN = 50


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file with what it proves, who handed it in and when."""

    name: str
    address: str
    candidate: Candidate
    ref: str
    cell: str
    by: str
    at: datetime.datetime


@evaluation_page("files", "Files", order=140, group="Record")
def files_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """All files that the reader may take along, the newest first."""
    check_query(request, filters={"page"})
    user = reader(request)
    open_answers(request, evaluation)
    rows = sorted(file_rows(user, evaluation), key=attrgetter("at"), reverse=True)
    return show(
        request,
        evaluation,
        "trials/files.html",
        title="Files",
        tab="files",
        page=Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        total=len(rows),
    )


def file_rows(user: User, evaluation: Evaluation) -> list[FileRow]:
    """Files of answers and of verdicts that `user` may see; two queries."""
    attached: Any = ClaimFile.objects.visible_to(user).in_evaluation(evaluation)
    judged: Any = Evidence.objects.visible_to(user).in_evaluation(evaluation)
    about = ("claim__candidate", "claim__requirement")
    rows = [
        _row(file.name, "claim_file", file.pk, file.claim, "", file.uploaded_at)
        for file in attached.select_related(*about)
    ]
    judged = judged.exclude(file="").select_related(*about, "recorded_by")
    return rows + [
        _row(
            verdict.file_name,
            "evidence_file",
            verdict.pk,
            verdict.claim,
            verdict.recorded_by.name,
            verdict.recorded_at,
        )
        for verdict in judged
    ]


def _row(
    name: str, page: str, key: object, claim: Claim, by: str, at: datetime.datetime
) -> FileRow:
    """A file of a vendor, unless somebody of the buyer recorded it."""
    return FileRow(
        name=name,
        address=reverse(f"admin:{page}", args=[key]),
        candidate=claim.candidate,
        ref=claim.requirement.ref,
        cell=cell_address(claim),
        by=by or claim.candidate.name,
        at=at,
    )
