"""The way in: a link shows who asks, a button sends a code, the code opens."""

import datetime
import math
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from evaltracker.errors import NotFound, Refused
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.days import database_now, wall_of
from evaltracker.toolbox.rest.problems import to_last_slash
from vendors.candidates import address_of
from vendors.models import InvitationLink, VendorSession
from vendors.policy import claims_are_closed
from vendors.portal.base import (
    FORM,
    SIGNED_OUT,
    SLOWLY,
    browser_nonce,
    forget_session,
    keep_session,
    mark_browser,
    may_ask,
    portal_page,
    say,
    session_page,
)
from vendors.public_mail import new_secret
from vendors.selectors.access import find_link
from vendors.services.access import NO, ask_code, use_code
from vendors.services.idempotency import send_code, sign_out

# Until when answers are taken, as people say it.

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Whether answers are taken, until when, and how far away that is."""

    is_open: bool
    is_over: bool
    # Blank: no end is set.
    at: str = ""
    away: str = ""

    @property
    def is_near(self) -> bool:
        """Whether it is a matter of hours."""
        return "hour" in self.away or "minute" in self.away


def deadline_of(evaluation: Evaluation, now: datetime.datetime) -> Deadline:
    """The deadline of an evaluation, in its own zone."""
    is_open, is_over = (
        evaluation.claims_are_open(now),
        claims_are_closed(evaluation, now),
    )
    ends = [
        end
        for end in (evaluation.claims_closed_at, evaluation.claims_close_at)
        if end is not None and (is_open or not is_over or end <= now)
    ]
    if not ends:
        return Deadline(is_open, is_over)
    end = min(ends)
    wall = wall_of(end, evaluation.zone)
    at = f"{wall:%A} {wall.day} {wall:%B %Y, %H:%M} {wall:%Z}"
    return Deadline(is_open, is_over, at, "" if is_over else _away(end - now))


def _away(left: datetime.timedelta) -> str:
    """“in 8 days”, rounded down, so that nobody counts on time that is not there."""
    if left >= 2 * DAY:
        return f"in {left // DAY} days"
    if left >= 2 * HOUR:
        return f"in {left // HOUR} hours"
    minutes = max(1, math.floor(left.total_seconds() / 60))
    return f"in {minutes} minute{'' if minutes == 1 else 's'}"


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
