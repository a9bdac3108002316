"""Handing in what was typed, the receipt of it, and files as proof."""

import io
from http import HTTPStatus

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect

from evaltracker.errors import NotFound, Problem
from evaltracker.kit.downloads import attachment, handed_out
from evaltracker.notices.mail import spoken
from evaltracker.rest.views import read_id
from vendors.models import VendorSession
from vendors.portal.answers import address, show_answers
from vendors.portal.base import FORM, READ, session_page
from vendors.receipts import is_receipt_of
from vendors.selectors import last_submission, own_claims, own_files
from vendors.selectors.vendor_answers import answers_of, draft_files
from vendors.services.answer_drafts import DraftsWrong, hand_in_drafts
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


@session_page(*READ)
def file(request: HttpRequest, session: VendorSession, file: str) -> FileResponse:
    """An own file, handed in or waiting with a draft, as an attachment."""
    key, candidate = read_id(file), session.link.candidate
    found = own_files(candidate).filter(pk=key).first()
    if found is not None:
        kind = found.content_type
        return attachment(found.stored_as, name=found.name, content_type=kind)
    draft = draft_files(candidate).filter(pk=key).first()
    if draft is None:
        raise NotFound
    content = io.BytesIO(draft.content)
    return handed_out(content, name=draft.name, content_type=draft.content_type)
