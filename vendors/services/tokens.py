"""Keys to the vendor API: shown once, kept as a digest, revocable at once."""

import datetime
import uuid
from collections.abc import Mapping
from typing import NoReturn

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import Inputs
from vendors.models import Candidate, LastSeen, Vendor, VendorToken
from vendors.policy import require_token_keeper
from vendors.selectors import live_tokens
from vendors.services.access import owe_expiry_warnings
from vendors.services.contacts import record_for_vendor
from vendors.wall import digest_of, new_token

# A person's bookmark: up to when they have seen what a candidate's vendor sent.


@transaction.atomic
def mark_seen(
    *, evaluation: Evaluation, until: Mapping[uuid.UUID, datetime.datetime], by: User
) -> None:
    """Remember that `by` has seen what each of these candidates sent until then.

    It says nothing of the evaluation, so no entry of its journal tells it: the
    journal counts changes, and a page that somebody is about to sign would be stale.
    What came later than the page that was looked at stays unseen, and nothing that
    was seen becomes new again.

    Raises:
        NotFound: a candidate of another evaluation.

    """
    rows = Candidate.objects.visible_to(by).filter(evaluation=evaluation)
    candidates = rows.in_bulk(list(until))
    if len(candidates) < len(until):
        raise NotFound
    now = database_now()
    for key, candidate in sorted(candidates.items()):
        moment = min(until[key], now)
        seen, is_new = LastSeen.objects.select_for_update(no_key=True).get_or_create(
            person=by, candidate=candidate, defaults={"until": moment}
        )
        if not is_new and seen.until < moment:
            seen.until = moment
            seen.save(update_fields=["until"])


# The one in use and the one that replaces it.
MOST_LIVE = 2


def actor_by_token(vendor: str, prefix: str) -> Actor:
    """Who acts when a token of `vendor` is used."""
    return Actor(name=f"{vendor} (token {prefix})")


@transaction.atomic
def issue_token(
    *,
    vendor: Vendor,
    by: By,
    label: str = "",
    expires_at: datetime.datetime | None = None,
) -> tuple[VendorToken, str]:
    """A new token and its secret text, which is shown this once and never kept.

    Raises:
        Forbidden: not an owner who evaluates the vendor.
        Refused: two are live; revoke one first. Invalid: it expires in the past.

    """
    require_token_keeper(by, vendor)
    inputs = Inputs()
    name = inputs.line("label", label, limit=80, blank=True)
    inputs.check()
    # Counting and adding must not be torn apart by a second click. Calls that refer to
    # the vendor meanwhile go on: they only need its key.
    vendor = Vendor.objects.select_for_update(of=("self",), no_key=True).get(
        pk=vendor.pk
    )
    if live_tokens(vendor).count() >= MOST_LIVE:
        raise Refused(
            f"{vendor.name} has {MOST_LIVE} live tokens; revoke one before issuing "
            "another."
        )
    now = timezone.now()
    if expires_at is not None and expires_at <= now:
        _refuse_end("A token must expire in the future.")
    prefix, secret = new_token("evt")
    token = VendorToken.objects.create(
        vendor=vendor,
        label=name,
        prefix=prefix,
        digest=digest_of(secret),
        issued_at=now,
        issued_by=actor_of(by).user,
        expires_at=expires_at,
    )
    record_for_vendor(
        vendor=vendor,
        action="token.issued",
        subject=token,
        by=by,
        after={"vendor": vendor.name, "prefix": prefix, "label": name},
    )
    owe_expiry_warnings(token=token)
    return token, secret


@transaction.atomic
def rotate_token(
    *,
    token: VendorToken,
    ends_at: datetime.datetime,
    by: By,
    label: str = "",
    expires_at: datetime.datetime | None = None,
) -> tuple[VendorToken, str]:
    """A new token beside `token`, which goes on until `ends_at` so that none is missed.

    Raises:
        Forbidden: not an owner who evaluates the vendor.
        Refused: it is not live, or a second one is. Invalid: a day in the past.

    """
    # Before any evaluation, whose journal tells of both.
    token = VendorToken.objects.select_for_update(of=("self",), no_key=True).get(
        pk=token.pk
    )
    made = issue_token(vendor=token.vendor, by=by, label=label, expires_at=expires_at)
    if token.expires_at is None or ends_at < token.expires_at:
        expire_token(token=token, ends_at=ends_at, by=by)
    return made


@transaction.atomic
def expire_token(
    *, token: VendorToken, ends_at: datetime.datetime, by: By
) -> VendorToken:
    """Let a live token end, or end earlier; only another token lasts longer.

    Raises:
        Forbidden: not an owner who evaluates the vendor.
        Refused: it is not live. Invalid: in the past, or later than it ends already.

    """
    require_token_keeper(by, token.vendor)
    token = VendorToken.objects.select_for_update(of=("self",), no_key=True).get(
        pk=token.pk
    )
    now = timezone.now()
    if token.revoked_at or (token.expires_at and token.expires_at <= now):
        raise Refused(f"Token {token.prefix} has ended; issue another.")
    if ends_at <= now:
        _refuse_end("It must end in the future; to end it now, revoke it.")
    if token.expires_at and ends_at > token.expires_at:
        _refuse_end("A token does not get longer; replace it by a new one.")
    before, token.expires_at = token.expires_at, ends_at
    token.save(update_fields=["expires_at"])
    record_for_vendor(
        vendor=token.vendor,
        action="token.ends",
        subject=token,
        by=by,
        before={"expires_at": before},
        after={
            "vendor": token.vendor.name,
            "prefix": token.prefix,
            "expires_at": ends_at,
        },
    )
    owe_expiry_warnings(token=token)
    return token


@transaction.atomic
def revoke_token(*, token: VendorToken, by: By, reason: str = "") -> VendorToken:
    """End a token; the next request with it is refused."""
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
    token = VendorToken.objects.select_for_update(of=("self",), no_key=True).get(
        pk=token.pk
    )
    if token.revoked_at is not None:
        raise Refused(f"Token {token.prefix} is revoked already.")
    token.revoked_at = timezone.now()
    token.leaked_at = token.revoked_at if leaked else None
    token.save(update_fields=["revoked_at", "leaked_at"])
    record_for_vendor(
        vendor=token.vendor,
        action="token.revoked",
        subject=token,
        by=by,
        after={"vendor": token.vendor.name, "prefix": token.prefix},
        reason=reason,
    )
    return token


def note_use(*, token: VendorToken) -> None:
    """Remember the day of the last use; at most one write a day."""
    today = timezone.now().date()
    if token.last_used_on != today:
        VendorToken.objects.filter(pk=token.pk).update(last_used_on=today)
        token.last_used_on = today


def _refuse_end(sentence: str) -> NoReturn:
    raise Invalid(sentence, errors={"expires_at": [sentence]})
