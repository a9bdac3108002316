"""The way into the vendor pages, and what all of them share.

A link shows who asks, a button sends a code, the code opens. Shared are their host,
the wall, limits, headers and refusals.
"""

import datetime
import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.csp import CSP
from django.utils.translation import activate, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods

from evaltracker.errors import Invalid, NotFound, Problem, Refused, require_row
from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.mail import link_to
from evaltracker.toolbox.days import database_now, wall_of
from evaltracker.toolbox.files import SIZE_LIMIT, clean_name
from evaltracker.toolbox.languages import OFFERED, best_of, moment, speaking
from evaltracker.toolbox.rest.problems import to_last_slash
from evaltracker.toolbox.secrets import digest_of, new_secret
from vendors.models import Candidate, Contact, InvitationLink, VendorSession
from vendors.policy import claims_are_closed
from vendors.rate_limits import address_of, count_up
from vendors.row_visibility import behind_the_wall
from vendors.selectors.access import (
    find_link,
    find_session,
    live_tokens,
    living_code,
    people_of,
)
from vendors.selectors.dialogue import released_about, shown_about
from vendors.services import access
from vendors.services.contacts import disown_contact, name_reader

# The cookies of the vendor pages: who asked for a code, who is in, and who was.
#
# A session ends two hours after the last page. That the browser says itself when that
# was, under our signature, so that reading a page changes nothing here. That a browser
# was let in before opens nothing: it asks for codes that count against no link. Its
# signature holds for one contact at one address.

IDLE_SECONDS = 2 * 60 * 60
SESSION = signing.TimestampSigner(salt="vendor-session")
HIDDEN: Any = {"secure": settings.OVER_TLS, "httponly": True, "samesite": "Lax"}


def _name(row: uuid.UUID, kind: str = "") -> str:
    """The cookie of one invitation, so that two can be open side by side."""
    return f"{settings.COOKIE_PREFIX}vendor-{kind}{row.hex}"


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
    response.set_cookie(
        _name(invitation), SESSION.sign(secret), max_age=IDLE_SECONDS, **HIDDEN
    )


type Mark = tuple[str, str, int]


def asking(link: InvitationLink) -> Mark:
    """Of the browser that asked for a code: name, salt and age of its cookie."""
    return _name(link.pk, "browser-"), "vendor-browser", access.LIVES.seconds


def known_to(contact: Contact) -> Mark:
    """Of a browser that this contact, at this address, was let in by."""
    salt = f"vendor-known {contact.pk} {contact.email.lower()}"
    return _name(contact.pk, "known-"), salt, 180 * 24 * 60 * 60


def marked(request: HttpRequest, mark: Mark) -> str:
    """What the browser was marked with; blank if it was not, or too long ago."""
    name, salt, age = mark
    return request.get_signed_cookie(name, default="", salt=salt, max_age=age) or ""


def mark_browser(response: HttpResponseBase, mark: Mark, secret: str) -> None:
    name, salt, age = mark
    response.set_signed_cookie(name, secret, salt=salt, max_age=age, **HIDDEN)


LANGUAGE = f"{settings.COOKIE_PREFIX}vendor-language"


def asked_language(request: HttpRequest, preferred: str = "") -> str:
    """What was chosen in this browser, else their own, else what the browser asks for:
    a tag, blank where it is none of ours."""
    chosen = best_of(request.COOKIES.get(LANGUAGE, ""))
    return chosen or preferred or best_of(request.headers.get("Accept-Language", ""))


def _store_language(contact: Contact, language: str) -> None:
    kept = partial(access.store_language, contact=contact, language=language)
    transaction.on_commit(kept, robust=True)


def _speak_with(request: HttpRequest, link: InvitationLink) -> None:
    tag = asked_language(request, link.contact.language)
    activate(tag or link.candidate.evaluation.vendor_language)


FIRST = (
    (gettext_lazy("What this is about"), "about"),
    (gettext_lazy("Your answers"), "answers"),
    (gettext_lazy("Your prices"), "quote"),
)
LAST = (
    (gettext_lazy("Questions and answers"), "questions"),
    (gettext_lazy("Propose a requirement"), "proposals"),
    (pgettext_lazy("at the vendor", "People"), "people"),
    (gettext_lazy("Let a colleague in"), "colleagues"),
)

# What other modules and floors add: a label and an address, or None where there is
# nothing to see yet.
LINKS: list[Callable[[Candidate], tuple[str, str] | None]] = []


def links_of(candidate: Candidate) -> list[tuple[str, str]]:
    links = (link(candidate) for link in LINKS)
    return [
        *(_own_page(candidate, *page) for page in FIRST),
        *(link for link in links if link is not None),
        *(_own_page(candidate, *page) for page in LAST),
    ]


def _own_page(candidate: Candidate, label: Any, page: str) -> tuple[str, str]:
    return str(label), reverse(f"vendor_pages:{page}", args=(candidate.pk,))


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
SLOWLY = gettext_lazy("That was too much at once. Wait a minute, then try again.")


def portal_page(*methods: str) -> Callable[[View], View]:
    def made(view: View) -> View:
        @require_http_methods(methods)
        @csp_override(POLICY)
        @wraps(view)
        def page(request: HttpRequest, **names: Any) -> HttpResponseBase:
            with speaking(asked_language(request) or "en"):
                response: HttpResponseBase
                if not is_at_home(request):
                    response = say(request, HTTPStatus.NOT_FOUND)
                elif not may_ask(f"vendor-pages:{_who_reads(request, names)}"):
                    response = say(request, HTTPStatus.TOO_MANY_REQUESTS, str(SLOWLY))
                else:
                    with behind_the_wall():
                        response = _answer(view, request, names)
            response.headers["Cache-Control"] = "no-store"
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            return response

        return page

    return made


def _who_reads(request: HttpRequest, names: dict[str, Any]) -> str:
    key = _read(names.get("invitation", ""))
    if key:
        secret = session_secret(request, key)
    else:
        secret = ""
    if secret:
        return digest_of(secret)
    return address_of(request)


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
            if key:
                secret = session_secret(request, key)
            else:
                secret = ""
            if secret:
                session = find_session(secret)
            else:
                session = None
            if session is None or key != session.link.candidate_id:
                status = HTTPStatus.FORBIDDEN
                return render(request, SIGNED_OUT, status=status)
            _speak_with(request, session.link)
            if request.method == "POST":
                access.note_visit(session=session)
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
    context = {
        "session": session,
        "candidate": candidate,
        "evaluation": candidate.evaluation,
        "vendor": session.link.vendor,
        "contact": session.link.contact,
        "api_docs": link_to("/api/v1/docs/"),
        "links": links_of(candidate),
        **context,
    }
    if "/" not in template:
        template = f"vendors/portal/{template}"
    return render(request, template, context, status=status)


def refusal(problem: Problem | None) -> dict[str, Any]:
    if problem is None:
        return {"problem": "", "status": HTTPStatus.OK}
    errors = getattr(problem, "errors", {}).values()
    sentences = " ".join(text for texts in errors for text in texts)
    return {"problem": sentences or problem.sentence, "status": problem.status}


def say(request: HttpRequest, status: HTTPStatus, sentence: str = "") -> HttpResponse:
    context = {"sentence": sentence, "missing": status == HTTPStatus.NOT_FOUND}
    return render(request, "vendors/portal/problem.html", context, status=status)


def is_at_home(request: HttpRequest) -> bool:
    home = settings.VENDOR_SITE_URL
    if not home:
        return False
    # In the demo a page may be reached by any name of this machine.
    return bool(settings.DEMO) or request.get_host() == urlsplit(home).netloc


def may_ask(name: str, most: int | None = None) -> bool:
    minute = int(time.time() // MINUTE)
    if most is None:
        most = settings.VENDOR_CALLS_PER_MINUTE
    return count_up(name, minute) <= most


def _answer(
    view: View, request: HttpRequest, names: dict[str, Any]
) -> HttpResponseBase:
    try:
        return view(request, **names)
    except NotFound:
        return say(request, HTTPStatus.NOT_FOUND)
    except Problem as problem:
        return say(request, HTTPStatus(problem.status), problem.sentence)


def _read(text: str) -> uuid.UUID | None:
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


def chosen_file(request: HttpRequest, field: str, missing: str) -> tuple[bytes, str]:
    upload = request.FILES.get(field)
    if upload is None:
        raise Invalid(missing)
    if (upload.size or 0) > SIZE_LIMIT:
        raise Invalid(_("The file is over %(n)s MB.") % {"n": SIZE_LIMIT // 2**20})
    return upload.read(), clean_name(upload.name or "")


DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    is_open: bool
    is_over: bool
    # Blank: no end is set.
    at: str = ""
    away: str = ""
    # In less than two days.
    is_near: bool = False


def deadline_of(evaluation: Evaluation, now: datetime.datetime) -> Deadline:
    is_open = evaluation.claims_are_open(now)
    is_over = claims_are_closed(evaluation, now)
    ends = (evaluation.claims_closed_at, evaluation.claims_close_at)
    known_ends = [end for end in ends if end and (is_open or not is_over or end <= now)]
    if not known_ends:
        return Deadline(is_open, is_over)
    end = min(known_ends)
    at = moment(end, evaluation.zone)
    left = end - now
    away = "" if is_over else _away(left)
    return Deadline(is_open, is_over, at, away, is_near=left < 2 * DAY)


def _away(left: datetime.timedelta) -> str:
    """“in 8 days”, rounded down, so that nobody counts on time that is not there."""
    if left >= 2 * DAY:
        return _("in %(n)s days") % {"n": left // DAY}
    if left >= 2 * HOUR:
        return _("in %(n)s hours") % {"n": left // HOUR}
    n = max(1, math.floor(left.total_seconds() / 60))
    return ngettext("in %(n)s minute", "in %(n)s minutes", n) % {"n": n}


# Of one address in a minute: mails of codes that browsers ask for which nobody knows,
# and codes tried where none was asked for.
MOST_ASKED = 10
MOST_TRIED = 20


@portal_page(*FORM)
def start(request: HttpRequest, secret: str) -> HttpResponse:
    link = _link(request, secret)
    nonce = marked(request, asking(link))
    known = marked(request, known_to(link.contact))
    if request.method != "POST":
        goes_on = known or living_code(link, nonce, database_now())
        replaced = link.is_replaced and not goes_on
        return _shown(request, "start.html", link, secret, replaced=replaced)
    try:
        with transaction.atomic():
            code_request = access.ask_code(link=link, nonce=nonce, known=known)
            counted = f"vendor-codes:{address_of(request)}"
            if code_request.is_owed and not known and not may_ask(counted, MOST_ASKED):
                raise Refused(str(SLOWLY))
    except Refused as refused:
        status = HTTPStatus.TOO_MANY_REQUESTS
        return _shown(request, "start.html", link, secret, refused.sentence, status)
    if code_request.code is None:
        return _shown(request, "start.html", link, secret, replaced=True)
    if code_request.is_owed:
        transaction.on_commit(
            partial(access.send_code, code=code_request.code), robust=True
        )
    code_page = reverse("vendor_pages:code", args=(secret,), query=request.GET)
    response = redirect(code_page)
    mark_browser(response, asking(link), code_request.nonce)
    return response


@portal_page(*FORM)
def code(request: HttpRequest, secret: str) -> HttpResponse:
    link = _link(request, secret)
    nonce = marked(request, asking(link))
    living = living_code(link, nonce, database_now())
    if request.method != "POST":
        zone = link.candidate.evaluation.zone
        if living:
            sent = wall_of(living.last_asked_at, zone)
        else:
            sent = None
        at = f"{sent:%H:%M %Z}" if sent else ""
        return _shown(request, "code.html", link, secret, sent_at=at)
    tries = f"vendor-tries:{address_of(request)}"
    if living is None and not may_ask(tries, MOST_TRIED):
        return say(request, HTTPStatus.TOO_MANY_REQUESTS, str(SLOWLY))
    typed = request.POST.get("code", "")
    # Who has no code locks nothing.
    if living:
        begun = access.use_code(link=link, nonce=nonce, typed=typed)
    else:
        begun = None
    if begun is None:
        status = HTTPStatus.BAD_REQUEST
        return _shown(request, "code.html", link, secret, str(access.NO), status)
    tag = asked_language(request, link.contact.language)
    _store_language(link.contact, tag)
    if "people" in request.GET:
        page = "people"
    else:
        page = "answers"
    response = redirect(f"vendor_pages:{page}", invitation=str(link.candidate_id))
    keep_session(response, link.candidate_id, begun[1])
    known = known_to(link.contact)
    mark_browser(response, known, marked(request, known) or new_secret())
    return response


def _choose(request: HttpRequest) -> tuple[HttpResponse, str]:
    tag = request.POST.get("language", "")
    if tag not in OFFERED:
        raise NotFound
    # Who chose German and whose browser is Swiss reads Swiss formats.
    usual = best_of(request.headers.get("Accept-Language", ""))
    tag = usual if usual[:2] == tag else tag
    # To the page as the browser names it: one that held its own address would differ
    # by what nobody may tell apart.
    shown = urlsplit(request.headers.get("Referer", ""))
    back = shown._replace(scheme="", netloc="").geturl()
    response = redirect(back if back.startswith("/vendor/") else "/vendor/")
    response.set_cookie(LANGUAGE, tag, max_age=180 * 24 * 60 * 60, **HIDDEN)
    return response, tag


@portal_page("POST")
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of the pages, in this browser."""
    return _choose(request)[0]


@session_page("POST")
def own_language(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """The same, and for its contact wherever they are."""
    response, tag = _choose(request)
    _store_language(session.link.contact, tag)
    return response


@session_page(*FORM)
def leave(request: HttpRequest, session: VendorSession) -> HttpResponse:
    if request.method != "POST":
        return redirect("vendor_pages:answers", invitation=session.link.candidate_id)
    access.sign_out(session=session)
    response = render(request, SIGNED_OUT, {"left": True})
    response.delete_cookie(_name(session.link.candidate_id), samesite="Lax")
    return response


@session_page(*FORM)
def people(request: HttpRequest, session: VendorSession) -> HttpResponse:
    """Who can get in, and by which tokens; a new token's text is in the answer alone,
    for a secret must not survive a redirect."""
    link = session.link
    problem = None
    secret = ""
    tokens = live_tokens(link.vendor).select_related("contact").defer("digest")
    if request.method == "POST":
        try:
            secret = _do_on_people(request, link, tokens.filter(contact=link.contact))
            if not secret:
                return redirect("vendor_pages:people", invitation=link.candidate_id)
        except Problem as refused:
            problem = refused
    context: dict[str, Any] = {"tokens": tokens, "secret": secret, **refusal(problem)}
    context["people"] = people_of(link.candidate)
    return show(request, session, "people.html", **context)


def _do_on_people(request: HttpRequest, link: InvitationLink, own_sessions: Any) -> str:
    then = request.POST.get("then", "")
    by = access.actor_in_pages(link)
    if then == "token":
        terms: dict[str, Any] = {"vendor": link.vendor, "contact": link.contact}
        label = request.POST.get("label", "")
        return access.issue_token(label=label, by=by, **terms)[1]
    rows: Any = people_of(link.candidate).exclude(pk=link.contact_id)
    rows = own_sessions if then == "end" else rows
    row = require_row(rows.filter(pk=_read(request.POST.get("key", ""))).first())
    if then == "end":
        access.end_token(token=row, by=by, reason="")
    elif then == "disown":
        disown_contact(contact=row, by=by)
    elif then == "read":
        name_reader(link=link, contact=row, by=by)
    return ""


@portal_page(*FORM)
def nothing(request: HttpRequest) -> HttpResponseBase:
    """Whatever else stands below the vendor pages, or has lost its last slash."""
    if answer := to_last_slash(request):
        return answer
    raise NotFound


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was not ours, or whose browser takes no cookies."""
    with speaking(asked_language(request) or "en"):
        sentence = _(
            "The form has expired and nothing was saved. Allow cookies for this site, "
            "load the page again and send the form once more."
        )
        return say(request, HTTPStatus.FORBIDDEN, sentence)


def _link(request: HttpRequest, secret: str) -> InvitationLink:
    """The link of the address; guesses are counted for theirs."""
    if link := find_link(secret):
        _speak_with(request, link)
        return link
    guesses = f"vendor-guesses:{address_of(request)}"
    if not may_ask(guesses, settings.CALLS_WITHOUT_TOKEN_PER_MINUTE):
        raise Refused(str(SLOWLY))
    raise NotFound


def _shown(
    request: HttpRequest,
    template: str,
    link: InvitationLink,
    secret: str,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    **more: Any,
) -> HttpResponse:
    evaluation = link.candidate.evaluation
    context = {
        "evaluation": evaluation,
        "vendor": link.vendor,
        "secret": secret,
        "deadline": deadline_of(evaluation, database_now()),
        "people": shown_about(released_about(evaluation))["people"],
        "problem": problem,
        **more,
    }
    return render(request, f"vendors/portal/{template}", context, status=status)
