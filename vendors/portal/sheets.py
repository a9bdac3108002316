"""The answer sheet: down with the drafts, up as drafts, and a look at them before."""

from http import HTTPStatus
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evaltracker.errors import Invalid, Problem, Refused
from evaltracker.kit.days import day_in_words
from evaltracker.kit.downloads import download
from evaltracker.kit.files import TYPES
from evaltracker.measures import number_words
from evaltracker.tabular.days import DayOrder
from vendors.holds_for_text import write_holds_for
from vendors.models import VendorSession
from vendors.portal.answers import address, show_answers
from vendors.portal.base import FORM, READ, chosen_file, session_page
from vendors.selectors.vendor_answers import OFFERED, answers_of
from vendors.services.sheet_drafts import (
    DraftChange,
    SheetPreview,
    TypedByRef,
    drafts_sheet,
    preview_sheet,
    save_drafts,
)
from vendors.sheets.columns import COLUMNS
from vendors.words import ClaimWords

SALT = "vendors.portal.sheets"
# As long as a session without a visit.
LIVES = 2 * 60 * 60
# Below what a form may send.
MOST_SENT = 3 * 1024 * 1024
TOO_OLD = "This preview is too old, so nothing was saved. Choose the file again."
ORDERS = {
    DayOrder.DAY_FIRST: "day first, 3 April",
    DayOrder.MONTH_FIRST: "month first, 4 March",
}


@session_page(*FORM)
def sheet(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Choose a filled sheet, look at what it says, and keep it as drafts."""
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
    """The sheet with everything that is asked, and with the drafts."""
    content = drafts_sheet(session.link.candidate)
    return download(content, name="answers.xlsx", content_type=TYPES["xlsx"])


def _preview(request: HttpRequest, session: VendorSession, order: str) -> HttpResponse:
    content, name = chosen_file(request, "file", "Choose the filled sheet first.")
    found = preview_sheet(
        candidate=session.link.candidate,
        content=content,
        filename=name,
        order=DayOrder(order) if order in ORDERS else None,
    )
    packed = _packed(session, found) if found.changes else ""
    changes = [(each.requirement, _differences(each)) for each in found.changes]
    said: dict[str, Any] = {"preview": found, "changes": changes, "packed": packed}
    return _page(request, session, order=order, **said)


def _page(
    request: HttpRequest,
    session: VendorSession,
    *,
    order: str,
    problem: Problem | None = None,
    **said: Any,
) -> HttpResponse:
    """The form, and below it what was wrong in which cell, or what would change."""
    errors = problem.errors if isinstance(problem, Invalid) else {}
    cells = [
        (place.removeprefix("Answers."), " ".join(sentences))
        for place, sentences in errors.items()
        if place != "file"
    ]
    return show_answers(
        request,
        session,
        "sheet.html",
        answers_of(session.link.candidate),
        status=problem.status if problem else HTTPStatus.OK,
        problem=problem.sentence if problem else "",
        cells=cells,
        orders=ORDERS.items(),
        order=order,
        **said,
    )


def _packed(session: VendorSession, found: SheetPreview) -> str:
    """What the preview showed, for the form that keeps it; signed, as it comes back."""
    said = [str(session.link.candidate_id), found.typed]
    packed = signing.dumps(said, salt=SALT, compress=True)
    if len(packed) > MOST_SENT:
        raise Invalid("That is too much text for one sheet; send it in parts.")
    return packed


def _unpacked(session: VendorSession, packed: str) -> TypedByRef:
    try:
        candidate, typed = signing.loads(packed, salt=SALT, max_age=LIVES)
    except signing.BadSignature as error:
        raise Refused(TOO_OLD) from error
    if candidate != str(session.link.candidate_id):
        raise Refused(TOO_OLD)
    return {ref: (words, version) for ref, (words, version) in typed.items()}


def _differences(change: DraftChange) -> list[tuple[str, str, str]]:
    """Head of the column, what is typed or handed in now, and what the sheet says."""
    before, after = _readable(change.former), _readable(change.words)
    return [
        (COLUMNS[name][0], before.get(name, ""), text)
        for name, text in after.items()
        if before.get(name, "") != text
    ]


def _readable(words: ClaimWords | None) -> dict[str, str]:
    """An answer by column, as people read it."""
    if words is None:
        return {}
    day = words.available_from
    return {
        "availability": OFFERED.get(words.availability, words.availability),
        "available_from": day_in_words(day) if day else "",
        "environments": "; ".join(words.environments),
        "statement": words.statement,
        "evidence_url": words.evidence_url,
        "number": number_words(words.number),
        "holds_for": write_holds_for(words.holds_for and words.holds_for["said"]),
    }
