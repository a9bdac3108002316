"""Inviting vendors: telling their contacts, telling them again, and being seen."""

import datetime
import hashlib
import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState, Stage, Status
from evaltracker.evaluations.journal import Actor, By, actor_of
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change, check_owned, lock
from evaltracker.notices.services.scheduling import owe_now, schedule_notice
from evaltracker.toolbox.days import database_now, instant_of, wall_of
from evaltracker.toolbox.text import read_reason
from vendors.choices import CandidateState, RefusalReason
from vendors.mail import is_code_of, link_secret
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
from vendors.notices import Invitation, TokenEnds, TokenLeaked, TokenLeakedOutside
from vendors.policy import INVITABLE, claims_are_closed
from vendors.selectors import active_candidates, invitation_letters
from vendors.selectors.access import code_of_browser
from vendors.selectors.rivals import SharedAddress, is_held_back, shared_addresses
from vendors.services.candidates import lock_candidate
from vendors.services.idempotency import begin_session
from vendors.wall import digest_of, new_secret

# Giving each invited contact a link to the vendor pages.


def give_link(*, candidate: Candidate, contact: Contact) -> InvitationLink:
    """The contact's link to an invitation; the mail that carries it makes its secret.

    Given again it is the same one, with another secret if the key was replaced.
    """
    found = InvitationLink.objects.filter(candidate=candidate, contact=contact).first()
    link = found or InvitationLink(
        candidate=candidate, contact=contact, vendor_id=contact.vendor_id
    )
    digest = digest_of(link_secret(link.pk))
    if link.digest != digest:
        link.digest = digest
        link.save()
    return link


# One person for two rivals of one purchase: only by the owner's yes to just that.


def yes_to(sentence: str) -> str:
    """What stands for the owner's yes to a refusal: it answers its very words."""
    return hashlib.sha256(sentence.encode()).hexdigest()


def settle_shared_addresses(
    *, vendor: Vendor, addresses: Iterable[str], by: By, shared: Collection[str]
) -> None:
    """Insist that these addresses stand for no rival in an evaluation that `by` owns.

    What they share is kept in its journal once the owner says yes; `shared` holds
    `yes_to` the sentence that they read. Evaluations of others are neither asked nor
    told of: their mail waits until their own owner invites that address.

    Raises:
        Invalid: something is shared, and the yes is not to this.

    """
    told = list(addresses)
    owned = Candidate.objects.filter(
        vendor=vendor,
        evaluation__owner=actor_of(by).user,
        evaluation__status=Status.OPEN,
    )
    candidates = owned.select_related("evaluation", "vendor").order_by("evaluation_id")
    settle(
        [found for one in candidates for found in shared_addresses(one, told)],
        by=by,
        shared=shared,
    )


def settle(found: list[SharedAddress], *, by: By, shared: Collection[str]) -> None:
    """Keep the owner's yes to what was found, or refuse it.

    Raises:
        Invalid: as above.

    """
    if not found:
        return
    sentence = " ".join(
        [
            *dict.fromkeys(one.sentence for one in found),
            "If that is intended, confirm it in the form.",
        ]
    )
    if yes_to(sentence) not in shared:
        raise Invalid(sentence, errors={"shared": [sentence]})
    for one in found:
        candidate = one.candidate
        journal.record(
            evaluation=lock(candidate.evaluation),
            action="shared_address.allowed",
            subject=candidate,
            by=by,
            after={
                "candidate": candidate.name,
                "rival": one.rival.name,
                "shared": one.shared,
                "vendors": sorted([str(candidate.vendor_id), str(one.rival.pk)]),
            },
        )


def cut_held_back(contact: Contact) -> None:
    """Make former links of a contact useless where its address waits for a yes."""
    for link in InvitationLink.objects.filter(contact=contact).select_related(
        "candidate__evaluation", "candidate__vendor"
    ):
        if is_held_back(link.candidate, contact.email):
            link.digest = digest_of(new_secret())
            link.save(update_fields=["digest"])


# The mails that are owed for a token: before it ends, and when it leaked.

# Two weeks to hand over another one, and a last word.
WARNED_DAYS = (14, 3)
MORNING = datetime.time(9)


def owe_expiry_warnings(*, token: VendorToken) -> None:
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
                schedule_notice(
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
            about = {"evaluation": evaluation, "subject_id": token.pk, "occurrence": ""}
            for person in _concerned(evaluation, token):
                owe_now(kind=TokenLeaked.name, recipient=person, **about)
            for contact in Contact.objects.current().filter(vendor=token.vendor_id):
                owe_now(
                    kind=TokenLeakedOutside.name,
                    address=contact.email,
                    addressee=contact.name,
                    **about,
                )
        VendorToken.objects.filter(pk=token.pk).update(leak_told_at=timezone.now())


def _answered_by(vendor: Vendor) -> Iterable[Evaluation]:
    """The open evaluations to which `vendor` is invited and still in the choice; tests
    only where there is no other, for all of them would tell the same."""
    asked = Candidate.objects.filter(vendor=vendor, invited_at__isnull=False).exclude(
        state=CandidateState.ELIMINATED
    )
    rows: Any = Evaluation.objects.filter(
        status=Status.OPEN, pk__in=asked.values("evaluation_id")
    )
    ordered = rows.select_related("owner").order_by("pk")
    found: Iterable[Evaluation] = ordered.real() or ordered
    return found


def _concerned(evaluation: Evaluation, token: VendorToken) -> set[Any]:
    """Who is told of it in this evaluation."""
    issuer = token.issued_by
    if issuer is None:
        return {evaluation.owner}
    sees = Evaluation.objects.visible_to(issuer).filter(pk=evaluation.pk).exists()
    return {evaluation.owner, issuer} if sees else {evaluation.owner}


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


# Owing a mail to the people of vendors; vendors/notices.py asks again at sending.

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


# Keeping a while what was refused at the door of the vendor API.

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


# The way into the vendor pages: a link, a code by mail, and what the code opens.

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
