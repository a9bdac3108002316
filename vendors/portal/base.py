"""What all vendor pages share: their host, the wall, limits, headers and refusals."""

import time
import uuid
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods

from evaltracker.errors import Invalid, NotFound, Problem
from evaltracker.kit.files import SIZE_LIMIT
from evaltracker.notices.mail import link_to
from vendors.counting import address_of, count_up
from vendors.models import VendorSession
from vendors.notices import API_PAGE
from vendors.portal.cookies import keep_session, session_secret
from vendors.portal.menu import links_of
from vendors.selectors.sign_in import find_session
from vendors.services.vendor_sessions import note_visit
from vendors.wall import behind_the_wall

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
