"""Inviting vendors: telling their contacts, telling them again, and being seen."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.notices.kinds import KINDS
from evaltracker.notices.mail import (
    DeliveryOutcome,
    MailConnection,
    Unreachable,
    outgoing_message,
)
from evaltracker.notices.services import scheduling
from evaltracker.toolbox.days import database_now, instant_of, wall_of
from evaltracker.toolbox.secrets import digest_of, new_secret, new_token
from evaltracker.toolbox.text import CallFields
from vendors.choices import CandidateState, RefusalReason
from vendors.mail import is_code_of, mail_of_code
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
from vendors.notices import SignInCodeMail, TokenEnds, TokenLeaked, TokenLeakedOutside
from vendors.policy import require_token_keeper
from vendors.row_visibility import behind_the_wall, show_vendor
from vendors.selectors.access import MOST_TRIES, live_tokens, living_code, unknown_codes
from vendors.services.candidates import lock_candidate, record_for_vendor, record_on

# Two weeks to hand over another one, and a last word.
WARNED_DAYS = (14, 3)
MORNING = datetime.time(9)


def schedule_expiry_warnings(*, token: VendorToken) -> None:
    """Owe whoever runs an evaluation with its vendor a mail before `token` ends.

    What would be due already is not owed: whoever chose so near an end knows of it.
    """
    if token.expires_at is None or token.revoked_at is not None:
        return
    now = timezone.now()
    for evaluation in _answered_by(token.vendor):
        zone = evaluation.owner.time_zone
        for days in WARNED_DAYS:
            last = wall_of(token.expires_at, zone).date()
            day = last - datetime.timedelta(days=days)
            if instant_of(day, MORNING, zone) > now:
                scheduling.schedule_notice(
                    kind=TokenEnds.name,
                    evaluation=evaluation,
                    subject_id=token.pk,
                    occurrence=token.expires_at.isoformat(),
                    offset_days=days,
                    recipient=evaluation.owner,
                    day=day,
                    time=MORNING,
                    zone=zone,
                )


@transaction.atomic
def tell_of_leaks() -> None:
    """Owe those whose token stood in an address a mail about it; each once.

    They are who runs an evaluation that its vendor answers, who issued it if they may
    see one, and the vendor's contacts. Without such an evaluation nobody needs it.
    """
    leaked: Any = VendorToken.objects.filter(
        leaked_at__isnull=False, leak_told_at__isnull=True
    )
    for token in leaked.select_for_update(skip_locked=True, of=("self",), no_key=True):
        for evaluation in _answered_by(token.vendor):
            about = {"evaluation": evaluation, "subject_id": token.pk}
            for person in _concerned(evaluation, token):
                scheduling.owe_now(kind=TokenLeaked.name, recipient=person, **about)
            for contact in Contact.objects.current().filter(vendor=token.vendor_id):
                scheduling.owe_now(
                    kind=TokenLeakedOutside.name,
                    address=contact.email,
                    addressee=contact.name,
                    **about,
                )
        VendorToken.objects.filter(pk=token.pk).update(leak_told_at=timezone.now())


def _answered_by(vendor: Vendor) -> Iterable[Evaluation]:
    """The open evaluations to which `vendor` is invited and still in the choice; tests
    only where there is no other, for all of them would tell the same."""
    candidates = Candidate.objects.filter(
        vendor=vendor, invited_at__isnull=False
    ).exclude(state=CandidateState.ELIMINATED)
    rows: Any = Evaluation.objects.filter(
        status=Status.OPEN, pk__in=candidates.values("evaluation_id")
    )
    ordered = rows.select_related("owner").order_by("pk")
    answered: Iterable[Evaluation] = ordered.real() or ordered
    return answered


def _concerned(evaluation: Evaluation, token: VendorToken) -> set[Any]:
    issuer = token.issued_by
    if issuer is None:
        return {evaluation.owner}
    sees = Evaluation.objects.visible_to(issuer).filter(pk=evaluation.pk).exists()
    if sees:
        return {evaluation.owner, issuer}
    return {evaluation.owner}


@transaction.atomic
def note_first_seen(*, candidate: Candidate, by: By) -> None:
    """Keep when a vendor first called by this invitation; once, then never again.

    It locks as every service does, the evaluation first: the same call may go on to
    write a claim.
    """
    candidate = lock_candidate(candidate)
    if candidate.first_seen_at is not None:
        return
    candidate.first_seen_at = database_now()
    candidate.save(update_fields=["first_seen_at"])
    record_on(candidate, "invitation.seen", by)


KEPT = datetime.timedelta(days=7)
LONGEST_ADDRESS = 45


def note_refused_call(*, prefix: str, why: RefusalReason, address: str) -> None:
    """Note that a call with a token that begins so was refused, once a minute.

    One statement that adds and never reads: the vendor process may do no more.
    """
    at = timezone.now().replace(second=0, microsecond=0)
    address = address[:LONGEST_ADDRESS]
    number = uuid.uuid5(
        uuid.NAMESPACE_OID, f"{at.isoformat()} {prefix} {why} {address}"
    )
    row = RefusedCall(id=number, prefix=prefix, why=why, address=address, at=at)
    RefusedCall.objects.bulk_create([row], ignore_conflicts=True)


def forget_refused_calls() -> None:
    """Drop what is older than a week; addresses are not kept for longer."""
    RefusedCall.objects.filter(at__lt=timezone.now() - KEPT).delete()


LIVES = datetime.timedelta(minutes=15)
DAY = datetime.timedelta(days=1)
MINUTE = datetime.timedelta(minutes=1)
# How often the same code is mailed again, at most once a minute.
MOST_REPEATS = 3
# Of `unknown_codes`. So whoever has a link guesses right with 8 × 5 / 2^40 a week,
# from however many addresses.
MOST_UNKNOWN = 8
# Of one browser that was let in before, in a day.
MOST_KNOWN = 20
NO = gettext_lazy("This code does not work. Check it, or ask for a new one.")


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """What became of asking for a code: None where the link was replaced."""

    code: SignInCode | None
    # For the browser to keep; and whether a mail is to leave now.
    nonce: str = ""
    is_owed: bool = False


def actor_in_pages(link: InvitationLink) -> Actor:
    return Actor(name=f"{link.vendor.name} ({link.contact.name})")


@transaction.atomic
def ask_code(*, link: InvitationLink, nonce: str = "", known: str = "") -> CodeRequest:
    """Promise a code to the link's contact, which opens in the asking browser alone.

    One that lives in it already is mailed again. `known` tells a browser that this
    contact was let in by before; those that nobody knows may ask so often, then the
    link is marked to be turned. That has to be kept, so its transaction is to end well.
    """
    rows = InvitationLink.objects.filter(pk=link.pk)
    locked = rows.select_for_update(of=("self",), no_key=True).get()
    now = database_now()
    if code := living_code(link, nonce, now):
        if code.mails > MOST_REPEATS or now - code.last_asked_at < MINUTE:
            return CodeRequest(code, nonce)
        code.mails = code.mails + 1
        code.last_asked_at = now
        code.sent_at = None
        code.save(update_fields=["mails", "last_asked_at", "sent_at"])
        return CodeRequest(code, nonce, is_owed=True)
    known_digest = digest_of(known) if known else ""
    if known:
        of_browser = SignInCode.objects.filter(
            link__contact=link.contact_id, known_digest=known_digest
        )
        if of_browser.filter(asked_at__gt=now - DAY).count() >= MOST_KNOWN:
            sentence = _(
                "Too many codes were asked for in this browser today, so none was "
                "sent. Use the newest one that you have, wait an hour, or write to the "
                "person who invited you."
            )
            raise Refused(sentence, code="enough_codes")
    elif locked.is_replaced or unknown_codes(link, now).count() >= MOST_UNKNOWN:
        rows.filter(turn_marked_at__isnull=True).update(turn_marked_at=now)
        return CodeRequest(None)
    nonce = new_secret()
    code = SignInCode.objects.create(
        link=link,
        browser_digest=digest_of(nonce),
        known_digest=known_digest,
        asked_at=now,
        last_asked_at=now,
        expires_at=now + LIVES,
    )
    return CodeRequest(code, nonce, is_owed=True)


@transaction.atomic
def use_code(
    *, link: InvitationLink, nonce: str, typed: str
) -> tuple[VendorSession, str] | None:
    """The session that a code opens, and its secret; None for a code that does not.

    A wrong one counts. So its transaction is to end well also where the answer is no.
    """
    candidate = lock_candidate(link.candidate)
    now = database_now()
    sent = living_code(link, nonce, now)
    if sent is None:
        return None
    code = lock(sent)
    if code.used_at or code.wrong_tries >= MOST_TRIES:
        return None
    if not is_code_of(code.pk, typed):
        code.wrong_tries += 1
        code.save(update_fields=["wrong_tries"])
        return None
    code.used_at = now
    code.save(update_fields=["used_at"])
    actor = actor_in_pages(link)
    if candidate.first_seen_at is None:
        note_first_seen(candidate=candidate, by=actor)
    record_on(candidate, "vendor_session.begun", actor, contact=link.contact.name)
    return begin_session(link=link, now=now)


# The one in use and the one that replaces it.
MOST_LIVE = 2


def actor_by_token(vendor: str, prefix: str) -> Actor:
    return Actor(name=f"{vendor} (token {prefix})")


@transaction.atomic
def issue_token(
    *,
    vendor: Vendor,
    by: By,
    label: str = "",
    expires_at: datetime.datetime | None = None,
    contact: Contact | None = None,
) -> tuple[VendorToken, str]:
    """A new token and its secret text, which is shown this once and never kept.

    One of a contact's own reads what they may read, and ends with them.
    """
    if contact is None:
        require_token_keeper(by, vendor)
    inputs = CallFields()
    name = inputs.line("label", label, limit=80, blank=contact is None)
    inputs.check()
    # Counting and adding must not be torn apart by a second click. Calls that refer to
    # the vendor meanwhile go on: they only need its key.
    if contact:
        lock_contact(contact)
    else:
        vendor = lock(vendor)
    if live_tokens(vendor).filter(contact=contact).count() >= MOST_LIVE:
        sentence = _(
            "%(vendor)s has %(most)s live tokens; revoke one before issuing another."
        )
        if contact:
            sentence = _(
                "You have %(most)s live tokens; end one before issuing another."
            )
        raise Refused(sentence % {"vendor": vendor.name, "most": MOST_LIVE})
    now = timezone.now()
    if expires_at is not None and expires_at <= now:
        raise Invalid(_("A token must expire in the future."), field="expires_at")
    prefix, secret = new_token("evt")
    token = VendorToken.objects.create(
        vendor=vendor,
        contact=contact,
        label=name,
        prefix=prefix,
        digest=digest_of(secret),
        issued_at=now,
        issued_by=actor_of(by).user,
        expires_at=expires_at,
    )
    details = {"vendor": vendor.name, "prefix": prefix, "label": name}
    if contact:
        details["own"] = "yes"
    record_for_vendor(token, "token.issued", by, after=details)
    schedule_expiry_warnings(token=token)
    return token, secret


def lock_contact(contact: Contact) -> Contact:
    """The contact under a row lock, if still the same person and one of the vendor."""
    rows = Contact.objects.current().filter(email=contact.email, disowned_at=None)
    locked = rows.select_for_update(of=("self",), no_key=True).filter(pk=contact.pk)
    row: Contact | None = locked.select_related("vendor").first()
    if row is None:
        raise Refused(_("They are no contact under this address any more."))
    return row


def end_own_tokens(*, contact: Contact, reason: str, by: By) -> None:
    """End all tokens of a contact's own; all are locked before any evaluation is."""
    live = live_tokens(contact.vendor).filter(contact=contact).order_by("pk")
    for token in list(live.select_for_update(of=("self",), no_key=True)):
        end_token(token=token, by=by, reason=reason)


@transaction.atomic
def rotate_token(
    *,
    token: VendorToken,
    ends_at: datetime.datetime,
    by: By,
    label: str = "",
    expires_at: datetime.datetime | None = None,
) -> tuple[VendorToken, str]:
    """A new token beside `token`, which goes on until `ends_at`: no call is missed."""
    # Before any evaluation, whose journal tells of both.
    token = lock(token)
    made = issue_token(vendor=token.vendor, by=by, label=label, expires_at=expires_at)
    if token.expires_at is None or ends_at < token.expires_at:
        expire_token(token=token, ends_at=ends_at, by=by)
    return made


@transaction.atomic
def expire_token(
    *, token: VendorToken, ends_at: datetime.datetime, by: By
) -> VendorToken:
    """Let a live token end, or end earlier; only another token lasts longer."""
    require_token_keeper(by, token.vendor)
    token = lock(token)
    now = timezone.now()
    if token.revoked_at or (token.expires_at and token.expires_at <= now):
        raise Refused(f"Token {token.prefix} has ended; issue another.")
    if ends_at <= now:
        sentence = "It must end in the future; to end it now, revoke it."
        raise Invalid(sentence, field="expires_at")
    if token.expires_at and ends_at > token.expires_at:
        sentence = "A token does not get longer; replace it by a new one."
        raise Invalid(sentence, field="expires_at")
    before = token.expires_at
    token.expires_at = ends_at
    token.save(update_fields=["expires_at"])
    details = {
        "vendor": token.vendor.name,
        "prefix": token.prefix,
        "expires_at": ends_at,
    }
    record_for_vendor(
        token, "token.ends", by, before={"expires_at": before}, after=details
    )
    schedule_expiry_warnings(token=token)
    return token


@transaction.atomic
def revoke_token(*, token: VendorToken, by: By, reason: str = "") -> VendorToken:
    require_token_keeper(by, token.vendor)
    return end_token(token=token, by=by, reason=reason)


@transaction.atomic
def end_token(
    *, token: VendorToken, by: By, reason: str, leaked: bool = False
) -> VendorToken:
    """End a token without asking who: also what a leaked one does to itself.

    Of a leak those are told whose token it is, by the next `tell_of_leaks`: the
    process that finds it may know neither users nor contacts.
    """
    token = lock(token)
    if token.revoked_at is not None:
        sentence = _("Token %(prefix)s is revoked already.")
        raise Refused(sentence % {"prefix": token.prefix})
    token.revoked_at = timezone.now()
    token.leaked_at = token.revoked_at if leaked else None
    token.save(update_fields=["revoked_at", "leaked_at"])
    details = {"vendor": token.vendor.name, "prefix": token.prefix}
    record_for_vendor(token, "token.revoked", by, after=details, reason=reason)
    return token


def note_use(*, token: VendorToken) -> None:
    """Remember the day of the last use; at most one write a day."""
    today = timezone.now().date()
    if token.last_used_on != today:
        VendorToken.objects.filter(pk=token.pk).update(last_used_on=today)
        token.last_used_on = today


# How long the process that was asked may take before a sweep sends it instead.
PATIENCE = datetime.timedelta(seconds=20)
logger = structlog.get_logger(__name__)


def send_code(*, code: SignInCode) -> bool:
    """Hand the mail over now, outside any transaction; whether it was taken.

    Nothing is raised: what was not taken stays owed.
    """
    link = code.link
    number = mail_of_code(code.pk, code.mails)
    notice = Notice(
        id=number,
        kind=SignInCodeMail.name,
        evaluation=link.candidate.evaluation,
        subject_id=str(code.pk),
        address=link.contact.email,
        addressee=link.contact.name,
        message_id=scheduling.message_id_of(number),
    )
    notice.subject = code
    parcel = outgoing_message(notice, KINDS[notice.kind].compose(notice))
    with MailConnection() as line:
        try:
            line.open()
        except Unreachable:
            logger.warning("mail_server_unreachable")
            return False
        if line.hand(parcel).verdict != DeliveryOutcome.TAKEN:
            logger.warning("code_not_taken", code_id=str(code.pk))
            return False
    with behind_the_wall():
        show_vendor(link.vendor_id)
        SignInCode.objects.filter(pk=code.pk).update(sent_at=database_now())
    return True


@transaction.atomic
def owe_unsent_codes() -> None:
    """Owe the codes that the mail server did not take when they were asked for."""
    now = database_now()
    rows: Any = SignInCode.objects.filter(
        sent_at__isnull=True,
        used_at__isnull=True,
        expires_at__gt=now,
        last_asked_at__lt=now - PATIENCE,
    )
    unsent = rows.select_related("link__contact", "link__candidate__evaluation")
    by_mail = {mail_of_code(code.pk, code.mails): code for code in unsent}
    owed = Notice.objects.filter(pk__in=by_mail).values_list("pk", flat=True)
    for number in sorted(by_mail.keys() - set(owed)):
        code = by_mail[number]
        scheduling.owe_now(
            kind=SignInCodeMail.name,
            evaluation=code.link.candidate.evaluation,
            subject_id=code.pk,
            occurrence=number if code.mails > 1 else "",
            address=code.link.contact.email,
            addressee=code.link.contact.name,
            number=number,
        )


def begin_session(
    *, link: InvitationLink, now: datetime.datetime
) -> tuple[VendorSession, str]:
    """A new session and its secret, which its browser alone keeps."""
    secret = new_secret()
    session = VendorSession.objects.create(
        link=link,
        vendor_id=link.vendor_id,
        digest=digest_of(secret),
        started_at=now,
        last_visit_on=now.date(),
    )
    return session, secret


def note_visit(*, session: VendorSession) -> None:
    today = database_now().date()
    if session.last_visit_on != today:
        VendorSession.objects.filter(pk=session.pk).update(last_visit_on=today)
        session.last_visit_on = today


def store_language(*, contact: Contact, language: str) -> None:
    """In which somebody reads; like a visit, no event of an evaluation. Outside any
    transaction, whose locks of an evaluation come after those of people."""
    with behind_the_wall():
        show_vendor(contact.vendor_id)
        Contact.objects.filter(pk=contact.pk).update(language=language)


def sign_out(*, session: VendorSession) -> None:
    session.ended_at = database_now()
    session.save(update_fields=["ended_at"])


def check_end_session(session: VendorSession, by: By) -> None:
    check_owned(session.link.candidate.evaluation, by)
    if session.ended_at is not None:
        raise Refused("This session has ended already.")


@transaction.atomic
def end_session(*, session: VendorSession, by: By) -> VendorSession:
    candidate = session.link.candidate
    lock(candidate.evaluation)
    session = lock(session, "link__contact", "link__candidate__evaluation")
    check_end_session(session, by)
    session.ended_at = database_now()
    session.save(update_fields=["ended_at"])
    contact = session.link.contact.name
    record_on(candidate, "vendor_session.ended", by, contact=contact)
    return session
