"""Keys to the vendor API: shown once, kept as a digest, revocable at once."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations.journal import actor_of
from evaltracker.evaluations.text import Inputs
from vendors.models import Vendor, VendorToken
from vendors.policy import require_token_keeper
from vendors.selectors import live_tokens
from vendors.services.companies import record_for_vendor

if TYPE_CHECKING:
    import datetime

    from evaltracker.evaluations.journal import By

# The one in use and the one that replaces it.
MOST_LIVE = 2


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
    # Counting and adding must not be torn apart by a second click.
    vendor = Vendor.objects.select_for_update(of=("self",)).get(pk=vendor.pk)
    if live_tokens(vendor).count() >= MOST_LIVE:
        raise Refused(
            f"{vendor.name} has {MOST_LIVE} live tokens; revoke one before issuing "
            "another."
        )
    now = timezone.now()
    if expires_at is not None and expires_at <= now:
        sentence = "A token must expire in the future."
        raise Invalid(sentence, errors={"expires_at": [sentence]})
    prefix = f"evt_{secrets.token_hex(6)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    token = VendorToken.objects.create(
        vendor=vendor,
        label=name,
        prefix=prefix,
        digest=hashlib.sha256(secret.encode()).hexdigest(),
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
    return token, secret


@transaction.atomic
def revoke_token(*, token: VendorToken, by: By, reason: str = "") -> VendorToken:
    """End a token; the next request with it is refused."""
    require_token_keeper(by, token.vendor)
    return end_token(token=token, by=by, reason=reason)


@transaction.atomic
def end_token(*, token: VendorToken, by: By, reason: str) -> VendorToken:
    """End a token without asking who: also what a leaked one does to itself."""
    token = VendorToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if token.revoked_at is not None:
        raise Refused(f"Token {token.prefix} is revoked already.")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
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
