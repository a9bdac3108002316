"""What is asked, and what the vendor says to it: the list, and one at a time."""

import json
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse

from evaltracker.errors import Invalid, NotFound, Problem, Stale
from evaltracker.kit.clock import database_now, wall_of
from evaltracker.kit.downloads import download
from evaltracker.rest.views import read_id
from vendors.models import AnswerDraft, VendorSession
from vendors.portal.base import FORM, READ, session_page, show
from vendors.portal.deadlines import deadline_of
from vendors.selectors import own_files
from vendors.selectors.demands import demanded, with_demands
from vendors.selectors.mailed_sheets import sheets_to_confirm
from vendors.selectors.vendor_answers import (
    OFFERED,
    AnswerRow,
    Answers,
    answers_of,
    draft_files,
)
from vendors.services.answer_drafts import discard_draft, save_draft
from vendors.services.candidates import lock_candidate
from vendors.services.draft_files import attach_to_answer, remove_draft_file
from vendors.services.sign_in import actor_in_pages
from vendors.typed_answers import boxes_for, typed_in, typed_of

NO_FILE = "Choose a file first, then attach it."


@session_page(*READ)
def answers(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """What is asked, by category, and how far the answers are."""
    waiting = sheets_to_confirm(_of(session))
    found = answers_of(_of(session))
    return show_answers(request, session, "answers.html", found, to_confirm=waiting)


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
    if request.FILES:
        # What it will lock, before the draft is.
        lock_candidate(_of(session))
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
        return _again(request, session, row, stale, mine=typed)
    if by_script:
        saved = _clock(session, draft)
        return JsonResponse({"version": draft.version if draft else 0, "saved": saved})
    return _go_on(request, session, row)


def _go_on(
    request: HttpRequest, session: VendorSession, row: AnswerRow
) -> HttpResponse:
    """Do what the button says beside saving, and lead to where that is seen."""
    here = address(session, "answer", ref=row.requirement.ref)
    then = request.POST.get("then", "")
    if key := request.POST.get("remove", ""):
        remove_draft_file(
            candidate=_of(session), requirement=row.requirement, key=read_id(key)
        )
        return redirect(f"{here}#files")
    try:
        if upload := request.FILES.get("file"):
            attach_to_answer(
                candidate=_of(session),
                requirement=row.requirement,
                file=upload.open(),
                name=upload.name or "",
                by=actor_in_pages(session.link),
            )
        elif then == "attach":
            raise Invalid(NO_FILE)
    except Problem as problem:
        return _again(request, session, row, problem)
    if then == "attach":
        return redirect(f"{here}#files")
    if then == "stay":
        return redirect(here)
    following = answers_of(_of(session)).after(row.requirement.ref)
    if following is None:
        return redirect(address(session, "answers"))
    return redirect(address(session, "answer", ref=following.requirement.ref))


def _again(
    request: HttpRequest,
    session: VendorSession,
    row: AnswerRow,
    problem: Problem,
    mine: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form as it stands after what was refused."""
    fresh = answers_of(_of(session))
    now = fresh.at(row.requirement.ref) or row
    return _form(request, session, fresh, now, problem=problem, mine=mine)


def _form(
    request: HttpRequest,
    session: VendorSession,
    found: Answers,
    row: AnswerRow,
    *,
    problem: Problem | None = None,
    mine: dict[str, Any] | None = None,
) -> HttpResponse:
    """The requirement, and its answer as it was typed last."""
    typed = row.draft.typed if row.draft else typed_of(row.claim)
    asked = with_demands(type(row.requirement).objects.filter(pk=row.requirement.pk))
    files = own_files(_of(session)).filter(claim__requirement=row.requirement)
    waiting = draft_files(_of(session)).filter(draft__requirement=row.requirement)
    return show_answers(
        request,
        session,
        "answer.html",
        found,
        status=problem.status if problem else HTTPStatus.OK,
        row=row,
        typed=typed,
        offered=OFFERED.items(),
        boxes=boxes_for(demanded(asked.get()), typed["holds_for"]),
        version=row.draft.version if row.draft else 0,
        saved=_clock(session, row.draft),
        files=list(files.order_by("uploaded_at")),
        waiting=list(waiting.order_by("uploaded_at")),
        problem=problem.sentence if problem else "",
        about_file=problem is not None and mine is None,
        mine=mine,
    )


def _clock(session: VendorSession, draft: AnswerDraft | None) -> str:
    """When a draft was saved, by the evaluation's clocks."""
    if draft is None:
        return ""
    return f"{wall_of(draft.saved_at, _of(session).evaluation.zone):%H:%M}"
