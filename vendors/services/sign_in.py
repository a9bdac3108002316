"""The way into the vendor pages: a link, a code by mail, and what the code opens."""

import datetime

from django.db import transaction
from django.db.models import Sum

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import Actor
from evaltracker.kit.clock import database_now
from vendors.models import InvitationLink, SignInCode, VendorSession
from vendors.secrets import is_code_of
from vendors.selectors.sign_in import code_of_browser
from vendors.services.candidates import lock_candidate
from vendors.services.invitations import note_first_seen
from vendors.services.vendor_sessions import begin_session
from vendors.wall import digest_of

LIVES = datetime.timedelta(minutes=15)
DAY = datetime.timedelta(days=1)
MOST_TRIES = 5
MOST_CODES = 10
# Wrong codes of one invitation in a day, whoever typed them.
MOST_WRONG = 50
NO = "This code does not work. Check it, or ask for a new one."
ENOUGH = (
    "Too many codes were asked for today, so none was sent. Use the newest one that "
    "you have, come back tomorrow, or write to the person who invited you."
)


def actor_in_pages(link: InvitationLink) -> Actor:
    """Who acts when a contact is in the vendor pages."""
    return Actor(name=f"{link.vendor.name} ({link.contact.name})")


@transaction.atomic
def ask_code(*, link: InvitationLink, nonce: str) -> SignInCode:
    """Promise a code to the link's contact, which opens in the asking browser alone.

    It is sent after the commit (`code_mail`).

    Raises:
        Refused: ten were asked for within a day, by whatever link of the contact.

    """
    links = InvitationLink.objects.filter(contact=link.contact_id).order_by("pk")
    locked = list(links.select_for_update(of=("self",), no_key=True))
    now = database_now()
    recent = SignInCode.objects.filter(link__in=locked, asked_at__gt=now - DAY)
    if recent.count() >= MOST_CODES:
        raise Refused(ENOUGH, code="enough_codes")
    InvitationLink.objects.filter(pk=link.pk).update(last_asked_at=now)
    return SignInCode.objects.create(
        link=link,
        browser_digest=digest_of(nonce),
        asked_at=now,
        expires_at=now + LIVES,
    )


@transaction.atomic
def use_code(
    *, link: InvitationLink, nonce: str, typed: str
) -> tuple[VendorSession, str] | None:
    """The session that a code opens, and its secret; None for a code that does not.

    A wrong one counts. So its transaction is to end well also where the answer is no.
    """
    candidate = lock_candidate(link.candidate)
    now = database_now()
    asked = code_of_browser(link, nonce) if nonce else None
    if asked is None or wrong_tries(link, now) >= MOST_WRONG:
        return None
    code = SignInCode.objects.select_for_update(of=("self",), no_key=True).get(
        pk=asked.pk
    )
    if code.used_at or code.expires_at <= now or code.wrong_tries >= MOST_TRIES:
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
    journal.record(
        evaluation=candidate.evaluation,
        action="vendor_session.begun",
        subject=candidate,
        by=actor,
        after={"candidate": candidate.name, "contact": link.contact.name},
    )
    return begin_session(link=link, now=now)


def wrong_tries(link: InvitationLink, now: datetime.datetime) -> int:
    """How many wrong codes were typed for the link's invitation within a day."""
    rows = SignInCode.objects.filter(
        link__candidate=link.candidate_id, asked_at__gt=now - DAY
    )
    return rows.aggregate(sum=Sum("wrong_tries"))["sum"] or 0
