"""How a person wants to be told: rhythm, zone, days off, a calendar of their own.

People belong to no evaluation, so these stand in the account log, not in a journal.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from evaltracker.errors import Refused
from evaltracker.evaluations.account_log import record
from evaltracker.evaluations.choices import AccountAction
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import change
from evaltracker.notices.services.digests import place_anew

OWN = ("mail_rhythm", "time_zone", "country", "subdivision")


@transaction.atomic
def change_preferences(*, by: User, values: Mapping[str, Any]) -> User:
    """Change one's own; what is owed already is placed anew.

    Raises:
        Invalid: with the sentences by field.

    """
    person: User = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    wanted = {name: values[name] for name in OWN if name in values}
    _, after = change(person, **wanted)
    if after:
        place_anew(person)
        record(
            action=AccountAction.CHANGED,
            person=person,
            by=by,
            detail=", ".join(sorted(after)),
        )
    return person


@transaction.atomic
def renew_feed(*, by: User) -> str:
    """A new secret for the address of one's calendar; the old address ends at once.

    Returns:
        The secret, this once: only its digest is kept.

    """
    secret = secrets.token_urlsafe(32)
    User.objects.filter(pk=by.pk).update(
        feed_digest=digest_of(secret), feed_made_at=Now()
    )
    record(action=AccountAction.CHANGED, person=by, by=by, detail="calendar made")
    return secret


def check_stop_feed(by: User) -> None:
    """Whoever has an address for their calendar stops it."""
    if not by.feed_digest:
        raise Refused("Your calendar has no address.")


@transaction.atomic
def stop_feed(*, by: User) -> None:
    """Serve one's calendar to nobody any more.

    Raises:
        Refused: it has no address.

    """
    by.refresh_from_db(fields=["feed_digest"])
    check_stop_feed(by)
    User.objects.filter(pk=by.pk).update(feed_digest="", feed_made_at=None)
    record(action=AccountAction.CHANGED, person=by, by=by, detail="calendar stopped")


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def owner_of_feed(secret: str) -> User | None:
    """Whose calendar it is, while their login works."""
    found: User | None = User.objects.filter(
        feed_digest=digest_of(secret), is_active=True
    ).first()
    return found
