"""Owing a mail to the people of vendors; vendors/notices.py asks again at sending."""

import datetime
from collections.abc import Iterable

from django.db.models import QuerySet

from evaltracker.evaluations.models import Evaluation
from evaltracker.notices.services.scheduling import schedule_notice
from vendors.models import Candidate, Contact
from vendors.selectors import active_candidates

# What an owner does in one go, such as answering five questions, is one mail.
GATHERED = datetime.timedelta(minutes=15)
LEAST = datetime.timedelta(minutes=5)


def invited_candidates(evaluation: Evaluation) -> QuerySet[Candidate]:
    """Those in the choice whose vendor answers."""
    return active_candidates(evaluation).filter(invited_at__isnull=False)


def gathering_end(now: datetime.datetime) -> datetime.datetime:
    """When a mail leaves for what happens from now on: at a quarter of an hour."""
    earliest = now + LEAST
    over = (earliest - datetime.datetime.min.replace(tzinfo=datetime.UTC)) % GATHERED
    return earliest - over + GATHERED


def owe_contacts(
    *,
    kind: str,
    candidates: Iterable[Candidate],
    occurrence: object,
    at: datetime.datetime,
    subject: Evaluation | None = None,
    offset_days: int = 0,
) -> int:
    """Owe every contact of these candidates' vendors a mail, at that instant.

    It is about `subject`, or else about each one's own candidate. What is owed
    already, of the same occurrence, is not owed twice.

    Returns:
        How many mails are owed now that were not before.

    """
    told = list(candidates)
    people: dict[object, list[Contact]] = {}
    for contact in Contact.objects.current().filter(
        vendor__in={candidate.vendor_id for candidate in told}
    ):
        people.setdefault(contact.vendor_id, []).append(contact)
    moment = at.astimezone(datetime.UTC).replace(microsecond=0)
    owed = [
        schedule_notice(
            kind=kind,
            evaluation=candidate.evaluation,
            subject_id=(subject or candidate).pk,
            occurrence=occurrence,
            offset_days=offset_days,
            address=contact.email,
            addressee=contact.name,
            day=moment.date(),
            time=moment.time(),
            zone="UTC",
        )
        for candidate in told
        for contact in people.get(candidate.vendor_id, [])
    ]
    return len([notice for notice in owed if notice is not None])
