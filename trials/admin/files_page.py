"""Every file of an evaluation: proof of answers and verdicts, and what people attached
to its things."""

import datetime
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topics import is_participant, key_of
from evaltracker.files.selectors import files_of
from evaltracker.pages.acts import address_of
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from trials.models import Evidence
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.admin.targets import cell_address
from vendors.models import Claim, ClaimFile

SHOWN = 50


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file with what it is about or proves, who handed it in and when."""

    name: str
    address: str
    about: str
    ref: str
    page: str
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
    """Files of answers, of verdicts and of things that `user` may see; a query each."""
    attached: Any = ClaimFile.objects.visible_to(user).in_evaluation(evaluation)
    judged: Any = Evidence.objects.visible_to(user).in_evaluation(evaluation)
    about = ("claim__candidate", "claim__requirement")
    rows = [
        _row(file.name, "claim_file", file.pk, file.claim, "", file.uploaded_at)
        for file in attached.select_related(*about)
    ]
    judged = judged.exclude(file="").select_related(*about, "recorded_by")
    act, part = address_of("attach-files"), is_participant(user, evaluation)
    rows += [
        FileRow(
            name=file.name,
            address=reverse("admin:attached_file", args=[file.pk]),
            about=file.about,
            ref="",
            page=f"{act}{key_of(file.topic, file.subject_id)}/" if part else "",
            by=file.uploaded_by.name,
            at=file.uploaded_at,
        )
        for file in files_of(user, evaluation)
    ]
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
        about=claim.candidate.name,
        ref=claim.requirement.ref,
        page=cell_address(claim),
        by=by or claim.candidate.name,
        at=at,
    )
