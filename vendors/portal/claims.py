"""What is asked, and what the vendor says to it: in forms, in a sheet, in questions."""

import io
import json
from functools import partial
from http import HTTPStatus
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evaltracker.errors import Invalid, NotFound, Problem, Refused, Stale, require_row
from evaltracker.evaluations.choices import SupportWanted
from evaltracker.rows.cells import meanings_of
from evaltracker.toolbox.days import database_now, wall_of
from evaltracker.toolbox.files import TYPES, attachment, download, handed_out
from evaltracker.toolbox.languages import moment
from evaltracker.toolbox.rest.views import read_id
from evaltracker.toolbox.text import meant
from vendors.answers import boxes_for, effort_wrong, is_receipt_of, typed_in, typed_of
from vendors.choices import DocumentKind
from vendors.effort import BYS, HOWS
from vendors.fields import word_of
from vendors.models import AnswerDraft, Candidate, VendorSession
from vendors.portal.access import (
    FORM,
    LINKS,
    READ,
    chosen_file,
    deadline_of,
    refusal,
    session_page,
    show,
)
from vendors.selectors import dialogue
from vendors.selectors.access import own_contact_requests, reader_of
from vendors.selectors.annex import annex_for, annex_versions
from vendors.selectors.candidates import demanded, with_demands
from vendors.selectors.claims import (
    OFFERED,
    AnswerRow,
    Answers,
    answers_of,
    draft_files,
    earlier_answers,
    last_submission,
    own_claims,
    own_files,
)
from vendors.selectors.progress import progress_of
from vendors.services.access import actor_in_pages
from vendors.services.annex import NewerVersion, confirm_annex, object_to_annex
from vendors.services.candidates import lock_candidate
from vendors.services.claims import state_support
from vendors.services.contacts import ask_for_contact
from vendors.services.dialogue import ask_question, propose_requirement
from vendors.services.drafts import (
    DraftChange,
    DraftsWrong,
    SheetPreview,
    TypedByRef,
    attach_to_answer,
    discard_draft,
    drafts_sheet,
    earlier_drafts,
    hand_in_drafts,
    preview_sheet,
    remove_draft_file,
    save_draft,
    save_drafts,
    use_earlier_answers,
)
from vendors.sheets import ANSWERS, COLUMNS, answer_cells, as_read


@session_page(*READ)
def answers(request: HttpRequest, session: VendorSession) -> HttpResponse:
    earlier = len(earlier_answers(session.link))
    return show_answers(request, session, "answers.html", earlier=earlier)


@session_page(*FORM)
def earlier(request: HttpRequest, session: VendorSession) -> HttpResponse:
    if request.method == "POST":
        use_earlier_answers(link=session.link)
        return redirect(address(session, "answers"))
    former_drafts = earlier_drafts(session.link)
    return show(request, session, "earlier.html", found=former_drafts)


@session_page(*FORM)
def answer(request: HttpRequest, session: VendorSession, ref: str) -> HttpResponse:
    answers = answers_of(session.link)
    row = require_row(answers.at(ref))
    if request.method != "POST":
        return _form(request, session, answers, row)
    if request.POST.get("then") == "discard":
        by = actor_in_pages(session.link)
        discard_draft(link=session.link, requirement=row.requirement, by=by)
        return redirect(_answer_address(session, row))
    return _save(request, session, answers, row)


@session_page(*READ)
def drafts(request: HttpRequest, session: VendorSession) -> HttpResponse:
    typed = {
        row.requirement.ref: row.draft.typed
        for row in answers_of(session.link).rows
        if row.draft is not None
    }
    text = json.dumps(typed, ensure_ascii=False, indent=2)
    return download(text.encode(), name="drafts.json", content_type="application/json")


def show_answers(
    request: HttpRequest,
    session: VendorSession,
    template: str,
    answers: Answers | None = None,
    **context: Any,
) -> HttpResponse:
    deadline = deadline_of(session.link.candidate.evaluation, database_now())
    answers = answers or answers_of(session.link)
    candidate = session.link.candidate
    context |= {"answers": answers, "deadline": deadline}
    # Counted only where it is shown.
    context["progress"] = partial(progress_of, candidate, answers, session)
    return show(request, session, template, **context)


def address(session: VendorSession, name: str, **names: str) -> str:
    invitation = str(session.link.candidate_id)
    return reverse(f"vendor_pages:{name}", kwargs={"invitation": invitation, **names})


def _save(
    request: HttpRequest,
    session: VendorSession,
    vendor_answers: Answers,
    row: AnswerRow,
) -> HttpResponse:
    by_script = request.headers.get("X-Autosave") == "1"
    version = request.POST.get("version", "")
    typed = typed_in(request.POST)
    if request.FILES:
        # What it will lock, before the draft is.
        lock_candidate(session.link.candidate)
    try:
        draft = save_draft(
            link=session.link,
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
    here = _answer_address(session, row, "files")
    then = request.POST.get("then", "")
    if key := request.POST.get("remove", ""):
        remove_draft_file(
            link=session.link, requirement=row.requirement, key=read_id(key)
        )
        return redirect(here)
    try:
        if upload := request.FILES.get("file"):
            attach_to_answer(
                link=session.link,
                requirement=row.requirement,
                file=upload.open(),
                name=upload.name or "",
                by=actor_in_pages(session.link),
            )
        elif then == "attach":
            raise Invalid(_("Choose a file first, then attach it."))
    except Problem as problem:
        return _again(request, session, row, problem)
    if then == "attach":
        return redirect(here)
    typed = typed_in(request.POST).get("number", "")
    if then == "stay" or meanings_of(typed, "number"):
        return redirect(_answer_address(session, row))
    following = answers_of(session.link).after(row.requirement.ref)
    if following is None:
        return redirect(address(session, "answers"))
    return redirect(_answer_address(session, following))


def _answer_address(session: VendorSession, row: AnswerRow, at: str = "answer") -> str:
    """With its own fragment, for else the browser keeps that of the page before."""
    return f"{address(session, 'answer', ref=row.requirement.ref)}#{at}"


def _again(
    request: HttpRequest,
    session: VendorSession,
    row: AnswerRow,
    problem: Problem,
    mine: dict[str, Any] | None = None,
) -> HttpResponse:
    fresh = answers_of(session.link)
    now = fresh.at(row.requirement.ref) or row
    return _form(request, session, fresh, now, problem=problem, mine=mine)


def _form(
    request: HttpRequest,
    session: VendorSession,
    vendor_answers: Answers,
    row: AnswerRow,
    *,
    problem: Problem | None = None,
    mine: dict[str, Any] | None = None,
) -> HttpResponse:
    if row.draft:
        typed = row.draft.typed
    else:
        typed = typed_of(row.claim)
    rows = with_demands(type(row.requirement).objects.filter(pk=row.requirement.pk))
    files = own_files(session.link.candidate).filter(claim__requirement=row.requirement)
    waiting = draft_files(session.link).filter(draft__requirement=row.requirement)
    return show_answers(
        request,
        session,
        "answer.html",
        vendor_answers,
        status=problem.status if problem else HTTPStatus.OK,
        row=row,
        typed=typed,
        readings=meanings_of(typed.get("number", ""), "number"),
        offered=OFFERED.items(),
        hows=[(how, word_of("effort_how", how)) for how in HOWS],
        bys=[(by, word_of("effort_by", by)) for by in BYS],
        effort_wrong=effort_wrong(typed),
        boxes=boxes_for(demanded(rows.get()), typed["holds_for"]),
        version=row.draft.version if row.draft else 0,
        saved=_clock(session, row.draft),
        files=list(files.order_by("uploaded_at")),
        waiting=list(waiting.order_by("uploaded_at")),
        problem=problem.sentence if problem else "",
        about_file=problem is not None and mine is None,
        mine=mine,
    )


def _clock(session: VendorSession, draft: AnswerDraft | None) -> str:
    if draft is None:
        return ""
    return f"{wall_of(draft.saved_at, session.link.candidate.evaluation.zone):%H:%M}"


@session_page(*FORM)
def colleagues(request: HttpRequest, session: VendorSession) -> HttpResponse:
    link = session.link
    problem: Problem | None = None
    typed = {name: request.POST.get(name, "") for name in ("name", "email")}
    may_read = "may_read" in request.POST
    if request.method == "POST":
        try:
            by = actor_in_pages(link)
            ask_for_contact(link=link, by=by, may_read=may_read, **typed)
            return redirect(address(session, "colleagues"))
        except Problem as refused:
            problem = refused
    rows = list(own_contact_requests(link.candidate).order_by("-asked_at", "pk"))
    context: dict[str, Any] = {"requests": rows, "typed": typed, **refusal(problem)}
    context["may_read"] = may_read
    return show(request, session, "colleagues.html", **context)


@session_page(*FORM)
def support(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    refused = None
    if not candidate.evaluation.support_wanted:
        raise NotFound
    stands = candidate.support_stated
    typed = {name: getattr(stands, name, "") for name in ("kind", "text")}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        try:
            by = actor_in_pages(session.link)
            state_support(candidate=candidate, by=by, **typed)
            return redirect(address(session, "support"))
        except Problem as problem:
            refused = problem
    context: dict[str, Any] = {"stands": stands, "typed": typed, **refusal(refused)}
    context["wrong"] = getattr(refused, "errors", {})
    context["deadline"] = deadline_of(candidate.evaluation, database_now())
    kinds = SupportWanted.choices
    return show(request, session, "support.html", kinds=kinds, **context)


def support_link(candidate: Candidate) -> tuple[str, str] | None:
    place = reverse("vendor_pages:support", args=[candidate.pk])
    is_asked = candidate.evaluation.support_wanted
    if is_asked:
        return (pgettext("page", "Support"), place)
    return None


LINKS.append(support_link)


@session_page(*FORM)
def questions(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    answers = answers_of(session.link)
    problem: Problem | None = None
    typed: dict[str, Any] = {"about": request.GET.get("about", "")}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in ("about", "text")}
        row = answers.at(typed["about"])
        if typed["about"] and row is None:
            raise NotFound
        try:
            ask_question(
                evaluation=candidate.evaluation,
                candidate=candidate,
                requirement=row.requirement if row else None,
                text=typed["text"],
                by=actor_in_pages(session.link),
            )
            return redirect(address(session, "questions"))
        except Problem as refused:
            problem = refused
    rows = list(dialogue.questions_for(candidate).order_by("-told_at", "pk"))
    context = {"questions": rows, "typed": typed, **refusal(problem)}
    return show_answers(request, session, "questions.html", answers, **context)


@session_page(*FORM)
def proposals(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    categories = list(candidate.evaluation.categories.order_by("position", "name"))
    problem: Problem | None = None
    fields = ("category", "new_category", "text", "reason")
    typed: dict[str, Any] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in fields}
        named = {row.name: row for row in categories}
        if typed["category"] and typed["category"] not in named:
            raise NotFound
        is_new = typed["new_category"].strip()
        if is_new:
            category = None
        else:
            category = named.get(typed["category"])
        values = typed | {"category": category}
        by = actor_in_pages(session.link)
        try:
            propose_requirement(candidate=candidate, by=by, **values)
            return redirect(address(session, "proposals"))
        except Problem as refused:
            problem = refused
    rows = list(dialogue.own_proposals(candidate).order_by("-proposed_at", "pk"))
    context: dict[str, Any] = {"proposals": rows, "categories": categories}
    context |= {"typed": typed, **refusal(problem)}
    return show_answers(request, session, "proposals.html", **context)


@session_page(*READ)
def about(request: HttpRequest, session: VendorSession) -> HttpResponse:
    shown = dialogue.shown_about(
        dialogue.released_about(session.link.candidate.evaluation)
    )
    return show(request, session, "about.html", told=shown)


TITLE = gettext_lazy("Letters and feedback")


def letters_of(candidate: Any) -> Any:
    """What was published to it, but for annexes: not everybody reads their costs."""
    return candidate.documents.exclude(kind=DocumentKind.ANNEX)


@session_page(*READ)
def documents(request: HttpRequest, session: VendorSession) -> HttpResponse:
    rows = letters_of(session.link.candidate)
    published = list(rows.order_by("-published_at", "pk"))
    return show(request, session, "documents.html", title=TITLE, documents=published)


@session_page(*READ)
def document(
    request: HttpRequest, session: VendorSession, document: str
) -> HttpResponse:
    candidate: Any = session.link.candidate
    shown = require_row(letters_of(candidate).filter(pk=read_id(document)).first())
    return show(
        request,
        session,
        "document.html",
        title=shown.get_kind_display(),
        document=shown,
        published_at=moment(shown.published_at, candidate.evaluation.zone),
    )


def documents_link(candidate: Any) -> tuple[str, str] | None:
    place = reverse("vendor_pages:documents", args=[candidate.pk])
    if letters_of(candidate).exists():
        return (str(TITLE), place)
    return None


LINKS.append(documents_link)


@session_page(*FORM)
def annex(request: HttpRequest, session: VendorSession) -> HttpResponse:
    link = session.link
    reader = reader_of(session)
    refused = None
    typed = {"name": link.contact.name}
    if request.method == "POST":
        objects = "line" in request.POST
        if objects:
            fields = ("line", "words")
        else:
            fields = ("sha256", "name")
        values = {name: request.POST.get(name, "") for name in fields}
        say: Any = object_to_annex if objects else confirm_annex
        try:
            by = actor_in_pages(link)
            say(candidate=link.candidate, reader=reader, by=by, **values)
            return redirect(address(session, "annex"))
        except Problem as problem:
            typed = typed | values
            refused = problem
    shown = require_row(annex_for(link.candidate, reader))
    context: dict[str, Any] = {"typed": typed, **refusal(refused)}
    context["wrong"] = getattr(refused, "errors", {})
    if isinstance(refused, NewerVersion):
        context |= {"problem": refused.sentence, "differing": context.pop("wrong")}
    return show(request, session, "annex.html", annex=shown, **context)


def annex_link(candidate: Candidate) -> tuple[str, str] | None:
    place = reverse("vendor_pages:annex", args=[candidate.pk])
    is_there = annex_versions(candidate).exists()
    if is_there:
        return (_("Annex of promises"), place)
    return None


LINKS.append(annex_link)


@session_page(*FORM)
def hand_in(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    problem: Problem | None = None
    if request.method == "POST":
        try:
            hand_in_drafts(link=session.link, by=actor_in_pages(session.link))
            return redirect(address(session, "receipt"))
        except Problem as error:
            problem = error
    if isinstance(problem, DraftsWrong):
        wrong = problem.errors
    else:
        wrong = {}
    answers = answers_of(session.link)
    return show_answers(
        request,
        session,
        "hand_in.html",
        answers,
        status=problem.status if problem else HTTPStatus.OK,
        problem=problem.sentence if problem else "",
        drafts=[(row, wrong.get(row.requirement.ref, ())) for row in answers.drafts],
        last=last_submission(candidate),
    )


@session_page(*READ)
def receipt(request: HttpRequest, session: VendorSession) -> HttpResponse:
    candidate = session.link.candidate
    last = require_row(last_submission(candidate))
    return show_answers(
        request,
        session,
        "receipt.html",
        last=last,
        handed_in_at=moment(last.submitted_at, candidate.evaluation.zone),
        is_current=is_receipt_of(last.sha256, own_claims(candidate)),
    )


@session_page(*READ)
def file(request: HttpRequest, session: VendorSession, file: str) -> HttpResponse:
    key = read_id(file)
    if stored := dialogue.file_for(session.link.candidate, key):
        kind = stored.content_type
        return attachment(stored.stored_as, name=stored.name, content_type=kind)
    draft = require_row(draft_files(session.link).filter(pk=key).first())
    content = io.BytesIO(draft.content)
    return handed_out(content, name=draft.name, content_type=draft.content_type)


SALT = "vendors.portal.sheets"
# As long as a session without a visit.
LIVES = 2 * 60 * 60
# Below what a form may send.
MOST_SENT = 3 * 1024 * 1024
TOO_OLD = gettext_lazy(
    "This preview is too old, so nothing was saved. Choose the file again."
)
ORDERS = {
    "day": gettext_lazy("day first, 3 April"),
    "month": gettext_lazy("month first, 4 March"),
}


@session_page(*FORM)
def sheet(request: HttpRequest, session: VendorSession) -> HttpResponse:
    order = request.POST.get("order", "")
    try:
        if "packed" in request.POST:
            typed = _unpacked(session, request.POST["packed"])
            save_drafts(candidate=session.link.candidate, typed=typed)
            return redirect(address(session, "hand_in"))
        if request.method == "POST":
            return _preview(request, session, order)
    except Problem as problem:
        return _page(request, session, order=order, problem=problem)
    return _page(request, session, order=order)


@session_page(*READ)
def sheet_file(request: HttpRequest, session: VendorSession) -> HttpResponse:
    content = drafts_sheet(session.link)
    return download(content, name="answers.xlsx", content_type=TYPES["xlsx"])


def _preview(request: HttpRequest, session: VendorSession, order: str) -> HttpResponse:
    content, name = chosen_file(request, "file", _("Choose the filled sheet first."))
    preview = preview_sheet(
        link=session.link,
        content=content,
        filename=name,
        order=order if order in ORDERS else "",
    )
    if preview.changes:
        packed = _packed(session, preview)
    else:
        packed = ""
    changes = [(change.requirement, _differences(change)) for change in preview.changes]
    return _page(
        request, session, order=order, preview=preview, changes=changes, packed=packed
    )


def _page(
    request: HttpRequest,
    session: VendorSession,
    *,
    order: str,
    problem: Problem | None = None,
    **context: Any,
) -> HttpResponse:
    if isinstance(problem, Invalid):
        errors = problem.errors
    else:
        errors = {}
    cells = [
        (place.removeprefix("Answers."), " ".join(sentences))
        for place, sentences in errors.items()
        if place != "file"
    ]
    return show_answers(
        request,
        session,
        "sheet.html",
        status=problem.status if problem else HTTPStatus.OK,
        problem=problem.sentence if problem else "",
        cells=cells,
        orders=ORDERS.items(),
        order=order,
        **context,
    )


def _packed(session: VendorSession, preview: SheetPreview) -> str:
    """What the preview showed, for the form that keeps it; signed, as it comes back."""
    shown = [str(session.link.candidate_id), preview.typed]
    packed = signing.dumps(shown, salt=SALT, compress=True)
    if len(packed) > MOST_SENT:
        raise Invalid(_("That is too much text for one sheet; send it in parts."))
    return packed


def _unpacked(session: VendorSession, packed: str) -> TypedByRef:
    try:
        candidate, typed = signing.loads(packed, salt=SALT, max_age=LIVES)
    except signing.BadSignature as error:
        raise Refused(str(TOO_OLD)) from error
    if candidate != str(session.link.candidate_id):
        raise Refused(str(TOO_OLD))
    return {ref: (values, version) for ref, (values, version) in typed.items()}


def _differences(change: DraftChange) -> list[tuple[str, str, str]]:
    """Head of the column, what is typed or handed in now, and what the sheet says."""
    before, after = (
        {name: meant(as_read(cell)) for name, cell in cells.items()}
        for claim in (change.former, change.words)
        for cells in [answer_cells(claim, word_of)]
    )
    columns = COLUMNS[ANSWERS]
    return [
        (columns[name].title, columns[name].say(before[name]), columns[name].say(text))
        for name, text in after.items()
        if before[name] != text
    ]
