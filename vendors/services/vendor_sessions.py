"""Sessions in the vendor pages: begun by a code, ended by many."""

import datetime
from typing import Any

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.kit.clock import database_now
from vendors.models import InvitationLink, VendorSession
from vendors.secrets import new_secret
from vendors.wall import digest_of


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
    """Remember the day of the last visit; at most one write a day."""
    today = database_now().date()
    if session.last_visit_on != today:
        VendorSession.objects.filter(pk=session.pk).update(last_visit_on=today)
        session.last_visit_on = today


def sign_out(*, session: VendorSession) -> None:
    """End a session by its own contact's wish."""
    session.ended_at = database_now()
    session.save(update_fields=["ended_at"])


def end_sessions(**whose: Any) -> int:
    """End the live sessions that these conditions name; how many there were."""
    rows = VendorSession.objects.filter(ended_at__isnull=True, **whose)
    return rows.update(ended_at=database_now())


def check_end_session(session: VendorSession, by: By) -> None:
    """The owner ends a session that is live."""
    check_owned(session.link.candidate.evaluation, by)
    if session.ended_at is not None:
        raise Refused("This session has ended already.")


@transaction.atomic
def end_session(*, session: VendorSession, by: By) -> VendorSession:
    """End a contact's session in the vendor pages; they may ask for a new code.

    Raises:
        Forbidden: not the owner. Refused: it has ended.

    """
    candidate = session.link.candidate
    evaluation = lock(candidate.evaluation)
    session = (
        VendorSession.objects.select_for_update(of=("self",), no_key=True)
        .select_related("link__contact", "link__candidate__evaluation")
        .get(pk=session.pk)
    )
    check_end_session(session, by)
    session.ended_at = database_now()
    session.save(update_fields=["ended_at"])
    journal.record(
        evaluation=evaluation,
        action="vendor_session.ended",
        subject=candidate,
        by=by,
        after={"candidate": candidate.name, "contact": session.link.contact.name},
    )
    return session
