"""What is asked, and what the vendor says to it: the list, and one at a time."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from evaltracker.errors import NotFound, Stale
from evaltracker.kit.clock import database_now, wall_of
from evaltracker.kit.downloads import download
from vendors.models import AnswerDraft, VendorSession
from vendors.portal.base import FORM, READ, session_page, show
from vendors.portal.deadlines import deadline_of
from vendors.selectors import own_files
from vendors.selectors.demands import demanded, with_demands
from vendors.selectors.vendor_answers import OFFERED, AnswerRow, Answers, answers_of
from vendors.services.answer_drafts import discard_draft, save_draft
from vendors.typed_answers import boxes_for, typed_in, typed_of


@session_page(*READ)
def answers(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """What is asked, by category, and how far the answers are."""
    return show_answers(request, session, "answers.html", answers_of(_of(session)))


@session_page(*FORM)
def answer(request: HttpRequest, session: VendorSession, ref: str) -> HttpResponse:
    """One requirement and the form for its answer, which is saved as a draft."""
    found = answers_of(_of(session))
    row = found.at(ref)
    if row is None:
        raise NotFound
    if request.method != "POST":
        return _form(request, session, found, row)
    if request.POST.get("then") == "discard":
        discard_draft(candidate=_of(session), requirement=row.requirement)
        return redirect(address(session, "answer", ref=ref))
    return _save(request, session, found, row)


@session_page(*READ)
def drafts(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Everything that was typed and not handed in, as a file."""
    said = {
        row.requirement.ref: row.draft.typed
        for row in answers_of(_of(session)).rows
        if row.draft is not None
    }
    text = json.dumps(said, ensure_ascii=False, indent=2)
    return download(text.encode(), name="drafts.json", content_type="application/json")


def show_answers(
    request: HttpRequest,
    session: VendorSession,
    template: str,
    found: Answers,
    **context: Any,
) -> HttpResponse:
    """A page below the heading that says how far the answers are."""
    deadline = deadline_of(_of(session).evaluation, database_now())
    said = {"answers": found, "deadline": deadline, **context}
    return show(request, session, template, **said)


def address(session: VendorSession, name: str, **names: str) -> str:
    """The address of a page of the session's invitation."""
    invitation = str(session.link.candidate_id)
    return reverse(f"vendor_pages:{name}", kwargs={"invitation": invitation, **names})


def _of(session: VendorSession) -> Any:
    """The invitation that was signed in to."""
    return session.link.candidate


def _save(
    request: HttpRequest, session: VendorSession, found: Answers, row: AnswerRow
) -> HttpResponse:
    """Keep what was typed; a script hears it as JSON, a person goes on."""
    by_script = request.headers.get("X-Autosave") == "1"
    version = request.POST.get("version", "")
    typed = typed_in(request.POST)
    try:
        draft = save_draft(
            candidate=_of(session),
            requirement=row.requirement,
            typed=typed,
            version=int(version) if version.isdecimal() and len(version) < 9 else 0,
            standing=row.claim,
        )
    except Stale as stale:
        if by_script:
            return JsonResponse({"problem": stale.sentence}, status=stale.status)
        fresh = answers_of(_of(session))
        now = fresh.at(row.requirement.ref) or row
        return _form(request, session, fresh, now, problem=stale.sentence, mine=typed)
    if by_script:
        saved = _clock(session, draft)
        return JsonResponse({"version": draft.version if draft else 0, "saved": saved})
    if request.POST.get("then") == "stay":
        return redirect(address(session, "answer", ref=row.requirement.ref))
    following = answers_of(_of(session)).after(row.requirement.ref)
    if following is None:
        return redirect(address(session, "answers"))
    return redirect(address(session, "answer", ref=following.requirement.ref))


def _form(
    request: HttpRequest,
    session: VendorSession,
    found: Answers,
    row: AnswerRow,
    *,
    problem: str = "",
    mine: dict[str, Any] | None = None,
) -> HttpResponse:
    """The requirement, and its answer as it was typed last."""
    typed = row.draft.typed if row.draft else typed_of(row.claim)
    asked = with_demands(type(row.requirement).objects.filter(pk=row.requirement.pk))
    files = own_files(_of(session)).filter(claim__requirement=row.requirement)
    return show_answers(
        request,
        session,
        "answer.html",
        found,
        status=Stale.status if problem else HTTPStatus.OK,
        row=row,
        typed=typed,
        offered=OFFERED.items(),
        boxes=boxes_for(demanded(asked.get()), typed["holds_for"]),
        version=row.draft.version if row.draft else 0,
        saved=_clock(session, row.draft),
        files=list(files.order_by("uploaded_at")),
        problem=problem,
        mine=mine,
    )


def _clock(session: VendorSession, draft: AnswerDraft | None) -> str:
    """When a draft was saved, by the evaluation's clocks."""
    if draft is None:
        return ""
    return f"{wall_of(draft.saved_at, _of(session).evaluation.zone):%H:%M}"
