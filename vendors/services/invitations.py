"""Inviting vendors: telling their contacts, telling them again, and being seen."""

import datetime
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState, Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import (
    change,
    check_owned,
)
from evaltracker.kit.clock import database_now
from evaltracker.kit.text import read_reason
from evaltracker.notices.services.scheduling import owe_now
from vendors.choices import CandidateState
from vendors.models import Candidate, Contact, VendorToken
from vendors.notices import Invitation
from vendors.policy import INVITABLE, claims_are_closed
from vendors.selectors import invitation_letters
from vendors.selectors.rivals import shared_addresses
from vendors.services.candidates import lock_candidate
from vendors.services.invitation_links import give_link
from vendors.services.shared_addresses import settle
from vendors.services.token_mail import owe_expiry_warnings

# Of one invitation to one person: a reminder a day, and not for ever.
REST = datetime.timedelta(days=1)
MOST = 5
ARRIVED = (NoticeState.SENT, NoticeState.UNCERTAIN)


def check_invite(candidate: Candidate, by: By) -> None:
    """The owner invites once, in research, who can answer and is in the choice."""
    check_owned(candidate.evaluation, by, Stage.RESEARCH)
    if candidate.kind not in INVITABLE or candidate.vendor is None:
        raise Refused(
            f"{candidate.name} has nobody to invite: it needs a vendor, and to be "
            "bought or open source."
        )
    _require_in_the_choice(candidate)
    if candidate.invited_at:
        raise Refused(f"{candidate.vendor} is invited already.")


def check_send_invitation(candidate: Candidate, by: By) -> None:
    """The owner tells an invited vendor anew, until claims close."""
    evaluation = candidate.evaluation
    check_owned(evaluation, by, Stage.RESEARCH)
    _require_in_the_choice(candidate)
    if candidate.invited_at is None:
        raise Refused(f"{candidate.name} is not invited yet; invite it first.")
    if claims_are_closed(evaluation, database_now()):
        raise Refused("Answering has closed; reopen it before you invite anybody.")


@transaction.atomic
def invite(
    *,
    candidate: Candidate,
    by: By,
    contacts: Iterable[Contact] = (),
    shared: Collection[str] = (),
) -> Candidate:
    """Show a candidate's vendor the requirements, let it answer, tell its contacts.

    Without contacts it is invited, but nobody is told. `shared` is the owner's yes to
    an address that stands for a rival, too.

    Raises:
        Forbidden: not the owner. Invalid: somebody who is no contact of the vendor, or
            stands for a rival.
        Refused: not in research, eliminated, invited before, or nobody to invite.

    """
    candidate = lock_candidate(candidate)
    check_invite(candidate, by)
    told = _theirs(candidate, contacts)
    _settle(candidate, told, by, shared)
    before, after = change(candidate, invited_at=timezone.now())
    for contact in told:
        owe_invitation(candidate, contact)
    for token in VendorToken.objects.filter(vendor=candidate.vendor):
        owe_expiry_warnings(token=token)
    journal.record(
        evaluation=candidate.evaluation,
        action="candidate.invited",
        subject=candidate,
        by=by,
        before=before,
        after={**after, "told": [contact.email for contact in told]},
    )
    return candidate


@transaction.atomic
def send_invitation(
    *,
    candidate: Candidate,
    contacts: Iterable[Contact],
    reason: str,
    by: By,
    shared: Collection[str] = (),
) -> Candidate:
    """Owe the mail of an invitation (again), each contact at most daily and 5 times.

    Raises:
        Forbidden: not the owner. Invalid: no reason, no contact of the vendor, or one
            who stands for a rival, as above.
        Refused: not invited, no longer asked, or somebody has had it just now.

    """
    candidate = lock_candidate(candidate)
    evaluation = candidate.evaluation
    check_send_invitation(candidate, by)
    told = _theirs(candidate, contacts)
    if not told:
        sentence = "Say to whom it goes."
        raise Invalid(sentence, errors={"contacts": [sentence]})
    reason = read_reason(reason, "Say why it is sent now.")
    _settle(candidate, told, by, shared)
    for contact in told:
        _require_rested(candidate, contact)
        owe_invitation(candidate, contact)
    journal.record(
        evaluation=evaluation,
        action="invitation.sent_again",
        subject=candidate,
        by=by,
        after={"told": [contact.email for contact in told]},
        reason=reason,
    )
    return candidate


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
    journal.record(
        evaluation=candidate.evaluation,
        action="invitation.seen",
        subject=candidate,
        by=by,
        after={"candidate": candidate.name},
    )


def _require_in_the_choice(candidate: Candidate) -> None:
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{candidate.name} is eliminated; reinstate it first.")


def _theirs(candidate: Candidate, contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts as they are now; all of them have to answer for this vendor."""
    wanted = {contact.pk for contact in contacts}
    found = list(
        Contact.objects.current().filter(vendor=candidate.vendor_id, pk__in=wanted)
    )
    if len(found) != len(wanted):
        sentence = f"Only contacts of {candidate.vendor} can be notified of its "
        "invitation."
        raise Invalid(sentence, errors={"contacts": [sentence]})
    return found


def _settle(
    candidate: Candidate, told: list[Contact], by: By, shared: Collection[str]
) -> None:
    """Insist that nobody who is told stands for a rival, but by the owner's yes."""
    found = shared_addresses(candidate, [contact.email for contact in told])
    settle(found, by=by, shared=shared)


def owe_invitation(candidate: Candidate, contact: Contact) -> None:
    """One more mail of this invitation to this address."""
    give_link(candidate=candidate, contact=contact)
    number = invitation_letters(candidate).filter(address=contact.email).count() + 1
    owe_now(
        kind=Invitation.name,
        evaluation=candidate.evaluation,
        subject_id=candidate.pk,
        occurrence=number,
        address=contact.email,
        addressee=contact.name,
    )


def _require_rested(candidate: Candidate, contact: Contact) -> None:
    """Refuse to press somebody; what never arrived does not count."""
    letters = invitation_letters(candidate).filter(address=contact.email)
    if letters.filter(state__in=NOTICE_OPEN).exists():
        raise Refused(f"A mail to {contact.name} is on its way already.")
    arrived = letters.filter(state__in=ARRIVED)
    if arrived.count() >= MOST:
        raise Refused(
            f"{contact.name} has had this invitation {MOST} times; ring them up."
        )
    if arrived.filter(created_at__gt=timezone.now() - REST).exists():
        raise Refused(
            f"{contact.name} got this invitation within the last 24 hours; give them "
            "a day, or tell another contact."
        )
