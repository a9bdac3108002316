"""What all vendor pages share: their host, the wall, limits, headers and refusals."""

import time
import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods

from evaltracker.errors import Invalid, NotFound, Problem
from evaltracker.notices.mail import link_to
from evaltracker.toolbox.files import SIZE_LIMIT
from vendors.candidates import address_of, count_up
from vendors.models import Candidate, VendorSession
from vendors.notices import API_PAGE
from vendors.selectors.access import find_session
from vendors.services.access import LIVES
from vendors.services.idempotency import note_visit
from vendors.wall import behind_the_wall

# The two cookies of the vendor pages: who asked for a code, and who is in.
#
# A session ends two hours after the last page. That the browser says itself when that
# was, under our signature, so that reading a page changes nothing here.

IDLE_SECONDS = 2 * 60 * 60
SESSION = signing.TimestampSigner(salt="vendor-session")
BROWSER = f"{settings.COOKIE_PREFIX}vendor-browser"
BROWSER_SALT = "vendor-browser"


def _name(invitation: uuid.UUID) -> str:
    """The cookie of one invitation, so that two can be open side by side."""
    return f"{settings.COOKIE_PREFIX}vendor-{invitation.hex}"


def session_secret(request: HttpRequest, invitation: uuid.UUID) -> str:
    """What opens the pages of that invitation; blank without a fresh cookie."""
    try:
        return SESSION.unsign(
            request.COOKIES.get(_name(invitation), ""), max_age=IDLE_SECONDS
        )
    except signing.BadSignature:
        return ""


def keep_session(
    response: HttpResponseBase, invitation: uuid.UUID, secret: str
) -> None:
    """Let two hours begin anew."""
    response.set_cookie(
        _name(invitation),
        SESSION.sign(secret),
        max_age=IDLE_SECONDS,
        secure=settings.OVER_TLS,
        httponly=True,
        samesite="Lax",
    )


def forget_session(response: HttpResponseBase, invitation: uuid.UUID) -> None:
    """Take the cookie back."""
    response.delete_cookie(_name(invitation), samesite="Lax")


def browser_nonce(request: HttpRequest) -> str:
    """What marks the browser that asked for a code; blank if another one did."""
    return (
        request.get_signed_cookie(BROWSER, default="", salt=BROWSER_SALT, max_age=LIVES)
        or ""
    )


def mark_browser(response: HttpResponseBase, nonce: str) -> None:
    """Mark the browser that asks for a code."""
    response.set_signed_cookie(
        BROWSER,
        nonce,
        salt=BROWSER_SALT,
        max_age=LIVES,
        secure=settings.OVER_TLS,
        httponly=True,
        samesite="Lax",
    )


# What leads from each page of an invitation to the others.

FIRST = (("Your answers", "answers"), ("Your prices", "quote"))
LAST = (
    ("Questions and answers", "questions"),
    ("Propose a requirement", "proposals"),
    ("Let a colleague in", "colleagues"),
)

# What other modules and floors add: a label and an address, or None where there is
# nothing to see yet.
LINKS: list[Callable[[Candidate], tuple[str, str] | None]] = []


def links_of(candidate: Candidate) -> list[tuple[str, str]]:
    """Label and address of each page that there is."""
    found = (link(candidate) for link in LINKS)
    return [
        *(_own(candidate, *page) for page in FIRST),
        *(link for link in found if link is not None),
        *(_own(candidate, *page) for page in LAST),
    ]


def _own(candidate: Candidate, label: str, page: str) -> tuple[str, str]:
    return label, reverse(f"vendor_pages:{page}", args=(candidate.pk,))


type View = Callable[..., HttpResponseBase]
MINUTE = 60
READ = ("GET", "HEAD")
FORM = (*READ, "POST")
SIGNED_OUT = "vendors/portal/signed_out.html"
POLICY: dict[str, list[str]] = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
}
SLOWLY = "That was too much at once. Wait a minute, then try again."


def portal_page(*methods: str) -> Callable[[View], View]:
    """A page that anybody may ask for who knows its address."""

    def made(view: View) -> View:
        @require_http_methods(methods)
        @csp_override(POLICY)
        @wraps(view)
        def page(request: HttpRequest, **names: Any) -> HttpResponseBase:
            response: HttpResponseBase
            if not is_at_home(request):
                response = say(request, HTTPStatus.NOT_FOUND)
            elif not may_ask(f"vendor-pages:{address_of(request)}"):
                response = say(request, HTTPStatus.TOO_MANY_REQUESTS, SLOWLY)
            else:
                with behind_the_wall():
                    response = _answer(view, request, names)
            response.headers["Cache-Control"] = "no-store"
            return response

        return page

    return made


def session_page(*methods: str) -> Callable[[View], View]:
    """A page of one invitation, for who signed in to it.

    Without a session every invitation, own, foreign or none, is answered alike.
    """

    def made(view: View) -> View:
        @portal_page(*methods)
        @wraps(view)
        def page(
            request: HttpRequest, invitation: str, **names: Any
        ) -> HttpResponseBase:
            key = _read(invitation)
            secret = session_secret(request, key) if key else ""
            session = find_session(secret) if secret else None
            if session is None or key != session.link.candidate_id:
                status = HTTPStatus.FORBIDDEN
                return render(request, SIGNED_OUT, status=status)
            if request.method == "POST":
                note_visit(session=session)
            response = _answer(view, request, {"session": session, **names})
            if session.ended_at is None:
                keep_session(response, session.link.candidate_id, secret)
            return response

        return page

    return made


def show(
    request: HttpRequest,
    session: VendorSession,
    template: str,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page of an invitation, below its heading; `template` is one of ours, or has
    the folder of another app."""
    candidate = session.link.candidate
    said = {
        "session": session,
        "candidate": candidate,
        "evaluation": candidate.evaluation,
        "vendor": session.link.vendor,
        "contact": session.link.contact,
        "api_docs": link_to(API_PAGE),
        "links": links_of(candidate),
        **context,
    }
    if "/" not in template:
        template = f"vendors/portal/{template}"
    return render(request, template, said, status=status)


def refusal(problem: Problem | None) -> dict[str, Any]:
    """For a page that is shown again: what was wrong, and its status."""
    if problem is None:
        return {"problem": "", "status": HTTPStatus.OK}
    errors = getattr(problem, "errors", {}).values()
    said = " ".join(text for texts in errors for text in texts)
    return {"problem": said or problem.sentence, "status": problem.status}


def say(request: HttpRequest, status: HTTPStatus, sentence: str = "") -> HttpResponse:
    """A page with one sentence on it."""
    said = {"sentence": sentence, "missing": status == HTTPStatus.NOT_FOUND}
    return render(request, "vendors/portal/problem.html", said, status=status)


def is_at_home(request: HttpRequest) -> bool:
    """Whether vendor pages are served, and under the name that was asked for."""
    home = settings.VENDOR_SITE_URL
    if not home:
        return False
    # In the demo a page may be reached by any name of this machine.
    return bool(settings.DEMO) or request.get_host() == urlsplit(home).netloc


def may_ask(name: str, most: int | None = None) -> bool:
    """Whether that name stays within its number in this minute."""
    minute = int(time.time() // MINUTE)
    if most is None:
        most = settings.VENDOR_CALLS_PER_MINUTE
    return count_up(name, minute) <= most


def _answer(
    view: View, request: HttpRequest, names: dict[str, Any]
) -> HttpResponseBase:
    """What the view says; its refusals in a page, after whatever it counted."""
    try:
        return view(request, **names)
    except NotFound:
        return say(request, HTTPStatus.NOT_FOUND)
    except Problem as problem:
        return say(request, HTTPStatus(problem.status), problem.sentence)


def _read(text: str) -> uuid.UUID | None:
    """An id of an address, written as we write them."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def chosen_file(request: HttpRequest, field: str, missing: str) -> tuple[bytes, str]:
    """The content and the name of the file that was chosen in a form.

    Raises:
        Invalid: none was (`missing`), or it is too large.

    """
    upload = request.FILES.get(field)
    if upload is None:
        raise Invalid(missing)
    if (upload.size or 0) > SIZE_LIMIT:
        raise Invalid(f"The file is over {SIZE_LIMIT // 2**20} MB.")
    return upload.read(), upload.name or ""
