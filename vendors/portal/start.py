"""The way in: a link shows who asks, a button sends a code, the code opens."""

from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from evaltracker.errors import NotFound, Refused
from evaltracker.kit.clock import database_now
from evaltracker.rest.error_pages import to_last_slash
from vendors.counting import address_of
from vendors.models import InvitationLink, VendorSession
from vendors.portal.base import (
    FORM,
    SIGNED_OUT,
    SLOWLY,
    may_ask,
    portal_page,
    say,
    session_page,
)
from vendors.portal.cookies import (
    browser_nonce,
    forget_session,
    keep_session,
    mark_browser,
)
from vendors.portal.deadlines import deadline_of
from vendors.secrets import new_secret
from vendors.selectors.sign_in import find_link
from vendors.services.code_mail import send_code
from vendors.services.sign_in import NO, ask_code, use_code
from vendors.services.vendor_sessions import sign_out

# Of one address in a minute: codes asked for, and codes tried.
MOST_ASKED = 10
MOST_TRIED = 20


@portal_page(*FORM)
def start(request: HttpRequest, secret: str) -> HttpResponse:
    """Who asks, for what and until when; the button sends a code."""
    link = _link(request, secret)
    if request.method != "POST":
        return _shown(request, "start.html", link, secret)
    if not may_ask(f"vendor-codes:{address_of(request)}", MOST_ASKED):
        return say(request, HTTPStatus.TOO_MANY_REQUESTS, SLOWLY)
    nonce = new_secret()
    try:
        code = ask_code(link=link, nonce=nonce)
    except Refused as refused:
        status = HTTPStatus.TOO_MANY_REQUESTS
        return _shown(request, "start.html", link, secret, refused.sentence, status)
    transaction.on_commit(partial(send_code, code=code), robust=True)
    response = redirect("vendor_pages:code", secret=secret)
    mark_browser(response, nonce)
    return response


@portal_page(*FORM)
def code(request: HttpRequest, secret: str) -> HttpResponse:
    """Where the code is typed."""
    link = _link(request, secret)
    if request.method != "POST":
        return _shown(request, "code.html", link, secret)
    if not may_ask(f"vendor-tries:{address_of(request)}", MOST_TRIED):
        return say(request, HTTPStatus.TOO_MANY_REQUESTS, SLOWLY)
    begun = use_code(
        link=link, nonce=browser_nonce(request), typed=request.POST.get("code", "")
    )
    if begun is None:
        return _shown(request, "code.html", link, secret, NO, HTTPStatus.BAD_REQUEST)
    response = redirect("vendor_pages:answers", invitation=str(link.candidate_id))
    keep_session(response, link.candidate_id, begun[1])
    return response


@session_page("POST")
def leave(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """End the own session."""
    sign_out(session=session)
    response = render(request, SIGNED_OUT, {"left": True})
    forget_session(response, session.link.candidate_id)
    return response


@portal_page(*FORM)
def nothing(request: HttpRequest) -> HttpResponseBase:
    """Whatever else stands below the vendor pages, or has lost its last slash."""
    if answer := to_last_slash(request):
        return answer
    raise NotFound


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or whose browser takes no cookies."""
    sentence = (
        "The form has expired and nothing was saved. Go back, load the page again and "
        "send the form once more; your browser has to accept cookies from this site."
    )
    return say(request, HTTPStatus.FORBIDDEN, sentence)


def _link(request: HttpRequest, secret: str) -> InvitationLink:
    """The link of the address; guesses are counted for theirs.

    Raises:
        NotFound: there is none, or none any more.

    """
    if found := find_link(secret):
        return found
    guesses = f"vendor-guesses:{address_of(request)}"
    if not may_ask(guesses, settings.CALLS_WITHOUT_TOKEN_PER_MINUTE):
        raise Refused(SLOWLY)
    raise NotFound


def _shown(
    request: HttpRequest,
    template: str,
    link: InvitationLink,
    secret: str,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """A page for somebody who may be anybody: it names no person."""
    evaluation = link.candidate.evaluation
    said = {
        "evaluation": evaluation,
        "vendor": link.vendor,
        "secret": secret,
        "deadline": deadline_of(evaluation, database_now()),
        "problem": problem,
    }
    return render(request, f"vendors/portal/{template}", said, status=status)
