"""Handing in what was typed, the receipt of it, and files as proof."""

from http import HTTPStatus

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect

from evaltracker.errors import Invalid, NotFound, Problem
from evaltracker.kit.downloads import attachment
from evaltracker.notices.mail import spoken
from evaltracker.rest.views import read_id
from vendors.models import VendorSession
from vendors.portal.answers import address, show_answers
from vendors.portal.base import FORM, READ, session_page
from vendors.receipts import is_receipt_of
from vendors.selectors import last_submission, own_claims, own_files
from vendors.selectors.vendor_answers import answers_of
from vendors.services.answer_drafts import DraftsWrong, hand_in_drafts
from vendors.services.files import attach_file
from vendors.services.sign_in import actor_in_pages


@session_page(*FORM)
def hand_in(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """What would be handed in; the button does it."""
    candidate = session.link.candidate
    problem: Problem | None = None
    wrong: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            hand_in_drafts(candidate=candidate, by=actor_in_pages(session.link))
            return redirect(address(session, "receipt"))
        except DraftsWrong as error:
            problem, wrong = error, error.errors
        except Problem as error:
            problem = error
    found = answers_of(candidate)
    return show_answers(
        request,
        session,
        "hand_in.html",
        found,
        status=problem.status if problem else HTTPStatus.OK,
        problem=problem.sentence if problem else "",
        drafts=[(row, wrong.get(row.requirement.ref, ())) for row in found.drafts],
        last=last_submission(candidate),
    )


@session_page(*READ)
def receipt(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """The last receipt, and whether it is of what stands."""
    candidate = session.link.candidate
    last = last_submission(candidate)
    if last is None:
        raise NotFound
    found = answers_of(candidate)
    return show_answers(
        request,
        session,
        "receipt.html",
        found,
        last=last,
        handed_in_at=spoken(last.submitted_at, candidate.evaluation.zone),
        is_current=is_receipt_of(last.sha256, own_claims(candidate)),
    )


@session_page("POST")
def files(request: HttpRequest, session: VendorSession, ref: str) -> HttpResponse:
    """Attach a file as proof of an answer that was handed in."""
    candidate = session.link.candidate
    row = answers_of(candidate).at(ref)
    if row is None:
        raise NotFound
    upload = request.FILES.get("file")
    if upload is None:
        raise Invalid("Choose a file first, then attach it.")
    attach_file(
        candidate=candidate,
        requirement=row.requirement,
        file=upload.open(),
        name=upload.name or "",
        by=actor_in_pages(session.link),
    )
    return redirect(address(session, "answer", ref=ref) + "#files")


@session_page(*READ)
def file(request: HttpRequest, session: VendorSession, file: str) -> FileResponse:
    """An own file, as an attachment."""
    found = own_files(session.link.candidate).filter(pk=read_id(file)).first()
    if found is None:
        raise NotFound
    return attachment(found.stored_as, name=found.name, content_type=found.content_type)
