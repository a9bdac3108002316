"""How vendors get in: can they, step by step; their tokens and their sessions.

A check is one function: it looks at what was read and says how its step stands, in a
sentence, with what mends it. A higher floor adds its own to `CHECKS`.

Issuing a token is no act: an act ends with a redirect, and a secret must not survive
one, neither in a message nor in a session. It is shown in the answer to the POST.
"""

import datetime
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from evaltracker.errors import Forbidden, NotFound, Problem, require_row
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Notice, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.acts import Act, address_of
from evaltracker.pages.base import HardenedAdmin, by, check_query
from evaltracker.pages.fields import day_field, end_of
from evaltracker.pages.site import site
from evaltracker.pages.workspace import InEvaluation, crumbs_to, page_address, show
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.registry import Registry
from vendors.admin.base import find_candidate, reader
from vendors.admin.invitations import SentMail
from vendors.choices import CandidateState, RefusalReason
from vendors.models import (
    Candidate,
    Contact,
    InvitationLink,
    RefusedCall,
    SignInCode,
    Vendor,
    VendorSession,
    VendorToken,
)
from vendors.notices import Invitation, NewLink
from vendors.policy import (
    INVITABLE,
    claims_are_closed,
    may_keep_tokens,
    may_keep_vendors,
)
from vendors.selectors.access import (
    is_held_back,
    live_tokens,
    newest_link,
    people_of,
    unknown_codes,
)
from vendors.services import access
from vendors.services.contacts import let_in_again

GOOD = "good"
WARN = "warn"
BAD = "bad"
LATER = ""
WORDS = {GOOD: "holds", WARN: "look", BAD: "fails here", LATER: "not known yet"}
# Refused calls are kept for a week; a throttle ends with its minute.
RECENT = datetime.timedelta(days=1)
# So long ago a link was turned, or a session used, that it is still worth a line.
IN_SIGHT = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SuggestedFix:
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class AccessStep:
    title: str
    tone: str
    sentence: str
    mends: tuple[SuggestedFix, ...] = ()
    details: tuple[str, ...] = ()
    # Whose way in it is part of; None: everybody's.
    contact: Contact | None = None

    @property
    def name(self) -> str:
        if self.contact:
            return f"{self.title} of {self.contact}"
        return self.title

    @property
    def word(self) -> str:
        return WORDS[self.tone]


class AccessDiagnosis:
    def __init__(self, candidate: Candidate, *, tries: bool, here: str) -> None:
        self.candidate = candidate
        self.evaluation = candidate.evaluation
        # Whether the person asked to try what takes time.
        self.tries = tries
        self.here = here
        self.now = database_now()
        self.today = self.now.date()

    def act(self, name: str, target: Any, label: str) -> SuggestedFix:
        return SuggestedFix(label, f"{address_of(name, target)}?next={self.here}")

    def day(self, day: datetime.date) -> str:
        if day == self.today:
            return "today"
        return f"on {day:%-d %b %Y}"

    @cached_property
    def contacts(self) -> list[Any]:
        if self.candidate.vendor_id:
            return list(people_of(self.candidate))
        return []

    @cached_property
    def inside(self) -> Any:
        """Who was in last of the contacts who still get in."""
        visitors = [
            contact for contact in self.contacts if contact.since and contact.last_visit
        ]
        return max(visitors, key=lambda contact: contact.last_visit, default=None)

    @cached_property
    def last_call(self) -> datetime.date | None:
        """The day of the last by a live token, if any has opened this invitation."""
        seen = self.candidate.first_seen_at
        days = [token.last_used_on for token in self.live if token.last_used_on]
        if seen:
            return max(days, default=None)
        return None

    def letter_to(self, contact: Contact, links: Any) -> SentMail | None:
        """The newest mail with a link to the contact."""
        subjects = [str(pk) for pk in (self.candidate.pk, *(row.pk for row in links))]
        rows = Notice.objects.filter(
            kind__in=(Invitation.name, NewLink.name),
            subject_id__in=subjects,
            address=contact.email,
        )
        newest = rows.order_by("created_at").last()
        if newest:
            return SentMail(newest, 1)
        return None

    @cached_property
    def tokens(self) -> list[VendorToken]:
        rows: Any = VendorToken.objects.filter(vendor=self.candidate.vendor_id)
        return list(rows.defer("digest"))

    @property
    def live(self) -> list[VendorToken]:
        return [token for token in self.tokens if self.is_live(token)]

    def is_live(self, token: VendorToken) -> bool:
        ends = token.expires_at
        return token.revoked_at is None and (ends is None or ends > self.now)

    @cached_property
    def refused(self) -> list[RefusedCall]:
        prefixes = [token.prefix for token in self.tokens]
        return list(RefusedCall.objects.filter(prefix__in=prefixes)[:20])

    @cached_property
    def put_off(self) -> list[RefusedCall]:
        """Calls of these tokens, or from their addresses, that were one too many."""
        prefixes = [token.prefix for token in self.tokens]
        addresses = {call.address for call in self.refused} - {""}
        rows = RefusedCall.objects.filter(
            Q(prefix__in=prefixes) | Q(address__in=addresses),
            why="throttled",
            at__gt=self.now - RECENT,
        )
        return list(rows[:5])


Check = Callable[[AccessDiagnosis], Iterator[AccessStep]]
# By the place in which it is asked.
CHECKS: Registry[int, Check] = Registry("check of a vendor's way in")
OF_TOKENS = range(50, 90)


def steps_of(look: AccessDiagnosis) -> list[AccessStep]:
    """Those of tokens only where there is one; whoever uses the pages needs none."""
    steps = []
    for place, check in sorted(CHECKS.items()):
        if look.tokens or place not in OF_TOKENS:
            spares = place in OF_TOKENS and look.inside
            steps += [
                replace(step, tone=WARN) if spares and step.tone == BAD else step
                for step in check(look)
            ]
    return steps


def verdict(look: AccessDiagnosis, steps: list[AccessStep]) -> tuple[str, str]:
    if contact := look.inside:
        return f"Yes: {contact.name} was in {look.day(contact.last_visit)}.", GOOD
    if look.last_call:
        return f"Yes, by program: it called {look.day(look.last_call)}.", GOOD
    for tone, opening in ((BAD, "It fails at"), (WARN, "Nothing fails, but look at")):
        for step in steps:
            if step.tone == tone:
                return f"{opening} “{step.name}”. {step.sentence}", tone
    return "Nothing visible from here is in the way.", GOOD


def instant_sentence(instant: datetime.datetime) -> str:
    """A moment as a sentence holds it, in the reader's zone, which it names."""
    local = timezone.localtime(instant)
    return f"{local:%-d %b %Y, %H:%M} {local.tzname()}"


@CHECKS.at(50)
def has_a_token(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "It has a token"
    path = reverse("admin:issue_token", args=[look.candidate.vendor_id])
    mend = SuggestedFix("Issue a token", f"{path}?next={look.here}")
    if not look.live:
        ended = tuple(map(_ending, look.tokens[:3]))
        yield AccessStep(title, BAD, "None is live any more.", (mend,), ended)
    else:
        tokens = tuple(map(_lasting, look.live))
        yield AccessStep(title, GOOD, f"{len(tokens)} live.", (), tokens)


@CHECKS.at(60)
def has_called(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "It has called"
    seen = look.candidate.first_seen_at
    days = [token.last_used_on for token in look.tokens if token.last_used_on]
    used = max(days, default=None)
    if seen is not None:
        if used:
            last = f"; its last call was on {used:%d %b %Y}"
        else:
            last = ""
        first = f"This invitation was opened first on {instant_sentence(seen)}"
        yield AccessStep(title, GOOD, f"{first}{last}.")
    elif used is not None:
        sentence = (
            f"It called on {used:%d %b %Y}, but has not opened this invitation. Its id "
            "is in the mail and in GET /api/v1/invitations/."
        )
        yield AccessStep(title, WARN, sentence)
    elif look.live:
        sentence = (
            "No call was let in with any of its tokens. Ask whether the token arrived "
            "and what the answer to a call is."
        )
        yield AccessStep(title, WARN, sentence)


@CHECKS.at(70)
def not_turned_away(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "No call was turned away"
    refused = [call for call in look.refused if call.why != RefusalReason.THROTTLED]
    if not refused:
        sentence = (
            "None in the last 7 days. Calls are matched by how their token begins."
        )
        yield AccessStep(title, GOOD, sentence)
        return
    newest = refused[0]
    sentence = _reason(look, newest)
    tone = BAD
    used = [token.last_used_on for token in look.tokens if token.last_used_on]
    if used and max(used) > newest.at.date():
        tone = WARN
        sentence += " Since then a call was let in."
    calls = tuple(
        f"{instant_sentence(call.at)}, {call.prefix}…"
        + (f", from {call.address}" if call.address else "")
        for call in refused[:5]
    )
    yield AccessStep(title, tone, sentence, (), calls)


@CHECKS.at(80)
def not_put_off(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "It is not over its limit of calls"
    if not look.put_off:
        yield AccessStep(
            title, GOOD, "No call was over the limit in the last 24 hours."
        )
        return
    newest = look.put_off[0]
    since = look.now - newest.at
    calls = tuple(
        f"{instant_sentence(call.at)}"
        + (f", from {call.address}" if call.address else "")
        for call in look.put_off
    )
    yield AccessStep(
        title,
        BAD if since.total_seconds() < 120 else WARN,
        "Too many calls in one minute with its token, or from its address without a "
        "valid token (429). It may call again in the next minute; its "
        "program has to wait for Retry-After.",
        (),
        calls,
    )


def _lasting(token: VendorToken) -> str:
    name = f"{token.prefix}… {token.label}".strip()
    ends = token.expires_at
    if ends:
        return f"{name}, until {instant_sentence(ends)}"
    return name


def _ending(token: VendorToken) -> str:
    prefix = token.prefix
    if token.leaked_at:
        moment = instant_sentence(token.leaked_at)
        return f"{prefix}… stood in an address and was revoked {moment}"
    if token.revoked_at:
        return f"{prefix}… was revoked {instant_sentence(token.revoked_at)}"
    ends = token.expires_at
    if ends:
        return f"{prefix}… expired {instant_sentence(ends)}"
    return prefix


def _reason(look: AccessDiagnosis, call: RefusedCall) -> str:
    token = next(token for token in look.tokens if token.prefix == call.prefix)
    if call.why == RefusalReason.HEADER:
        return (
            "The token is in the wrong place. Send the header “Authorization: "
            "Bearer evt_…” with nothing after the token."
        )
    if not look.is_live(token):
        return f"It calls with a token that ended: {_ending(token)}."
    return (
        f"The token starts like {call.prefix}…, but the rest differs. Copy it again "
        "in full, or issue a new one."
    )


@CHECKS.at(10)
def research(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "Research has begun"
    evaluation = look.evaluation
    if not evaluation.is_open:
        ended = evaluation.get_status_display().lower()
        yield AccessStep(title, BAD, f"The evaluation is {ended}; nothing is answered.")
    elif evaluation.stage == Stage.REQUIREMENTS:
        mend = SuggestedFix("See what is missing", page_address(evaluation, "overview"))
        why = "The requirements are not signed yet; before that nobody sees a vendor."
        yield AccessStep(title, BAD, why, (mend,))
    elif evaluation.stage == Stage.RESEARCH:
        yield AccessStep(title, GOOD, "The evaluation is in research.")
    else:
        stage = evaluation.get_stage_display().lower()
        sentence = (
            f"The evaluation is in {stage} already. The vendor can read its answers "
            "and reply to gaps, but not answer anew."
        )
        yield AccessStep(title, WARN, sentence)


@CHECKS.at(20)
def somebody_answers(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "Somebody answers for it"
    candidate = look.candidate
    if candidate.kind not in INVITABLE:
        kind = candidate.get_kind_display().lower()
        yield AccessStep(
            title, BAD, f"For “{kind}” you answer yourselves; nobody is asked."
        )
    elif candidate.vendor is None:
        mend = look.act("change-candidate", candidate, "Name its vendor")
        yield AccessStep(title, BAD, "No vendor is named for it.", (mend,))
    elif candidate.state == CandidateState.ELIMINATED:
        mend = look.act("reinstate", candidate, "Reinstate it")
        sentence = f"It is eliminated: {candidate.state_reason}"
        yield AccessStep(title, BAD, sentence, (mend,))
    else:
        yield AccessStep(title, GOOD, f"{candidate.vendor} does.")


@CHECKS.at(30)
def invited(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "It is invited"
    at = look.candidate.invited_at
    if at is None:
        mend = look.act("invite", look.candidate, "Invite it")
        yield AccessStep(title, BAD, "It is not, so nothing is shown to it.", (mend,))
    else:
        yield AccessStep(title, GOOD, f"Since {instant_sentence(at)}.")


@CHECKS.at(40)
def has_contacts(look: AccessDiagnosis) -> Iterator[AccessStep]:
    candidate = look.candidate
    title = "Contacts"
    if candidate.invited_at is None:
        yield AccessStep(title, LATER, "They get a mail when you invite the vendor.")
    elif look.contacts:
        for contact in look.contacts:
            for step in contact_steps(look, contact):
                yield replace(step, contact=contact)
    elif candidate.vendor is not None:
        mend = look.act("add-contact", candidate.vendor, "Add a contact")
        tone = WARN if look.last_call else BAD
        yield AccessStep(title, tone, "None: add one.", (mend,))


def contact_steps(look: AccessDiagnosis, contact: Any) -> Iterator[AccessStep]:
    """What lies behind one that fails is not looked at. Visits are told as days."""
    candidate = look.candidate
    again = look.act("send-link", candidate, "Send the link")
    correct = look.act("change-contact", contact, f"Correct {contact}'s address")
    if contact.disowned_at:
        add = look.act("add-contact", contact.vendor, "Add a contact")
        yield AccessStep("Current", BAD, "A colleague says: not one of us.", (add,))
        return
    yield AccessStep(
        "Current", GOOD, f"{contact.email} is a contact of {contact.vendor}."
    )
    if is_held_back(candidate, contact.email):
        confirm = look.act("send-link", candidate, "Confirm the address")
        sentence = "This address stands for a rival, too, and waits for your yes."
        yield AccessStep("Not held back", BAD, sentence, (confirm, correct))
        return
    yield AccessStep("Not held back", GOOD, "The address stands for no rival.")
    links = contact.links.filter(candidate=candidate).order_by("-made_at")
    letter = look.letter_to(contact, links)
    mail = letter.words if letter else "not sent"
    yield _link_step(look, links, mail, again)
    tone = letter.tone if letter else BAD
    mends = (correct, again) if letter and tone == BAD else (again,)
    because = (letter.because,) if letter and letter.because else ()
    tone = tone if tone in WORDS else WARN  # on its way
    yield AccessStep(
        "Mail taken", tone, f"The mail with the link: {mail}.", mends, because
    )
    visit = contact.last_visit
    theirs = links.filter(address=contact.address)
    code = SignInCode.objects.filter(link__in=theirs).first()
    taken = code and (code.sent_at or code.used_at)
    if code:
        sent, tone = ("taken", GOOD) if taken else ("not taken yet", WARN)
        code_text = f"Asked for {look.day(code.asked_at.date())}; its mail was {sent}."
    elif visit:
        code_text = "None lately."
        tone = GOOD
    else:
        code_text = "Has not asked for a code."
        tone = WARN if mail == "sent" else LATER
    yield AccessStep("Code", tone, code_text)
    if visit:
        was_in = f"Was in {look.day(visit)}."
    else:
        was_in = "Was not in yet."
    yield AccessStep("Last day in", GOOD if visit else LATER, was_in)
    open_ones = VendorSession.objects.filter(link__in=theirs, ended_at=None)
    session = open_ones.filter(last_visit_on__gte=look.today - IN_SIGHT).first()
    if session:
        begun = f"Begun {look.day(session.started_on)}."
    else:
        begun = "None is open."
    yield AccessStep("Session", GOOD if session else LATER, begun)


def _link_step(
    look: AccessDiagnosis, links: Any, mail: str, again: SuggestedFix
) -> AccessStep:
    lives = tuple(_life_of(look, link) for link in links)
    newest = links.filter(newest_link()).first()
    if newest is None:
        return AccessStep("Link", BAD, "None that opens anything.", (again,), lives)
    mend = look.act("let-in-again", newest, "Let them in again")
    turns = [link.turned_at.date() for link in links if link.turned_at]
    if turns and turns[0] >= look.today - IN_SIGHT:
        new = "mailed" if mail == "sent" else mail
        sentence = f"Link turned {look.day(turns[0])}; new link {new}."
        return AccessStep("Link", WARN, sentence, (mend,), lives)
    codes = sum(unknown_codes(link, look.now).count() for link in links)
    sentence = (
        "Codes that unknown browsers asked for in 7 days, and did not use: "
        f"{codes}. After {access.MOST_UNKNOWN} by one link its contact is mailed "
        "another."
    )
    if codes >= access.MOST_UNKNOWN:
        tone = WARN
    else:
        tone = GOOD
    return AccessStep("Link", tone, sentence, (mend,), lives)


def _life_of(look: AccessDiagnosis, link: InvitationLink) -> str:
    over = link.ended_at or link.turned_at
    end = "ended" if link.ended_at else "turned"
    if over:
        why = f", {end} {look.day(over.date())}: {link.get_why_display()}"
    else:
        why = ""
    return f"Made {look.day(link.made_at.date())}{why}."


@CHECKS.at(90)
def may_write(look: AccessDiagnosis) -> Iterator[AccessStep]:
    title = "Answering is open"
    evaluation = look.evaluation
    is_over = claims_are_closed(evaluation, look.now)
    if evaluation.claims_opened_at is None:
        mend = look.act("open-claims", evaluation, "Open answering")
        sentence = (
            "Not yet: it can read the requirements, but every claim is refused (409)."
        )
        yield AccessStep(title, BAD, sentence, (mend,))
    elif is_over or not evaluation.claims_are_open(look.now):
        mend = look.act("reopen-claims", evaluation, "Reopen answering")
        in_research = evaluation.is_open and evaluation.stage == Stage.RESEARCH
        mends = (mend,) if in_research else ()
        tone = BAD if mends else WARN
        yield AccessStep(title, tone, "It has closed: every claim is a 409.", mends)
    else:
        ends = evaluation.claims_close_at
        if ends:
            until = f"Until {instant_sentence(ends)}."
        else:
            until = "Without an end."
        yield AccessStep(title, GOOD, until)


def way_in(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    check_query(request, filters={"try"})
    user = reader(request)
    candidate = find_candidate(user, candidate_id)
    evaluation = candidate.evaluation
    owns = is_owner(user, evaluation)
    if not (owns or user.is_superuser):
        raise Forbidden("Only the owner and operators look into how vendors get in.")
    here = reverse("admin:way_in", args=[candidate.pk])
    look = AccessDiagnosis(candidate, tries="try" in request.GET, here=here)
    steps = steps_of(look)
    sentence, tone = verdict(look, steps)
    return show(
        request,
        evaluation,
        "vendors/way_in.html",
        title=f"Can the vendor get in? {candidate}",
        tab="invitations",
        crumbs=crumbs_to(
            evaluation, ("Invitations", "invitations"), (str(candidate), "")
        ),
        candidate=candidate,
        steps=steps,
        sentence=sentence,
        tone=tone,
        owns=owns,
        here=here,
    )


site.register_page("candidates/<uuid:candidate_id>/way-in/", way_in, "way_in")


class EndVendorSession(InEvaluation[VendorSession]):
    model = VendorSession
    target_name = "session"
    related = ("link__contact", "link__candidate__evaluation__owner")
    tab = "invitations"
    beside = "sessions"
    title = "End the session"
    verb = "End the session"
    service = access.end_session
    help = (
        "Their next page asks for a new code. To end their access, remove the contact."
    )
    success = "The session has ended."
    dangerous = True
    heading_format = "End the session of {target.link.contact.name}"


class LetInAgain(InEvaluation[InvitationLink]):
    model = InvitationLink
    target_name = "link"
    related = ("contact", "candidate__evaluation__owner")
    tab = "invitations"
    title = "Let them in again"
    verb = "Send a new link"
    service = let_in_again
    help = (
        "Mails the contact a new link that replaces the old one. Open sessions "
        "continue."
    )
    success = "The mail with the new link leaves within half a minute."
    heading_format = "Let {target.contact.name} in again"


class RevokeForm(forms.Form):
    reason = forms.CharField(label="Reason", required=False)


class OnToken(Act[VendorToken]):
    home_page = "admin:vendors_vendor_changelist"
    model = VendorToken
    target_name = "token"

    def allowed(self, user: User, target: Any) -> bool:
        return may_keep_tokens(user, target.vendor)


class RevokeToken(OnToken):
    title = "Revoke"
    verb = "Revoke the token"
    help = "Calls with this token then fail. You can't undo this."
    success = "The token is revoked."
    form_class = RevokeForm
    dangerous = True
    service = access.revoke_token


class ExpireForm(forms.Form):
    expires_at = day_field("Last day", help_text="In UTC.")


class ExpireToken(OnToken):
    title = "Set its last day"
    verb = "Save"
    help = "It can end earlier than it does, never later: replace it instead."
    success = "The last day is set."
    form_class = ExpireForm
    service = access.expire_token

    def arguments(self, target: VendorToken, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"token": target, "ends_at": end_of(data["expires_at"])}


USUAL_DAYS = 365


# How long an old token goes on beside the one that replaces it.
USUAL_OVERLAP = datetime.timedelta(days=7)


class VendorTokenForm(forms.Form):
    label = forms.CharField(
        label="Label",
        max_length=80,
        required=False,
        help_text="For people to tell it by, such as “build server”.",
    )
    expires_on = day_field(
        "Last day", required=False, help_text="In UTC. Blank: until it is revoked."
    )
    # The live tokens that the page showed, so that a reload issues no second one.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class ReplaceForm(VendorTokenForm):
    old_ends_on = day_field(
        "Last day of the old token", help_text="In UTC. Both tokens work until then."
    )


def token_view(request: HttpRequest, vendor_id: uuid.UUID) -> HttpResponse:
    """Ask for a label (GET); issue a token and show it (POST).

    With `replaces` it takes the place of another one, which goes on for a while.
    """
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    check_query(request, filters={"next", "replaces"})
    vendors = Vendor.objects.visible_to(reader(request))
    vendor: Vendor = require_row(vendors.filter(pk=vendor_id).first())
    if not may_keep_tokens(reader(request), vendor):
        raise Forbidden(
            f"Only the owner of an evaluation with {vendor} in it handles its tokens."
        )
    old = _replaced(request, vendor)
    if request.method == "POST":
        return _issue(request, vendor, old)
    today = timezone.now().date()
    initial = {
        "label": old.label if old else "",
        "expires_on": today + datetime.timedelta(days=USUAL_DAYS),
        "old_ends_on": today + USUAL_OVERLAP,
        "seen": _live(vendor),
    }
    return _page(request, vendor, _form_for(old)(initial=initial), old=old)


def _replaced(request: HttpRequest, vendor: Vendor) -> VendorToken | None:
    wanted = request.GET.get("replaces")
    if wanted is None:
        return None
    try:
        return live_tokens(vendor).get(pk=wanted, contact=None)
    except (ObjectDoesNotExist, ValidationError) as error:
        raise NotFound from error


def _form_for(old: VendorToken | None) -> type[VendorTokenForm]:
    if old:
        return ReplaceForm
    return VendorTokenForm


def _issue(
    request: HttpRequest, vendor: Vendor, old: VendorToken | None
) -> HttpResponse:
    form = _form_for(old)(request.POST)
    if not form.is_valid():
        return _page(request, vendor, form, old=old, status=HTTPStatus.BAD_REQUEST)
    data = form.cleaned_data
    if data["seen"] != _live(vendor):
        form = _form_for(old)(initial={**data, "seen": _live(vendor)})
        changed = "The vendor's tokens changed since this page was made. Look again."
        return _page(request, vendor, form, old=old, sentence=changed, status=409)
    terms: dict[str, Any] = {
        "label": data["label"],
        "expires_at": end_of(data["expires_on"]) if data["expires_on"] else None,
        "by": reader(request),
    }
    try:
        with transaction.atomic():
            token, secret = (
                access.rotate_token(
                    token=old, ends_at=end_of(data["old_ends_on"]), **terms
                )
                if old
                else access.issue_token(vendor=vendor, **terms)
            )
    except Problem as problem:
        sentence = problem.sentence
        status = problem.status
        return _page(request, vendor, form, old=old, sentence=sentence, status=status)
    return _page(request, vendor, None, old=old, token=token, secret=secret)


def _live(vendor: Vendor) -> str:
    return " ".join(sorted(live_tokens(vendor).values_list("prefix", flat=True)))


def _back(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None
    )
    return wanted if ours else ""


def _page(
    request: HttpRequest,
    vendor: Vendor,
    form: VendorTokenForm | None,
    *,
    old: VendorToken | None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    return site.page(
        request,
        "vendors/token.html",
        title=f"{'Replace' if old else 'Issue'} a token: {vendor}",
        status=status,
        crumbs=[
            ("Vendors", reverse("admin:vendors_vendor_changelist")),
            (str(vendor), ""),
        ],
        vendor=vendor,
        form=form,
        old=old,
        back=_back(request),
        live=live_tokens(vendor),
        **context,
    )


site.register_page("vendors/<uuid:vendor_id>/token/", token_view, "issue_token")


@admin.register(VendorToken, site=site)
class VendorTokenAdmin(HardenedAdmin):
    empty_text = "Tokens are issued on the Candidates page of an evaluation."
    life = ("issued_at", "expires_at", "revoked_at", "last_used_on")
    list_display = ("prefix", "vendor", "label", "contact", *life)
    list_filter = (by("vendor"),)
    fields = ("vendor", "prefix", "label", "contact", *life)

    def audience(self, user: User) -> bool:
        return may_keep_vendors(user)
