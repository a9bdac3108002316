"""The people at vendors: who gets their mail."""

import datetime
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal, policy
from evaltracker.evaluations.choices import NOTICE_OPEN, NoticeState, Stage, Status
from evaltracker.evaluations.journal import SYSTEM, Actor, By, actor_of
from evaltracker.evaluations.models import Entry, Evaluation, Notice
from evaltracker.notices.services.scheduling import owe_now, schedule_notice
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.secrets import digest_of
from evaltracker.toolbox.text import CallFields, read_reason
from vendors import notices
from vendors.choices import CandidateState, LinkEnding, ProposalState
from vendors.mail import link_secret
from vendors.models import (
    Candidate,
    Contact,
    ContactRequest,
    InvitationLink,
    Vendor,
    VendorToken,
)
from vendors.policy import INVITABLE, require_vendor_keeper
from vendors.selectors.access import (
    SharedAddress,
    is_held_back,
    live_link,
    newest_link,
    own_contact_requests,
    shared_addresses,
    why_no_link,
)
from vendors.selectors.candidates import active_candidates, invitation_letters
from vendors.selectors.claims import links_since
from vendors.selectors.costs import own_quotes
from vendors.selectors.dialogue import released_about
from vendors.services import access
from vendors.services.candidates import (
    end_sessions,
    lock_candidate,
    record_for_vendor,
    record_on,
)
from vendors.services.quotes import add_readers


@transaction.atomic
def add_contact(
    *,
    vendor: Vendor,
    name: str,
    email: str,
    by: By,
    phone: str = "",
    shared: Collection[str] = (),
    invitations: Iterable[Candidate] = (),
) -> Contact:
    """Add a person who gets the vendor's mail, or bring a removed one back, and send
    them a link to these of one's own invitations.

    `shared` is the owner's yes to an address that stands for a rival, too.

    Raises:
        Forbidden: `by` runs no evaluation, or not these. Refused: no link may go.
        Invalid: by field.
    """
    require_vendor_keeper(by)
    fields = read_contact(name=name, email=email, phone=phone)
    settle_shared_addresses(
        vendor=vendor, addresses=[fields["email"]], by=by, shared=shared
    )
    gone = Contact.objects.filter(
        vendor=vendor, email=fields["email"], removed_at__isnull=False
    ).first()
    contact = gone or Contact(vendor=vendor)
    contact.removed_at = None
    for field, value in fields.items():
        setattr(contact, field, value)
    policy.checked(contact)
    contact.save()
    details = {"vendor": vendor.name, "name": contact.name, "email": contact.email}
    record_for_vendor(contact, "contact.added", by, after=details)
    given = _replace_ended(contact, LinkEnding.REMOVED)
    for candidate in sorted(invitations, key=attrgetter("evaluation_id", "pk")):
        if candidate not in given:
            send_link(candidate=candidate, contacts=[contact], by=by, shared=shared)
    return contact


@transaction.atomic
def change_contact(
    *,
    contact: Contact,
    name: str,
    email: str,
    by: By,
    phone: str = "",
    shared: Collection[str] = (),
) -> Contact:
    """Correct who somebody is. What is owed to a former address is not sent there.

    Another address is another person: links and sessions of the old one end, and the
    new one is owed links of its own. `shared` as when one is added.

    Raises:
        Forbidden: `by` runs no evaluation. Refused: removed. Invalid: by field.
    """
    contact = _lock_contact(contact, by)
    fields = read_contact(name=name, email=email, phone=phone)
    if fields["email"].lower() != contact.email.lower():
        access.end_own_tokens(contact=contact, reason="The address has changed.", by=by)
    if fields["email"] != contact.email:
        settle_shared_addresses(
            vendor=contact.vendor, addresses=[fields["email"]], by=by, shared=shared
        )
    before, after = policy.change(contact, **fields)
    if after:
        record_for_vendor(contact, "contact.changed", by, before=before, after=after)
    if "email" in after and before["email"].lower() != contact.email.lower():
        end_links(contact=contact, why=LinkEnding.ADDRESS)
        _replace_ended(contact, LinkEnding.ADDRESS)
    return contact


@transaction.atomic
def remove_contact(*, contact: Contact, reason: str, by: By) -> Contact:
    """Send somebody no mail any more; what they got stays on record.

    Raises:
        Forbidden: `by` runs no evaluation. Refused: removed. Invalid: no reason.
    """
    contact = _lock_contact(contact, by)
    reason = read_reason(reason, "Give a reason for ending their mail.")
    access.end_own_tokens(contact=contact, reason=reason, by=by)
    contact.removed_at = timezone.now()
    contact.save(update_fields=["removed_at"])
    before = journal.snapshot(contact, ("name", "email"))
    record_for_vendor(contact, "contact.removed", by, before=before, reason=reason)
    end_links(contact=contact, why=LinkEnding.REMOVED)
    return contact


@transaction.atomic
def note_contact(*, candidate: Candidate, contact: str, by: By) -> Contact:
    """Add who gets the mail of a candidate's vendor, written “Name <address>”, or
    correct the name of somebody who is known by that address. A bare address is one.

    Raises:
        Forbidden: `by` runs no evaluation. Refused: there is no vendor. Invalid: the
        text holds no name or no address.
    """
    if candidate.vendor is None:
        raise Refused(f"{candidate.name} has no vendor, so nobody to write to.")
    # A name may hold a comma.
    if re.fullmatch(r"<?[^\s<>@]+@[^\s<>@]+>?", contact.strip()):
        address = contact.strip(" <>")
        contact = f"{address} <{address}>"
    name, bracket, rest = contact.strip().partition("<")
    email = rest.removesuffix(">").strip()
    vendor = candidate.vendor
    if not (name.strip() and bracket and rest.endswith(">") and "@" in email):
        raise Invalid("Write name and address, as in “Ada Park <ada@acme.example>”.")
    known = Contact.objects.current().filter(vendor=vendor, email__iexact=email)
    if same := known.first():
        return change_contact(
            contact=same, name=name.strip(), email=same.email, by=by, phone=same.phone
        )
    return add_contact(vendor=vendor, name=name.strip(), email=email, by=by)


def read_contact(*, name: str, email: str, phone: str) -> dict[str, str]:
    inputs = CallFields()
    fields = {
        "name": inputs.line("name", name),
        "email": inputs.line("email", email, limit=254),
        "phone": inputs.line("phone", phone, limit=40, blank=True),
    }
    inputs.check()
    return fields


def _lock_contact(contact: Contact, by: By) -> Contact:
    require_vendor_keeper(by)
    row = policy.lock(contact, "vendor")
    if row.removed_at is not None:
        sentence = f"{row.name} was removed; add them again instead."
        raise Refused(sentence)
    return row


@transaction.atomic
def disown_contact(*, contact: Contact, by: Actor) -> None:
    """Keep somebody out until a contact asks for them (`accept_contact`)."""
    contact = access.lock_contact(contact)
    policy.change(contact, disowned_at=database_now())
    access.end_own_tokens(contact=contact, reason="Not one of us.", by=by)
    after = journal.snapshot(contact, ("name", "email"))
    record_for_vendor(contact, "contact.disowned", by, after=after)
    end_links(contact=contact, why=LinkEnding.REPORTED)


@transaction.atomic
def name_reader(*, link: InvitationLink, contact: Contact, by: Actor) -> None:
    """Let a colleague read the prices and the drafts that the link's contact reads."""
    candidate = lock_candidate(link.candidate)
    quotes = own_quotes(candidate, link.address)
    theirs = contact.email.lower()
    readable = [quote for quote in quotes if quote.lines]
    named = [row.revision for row in readable if add_readers(row, [theirs], by)]
    links = links_since().filter(candidate=candidate).order_by("since")
    mine = links.filter(contact=link.contact_id, address=link.address)
    since = mine[0].since
    to = links.filter(contact=contact, address=theirs)
    if to.filter(since__gt=since).update(drafts_from=since) or named:
        record_on(
            candidate, "quote.reader_named", by, contact, revisions=named, email=theirs
        )


# A contact asks for a colleague to be let in, and the owner says yes or no.

# Of one invitation, in all.
MOST_REQUESTS = 20


@transaction.atomic
def ask_for_contact(
    *, link: InvitationLink, name: str, email: str, by: Actor, may_read: bool = False
) -> ContactRequest:
    """Ask the owner to send a colleague a link of their own, who `may_read` drafts and
    prices, as far as who asks may."""
    candidate = lock_candidate(link.candidate)
    out = candidate.state == CandidateState.ELIMINATED
    if out or candidate.evaluation.status != Status.OPEN:
        raise Refused(_("This invitation is over, so nobody else is let in."))
    fields = read_contact(name=name, email=email, phone="")
    requests = own_contact_requests(candidate)
    waiting = requests.filter(state=ProposalState.OPEN)
    if waiting.filter(email__iexact=fields["email"]).exists():
        raise Refused(_("You have asked for this address already; it waits for a yes."))
    if requests.count() >= MOST_REQUESTS:
        sentence = _(
            "You have asked for %(most)s people. Write to the person who invited you."
        )
        raise Refused(sentence % {"most": MOST_REQUESTS})
    request = ContactRequest(
        candidate=candidate,
        asked_by=link.contact,
        name=fields["name"],
        email=fields["email"],
        may_read=may_read,
        asked_at=database_now(),
    )
    policy.checked(request)
    request.save()
    record_on(candidate, "contact_request.made", by, request, name=request.name)
    return request


def check_decline_contact(request: ContactRequest, by: By) -> None:
    policy.check_owned(request.candidate.evaluation, by)
    if request.state != ProposalState.OPEN:
        raise Refused(f"The request is {request.get_state_display().lower()} already.")


def check_accept_contact(request: ContactRequest, by: By) -> None:
    """The same for letting somebody in, where a link may go."""
    check_decline_contact(request, by)
    check_send_link(request.candidate, by)


@transaction.atomic
def accept_contact(
    *, request: ContactRequest, by: By, shared: Collection[str] = ()
) -> ContactRequest:
    """Make somebody a contact of the vendor, and owe them the mail with their link.

    Raises:
        Forbidden: not the owner. Refused: it is answered, or the candidate is out.
        Invalid: the address stands for a rival, too, and `shared` is no yes to it.
    """
    vendor = request.candidate.vendor
    if vendor is None:
        raise NotFound
    known = Contact.objects.filter(vendor=vendor, email__iexact=request.email)
    # Before the evaluation; whoever was disowned is asked for by this.
    if contact := known.select_for_update(of=("self",), no_key=True).first():
        policy.change(contact, disowned_at=None)
    request = _locked_request(request)
    check_accept_contact(request, by)
    if contact is None or contact.removed_at:
        contact = add_contact(
            vendor=vendor, name=request.name, email=request.email, by=by, shared=shared
        )
    else:
        settle_shared_addresses(
            vendor=vendor, addresses=[contact.email], by=by, shared=shared
        )
    schedule_invitation(request.candidate, contact)
    _rule_request(request, by, "contact_request.accepted", ProposalState.ACCEPTED)
    # By who asked, if still the same person: links end with their address.
    links = InvitationLink.objects.filter(
        live_link(),
        candidate=request.candidate,
        contact=request.asked_by,
        made_at__lt=request.asked_at,
    ).select_related("candidate", "contact")
    if request.may_read and (link := links.first()):
        name_reader(link=link, contact=contact, by=access.actor_in_pages(link))
    return request


@transaction.atomic
def decline_contact(*, request: ContactRequest, reason: str, by: By) -> ContactRequest:
    request = _locked_request(request)
    check_decline_contact(request, by)
    text = read_reason(reason, "Give a reason for declining it.")
    return _rule_request(
        request, by, "contact_request.declined", ProposalState.DECLINED, text
    )


@transaction.atomic
def tell_of_contact_requests() -> None:
    """Owe the owner a mail of each open request, once; the process of vendors owes
    none."""
    rows = ContactRequest.objects.filter(
        state=ProposalState.OPEN, candidate__evaluation__status=Status.OPEN
    )
    rows = rows.select_related("candidate__evaluation__owner")
    for request in rows_without_notice(rows, notices.ContactAsked.name):
        evaluation = request.candidate.evaluation
        owe_now(
            kind=notices.ContactAsked.name,
            evaluation=evaluation,
            subject_id=request.pk,
            recipient=evaluation.owner,
        )


def rows_without_notice[M: Model](rows: QuerySet[M], *kinds: str) -> list[M]:
    """Those about which no notice of these kinds is owed yet, in the order of ids."""
    by_id = {str(row.pk): row for row in rows}
    mails = Notice.objects.filter(kind__in=kinds, subject_id__in=by_id)
    noticed = set(mails.values_list("subject_id", flat=True))
    return [by_id[key] for key in sorted(by_id.keys() - noticed)]


# How late it is told after a fault of ours.
LATEST = datetime.timedelta(days=3)


@transaction.atomic
def tell_of_keys() -> None:
    """Owe a mail of each new way in, and of each price that took the place of another,
    to whoever at the vendor got in before; once. The process of vendors owes none."""
    earlier = InvitationLink.objects.filter(
        candidate__evaluation=OuterRef("evaluation"), made_at__lt=OuterRef("at")
    )
    entries = Entry.objects.filter(
        Exists(earlier),
        action__in=notices.KEYS,
        at__gt=database_now() - LATEST,
        evaluation__status=Status.OPEN,
    )
    entries = entries.select_related("evaluation__owner")
    for entry in rows_without_notice(
        entries, notices.NewKey.name, notices.ContactDisowned.name
    ):
        about: dict[str, Any] = {"evaluation": entry.evaluation, "subject_id": entry.pk}
        for link, address in _to_tell(entry):
            about |= {"occurrence": link.candidate_id, "addressee": link.contact.name}
            owe_now(kind=notices.NewKey.name, address=address, **about)
        if entry.action == "contact.disowned":
            about |= {"occurrence": "", "recipient": entry.evaluation.owner}
            owe_now(kind=notices.ContactDisowned.name, **about)


def _to_tell(entry: Entry) -> Iterator[tuple[InvitationLink, str]]:
    former = notices.former_address(entry)
    after = entry.after
    same = former.lower() == after.get("email", "").lower()
    if (same and entry.action == "contact.changed") or after.get("revision") == 1:
        return
    model = apps.get_model("vendors", entry.subject_type)
    row = model._base_manager.get(pk=entry.subject_id)
    links = InvitationLink.objects.filter(
        candidate__evaluation=entry.evaluation_id,
        vendor=getattr(row, "vendor_id", None) or row.candidate.vendor_id,
        contact__links__made_at__lt=entry.at,
        contact__links__address=F("address"),
        contact__links__candidate=F("candidate"),
    ).select_related("contact")
    if isinstance(row, Contact):
        contact_id: Any = row.pk
    else:
        contact_id = getattr(row, "contact_id", None)
    others = links.filter(live_link(), newest_link()).exclude(contact=contact_id)
    for link in others.exclude(address=after.get("handed_in_as") or None).distinct():
        if link.address in after.get("told", [link.address]):
            yield link, link.contact.email
    for link in links.filter(contact=contact_id)[: bool(former)]:
        yield link, former


def _locked_request(request: ContactRequest) -> ContactRequest:
    candidate = lock_candidate(request.candidate)
    fresh = policy.lock(request)
    fresh.candidate = candidate
    return fresh


def _rule_request(
    request: ContactRequest, by: By, action: str, state: ProposalState, reason: str = ""
) -> ContactRequest:
    policy.change(request, state=state, state_reason=reason, ruled_at=database_now())
    record_on(request.candidate, action, by, request, reason=reason, name=request.name)
    return request


def give_link(*, candidate: Candidate, contact: Contact) -> InvitationLink:
    """The contact's link to an invitation; the mail that carries it makes its secret.

    Given again it is the same one, with another secret if the key was replaced; what
    was turned or ended never comes back.
    """
    pair = {"candidate": candidate, "contact": contact}
    known = InvitationLink.objects.filter(newest_link(), **pair).first()
    link = known or InvitationLink(
        **pair, vendor_id=contact.vendor_id, address=contact.email.lower()
    )
    digest = digest_of(link_secret(link.pk))
    if link.digest != digest:
        link.digest = digest
        link.save()
    return link


def end_links(*, contact: Contact, why: LinkEnding) -> None:
    rows = InvitationLink.objects.filter(contact=contact, ended_at__isnull=True)
    rows.update(ended_at=database_now(), why=why)
    end_sessions(link__contact=contact)


def _replace_ended(contact: Contact, why: LinkEnding) -> list[Candidate]:
    """Owe a contact links to where they ended so; whoever invites it gives one where
    its address waits for a yes."""
    ended = Candidate.objects.filter(links__contact=contact, links__why=why)
    rows = ended.select_related("evaluation__owner", "vendor").distinct()
    given = [row for row in rows.order_by("pk") if not is_held_back(row, contact.email)]
    for candidate in given:
        mail_link(candidate, contact, notices.NewLink.name)
    return given


def check_let_in_again(link: InvitationLink, by: By) -> None:
    check_send_link(link.candidate, by)
    if link.turned_at or link.ended_at:
        raise Refused("This link was replaced or has ended; send the link.")


@transaction.atomic
def let_in_again(*, link: InvitationLink, by: By) -> InvitationLink:
    _lock_link(link)
    check_let_in_again(link, by)
    return _turn(link, LinkEnding.OWNER, by)


@transaction.atomic
def turn_marked_links() -> None:
    """Turn the links that the process of vendors has marked, and tell their owners."""
    marked = InvitationLink.objects.filter(newest_link(), turn_marked_at__isnull=False)
    rows = marked.select_related("candidate__evaluation__owner")
    for link in rows.order_by("candidate__evaluation_id", "pk"):
        _lock_link(link)
        if link.turned_at or link.ended_at:
            continue
        _turn(link, LinkEnding.CODES, SYSTEM)
        owe_now(
            kind=notices.LinkTurned.name,
            evaluation=link.candidate.evaluation,
            subject_id=link.pk,
            recipient=link.candidate.evaluation.owner,
        )


def _lock_link(link: InvitationLink) -> None:
    """Read it again under its candidate's lock, behind which it is turned and ended."""
    candidate = lock_candidate(link.candidate)
    link.refresh_from_db()
    link.candidate = candidate


def _turn(link: InvitationLink, why: LinkEnding, by: By) -> InvitationLink:
    candidate = link.candidate
    contact = link.contact
    policy.change(link, turned_at=database_now(), why=why)
    record_on(candidate, "link.turned", by, contact=contact.name, why=why.label)
    return mail_link(candidate, contact, notices.NewLink.name)


def mail_link(
    candidate: Candidate,
    contact: Contact,
    kind: str,
    about: Model | None = None,
    occurrence: object = "",
) -> InvitationLink:
    """Owe a contact a mail that leads into the pages, by a link that they have then."""
    link = give_link(candidate=candidate, contact=contact)
    owe_now(
        kind=kind,
        evaluation=candidate.evaluation,
        subject_id=(about or link).pk,
        occurrence=occurrence,
        address=contact.email,
        addressee=contact.name,
    )
    return link


def yes_to(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()


def settle_shared_addresses(
    *, vendor: Vendor, addresses: Iterable[str], by: By, shared: Collection[str]
) -> None:
    """Insist that these addresses stand for no rival in an evaluation that `by` owns.

    What they share is kept in its journal once the owner says yes; `shared` holds
    `yes_to` the sentence that they read. Evaluations of others are neither asked nor
    told of: their mail waits until their own owner invites that address.
    """
    emails = list(addresses)
    owned = Candidate.objects.filter(
        vendor=vendor,
        evaluation__owner=actor_of(by).user,
        evaluation__status=Status.OPEN,
    )
    candidates = owned.select_related("evaluation", "vendor").order_by("evaluation_id")
    settle(
        [
            address
            for candidate in candidates
            for address in shared_addresses(candidate, emails)
        ],
        by=by,
        shared=shared,
    )


def settle(matches: list[SharedAddress], *, by: By, shared: Collection[str]) -> None:
    if not matches:
        return
    sentence = " ".join(
        [
            *dict.fromkeys(match.sentence for match in matches),
            "If that is intended, confirm it in the form.",
        ]
    )
    if yes_to(sentence) not in shared:
        raise Invalid(sentence, field="shared")
    for match in matches:
        candidate = match.candidate
        policy.lock(candidate.evaluation)
        record_on(
            candidate,
            "shared_address.allowed",
            by,
            rival=match.rival.name,
            shared=match.shared,
            vendors=sorted([str(candidate.vendor_id), str(match.rival.pk)]),
        )


# Of one invitation to one person: a reminder a day, and not for ever.
REST = datetime.timedelta(days=1)
MOST_MAILS = 5


def check_invite(candidate: Candidate, by: By) -> None:
    policy.check_owned(candidate.evaluation, by, Stage.RESEARCH)
    if candidate.kind not in INVITABLE or candidate.vendor is None:
        raise Refused(
            f"{candidate.name} has nobody to invite: it needs a vendor, and to be "
            "bought or open source."
        )
    if candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{candidate.name} is eliminated; reinstate it first.")
    if candidate.invited_at:
        raise Refused(f"{candidate.vendor} is invited already.")


def check_send_link(candidate: Candidate, by: By) -> None:
    """In any stage, also after the end: people leave vendors at all times."""
    policy.require_owner(by, candidate.evaluation)
    if sentence := why_no_link(candidate):
        raise Refused(sentence)


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
    """
    candidate = lock_candidate(candidate)
    check_invite(candidate, by)
    if not released_about(candidate.evaluation).revision:
        problem = Refused("Release what this is about first; vendors read it.")
        form = ["release-about", candidate.evaluation_id]
        problem.page = reverse("admin:act_on", args=form)
        raise problem
    recipients = _theirs(candidate, contacts)
    _settle(candidate, recipients, by, shared)
    before, after = policy.change(candidate, invited_at=timezone.now())
    for contact in recipients:
        schedule_invitation(candidate, contact)
    for token in VendorToken.objects.filter(vendor=candidate.vendor):
        access.schedule_expiry_warnings(token=token)
    after |= {"told": [contact.email for contact in recipients]}
    about = (candidate.evaluation, "candidate.invited", candidate, by)
    journal.record(*about, before=before, after=after)
    return candidate


@transaction.atomic
def send_link(
    *,
    candidate: Candidate,
    contacts: Iterable[Contact],
    by: By,
    shared: Collection[str] = (),
) -> Candidate:
    """Owe the mail of an invitation (again), each contact at most daily and 5 times."""
    candidate = lock_candidate(candidate)
    check_send_link(candidate, by)
    recipients = _theirs(candidate, contacts)
    if not recipients:
        raise Invalid("Say to whom it goes.", field="contacts")
    _settle(candidate, recipients, by, shared)
    for contact in recipients:
        _require_rested(candidate, contact)
        schedule_invitation(candidate, contact)
    after = {"told": [contact.email for contact in recipients]}
    journal.record(
        candidate.evaluation, "invitation.sent_again", candidate, by, after=after
    )
    return candidate


def _theirs(candidate: Candidate, contacts: Iterable[Contact]) -> list[Contact]:
    wanted = {contact.pk for contact in contacts}
    rows = list(
        Contact.objects.current().filter(vendor=candidate.vendor_id, pk__in=wanted)
    )
    if len(rows) != len(wanted):
        vendor = candidate.vendor
        sentence = f"Only contacts of {vendor} can be notified of its invitation."
        raise Invalid(sentence, field="contacts")
    for contact in rows:
        if contact.disowned_at:
            raise Refused(
                f"A contact of {candidate.vendor} says that {contact.name} is not one "
                "of them. You can send the link once a contact asks for that person."
            )
    return rows


def _settle(
    candidate: Candidate, recipients: list[Contact], by: By, shared: Collection[str]
) -> None:
    """Insist that no recipient stands for a rival, but by the owner's yes."""
    shared_now = shared_addresses(candidate, [contact.email for contact in recipients])
    settle(shared_now, by=by, shared=shared)


def schedule_invitation(candidate: Candidate, contact: Contact) -> None:
    number = invitation_letters(candidate).filter(address=contact.email).count() + 1
    mail_link(candidate, contact, notices.Invitation.name, candidate, number)


def _require_rested(candidate: Candidate, contact: Contact) -> None:
    """Refuse to press somebody; what never arrived does not count."""
    letters = invitation_letters(candidate).filter(address=contact.email)
    if letters.filter(state__in=NOTICE_OPEN).exists():
        raise Refused(f"A mail to {contact.name} is on its way already.")
    arrived = letters.filter(state__in=(NoticeState.SENT, NoticeState.UNCERTAIN))
    if arrived.count() >= MOST_MAILS:
        raise Refused(
            f"{contact.name} has had this link {MOST_MAILS} times; ring them up."
        )
    if arrived.filter(created_at__gt=timezone.now() - REST).exists():
        raise Refused(
            f"{contact.name} got this link within the last 24 hours. Wait a day, or "
            "send it to another contact."
        )


# What an owner does in one go, such as answering five questions, is one mail.
GATHERED = datetime.timedelta(minutes=15)
LEAST = datetime.timedelta(minutes=5)


def invited_candidates(evaluation: Evaluation) -> QuerySet[Candidate]:
    return active_candidates(evaluation).filter(invited_at__isnull=False)


def gathering_end(now: datetime.datetime) -> datetime.datetime:
    earliest = now + LEAST
    over = (earliest - datetime.datetime.min.replace(tzinfo=datetime.UTC)) % GATHERED
    return earliest - over + GATHERED


def schedule_for_contacts(
    *,
    kind: str,
    candidates: Iterable[Candidate],
    at: datetime.datetime | None = None,
    occurrence: object = "",
    subject: Model | None = None,
    offset_days: int = 0,
) -> int:
    """Owe every contact of these candidates' vendors a mail, at that instant, or else
    when what an owner does in one go is over.

    It is about `subject`, or else about each one's own candidate. What is owed
    already, of the same occurrence, is not owed twice.

    Returns:
        How many mails are owed now that were not before.
    """
    rows = list(candidates)
    people: dict[object, list[Contact]] = {}
    for contact in Contact.objects.current().filter(
        vendor__in={candidate.vendor_id for candidate in rows}
    ):
        people.setdefault(contact.vendor_id, []).append(contact)
    at = at or gathering_end(database_now())
    moment = at.astimezone(datetime.UTC).replace(microsecond=0)
    owed = [
        schedule_notice(
            kind=kind,
            evaluation=candidate.evaluation,
            subject_id=(subject or candidate).pk,
            occurrence=occurrence or at.isoformat(),
            offset_days=offset_days,
            address=contact.email,
            addressee=contact.name,
            day=moment.date(),
            time=moment.time(),
            zone="UTC",
        )
        for candidate in rows
        for contact in people.get(candidate.vendor_id, [])
    ]
    return len([notice for notice in owed if notice is not None])
