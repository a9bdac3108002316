"""The people at vendors: who gets their mail."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify

from evaltracker.errors import Invalid, NotFound, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.journal import Actor, By
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.evaluations.policy import change, check_owned, checked, lock
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.days import database_now
from evaltracker.toolbox.text import Inputs, read_reason
from vendors.choices import CandidateState, ProposalState
from vendors.models import Candidate, Contact, ContactRequest, InvitationLink, Vendor
from vendors.notices import ContactAsked
from vendors.policy import require_vendor_keeper
from vendors.selectors.rivals import own_contact_requests
from vendors.services.access import (
    cut_held_back,
    owe_invitation,
    settle_shared_addresses,
)
from vendors.services.candidates import lock_candidate
from vendors.services.idempotency import end_sessions

# Keeping the list of companies and of their people.

VENDOR_FIELDS = frozenset({"name", "website", "aliases"})


@transaction.atomic
def add_vendor(
    *,
    name: str,
    by: By,
    slug: str = "",
    website: str = "",
    aliases: Iterable[str] = (),
) -> Vendor:
    """Add a company; it belongs to no evaluation until it is a candidate's vendor.

    Raises:
        Forbidden: `by` runs no evaluation. Invalid: by field.
        Refused: a vendor of that name is there.

    """
    require_vendor_keeper(by)
    fields = read_vendor(name=name, website=website, aliases=aliases)
    if Vendor.objects.filter(name=fields["name"]).exists():
        raise Refused(f"A vendor called “{fields['name']}” is in the list already.")
    vendor = Vendor(slug=slug or free_slug(fields["name"]), **fields)
    checked(vendor)
    vendor.save()
    return vendor


@transaction.atomic
def change_vendor(*, vendor: Vendor, by: By, **values: Any) -> Vendor:
    """Change a company's name, website or other names."""
    require_vendor_keeper(by)
    unknown = values.keys() - VENDOR_FIELDS
    if unknown:
        raise Invalid(f"Unknown fields: {', '.join(sorted(unknown))}.")
    now = {field: getattr(vendor, field) for field in VENDOR_FIELDS}
    before, after = change(vendor, **read_vendor(**{**now, **values}))
    if after:
        record_for_vendor(
            vendor=vendor,
            action="vendor.changed",
            subject=vendor,
            by=by,
            before=before,
            after=after,
        )
    return vendor


def record_for_vendor(
    *, vendor: Vendor, action: str, subject: models.Model, by: By, **more: Any
) -> None:
    """Write one entry into the journal of each open evaluation with this vendor.

    A company stands above evaluations, a journal belongs to one. The evaluations are
    locked in one order, so that two writers never wait for each other.
    """
    touched = Evaluation.objects.filter(
        candidates__vendor=vendor, status=Status.OPEN
    ).distinct()
    for evaluation in touched.order_by("pk"):
        journal.record(
            evaluation=lock(evaluation), action=action, subject=subject, by=by, **more
        )


def read_vendor(*, name: str, website: str, aliases: Iterable[str]) -> dict[str, Any]:
    """A company's fields as they are kept."""
    inputs = Inputs()
    fields = {
        "name": inputs.line("name", name),
        "website": inputs.link("website", website),
        "aliases": inputs.lines("aliases", aliases, limit=150),
    }
    inputs.check()
    return fields


def free_slug(name: str) -> str:
    """A slug from `name` that no vendor has."""
    stem = slugify(name)[:70] or "vendor"
    slug, number = stem, 1
    while Vendor.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


@transaction.atomic
def add_contact(
    *,
    vendor: Vendor,
    name: str,
    email: str,
    by: By,
    phone: str = "",
    shared: Collection[str] = (),
) -> Contact:
    """Add a person who gets the vendor's mail, or bring a removed one back.

    `shared` is the owner's yes to an address that stands for a rival, too.

    Raises:
        Forbidden: `by` runs no evaluation. Invalid: by field.

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
    checked(contact)
    contact.save()
    record_for_vendor(
        vendor=vendor,
        action="contact.added",
        subject=contact,
        by=by,
        after={"vendor": vendor.name, "name": contact.name, "email": contact.email},
    )
    cut_held_back(contact)
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

    `shared` as when one is added.

    Raises:
        Forbidden: `by` runs no evaluation. Refused: removed. Invalid: by field.

    """
    contact = _take(contact, by)
    fields = read_contact(name=name, email=email, phone=phone)
    if fields["email"] != contact.email:
        settle_shared_addresses(
            vendor=contact.vendor, addresses=[fields["email"]], by=by, shared=shared
        )
    before, after = change(contact, **fields)
    if after:
        record_for_vendor(
            vendor=contact.vendor,
            action="contact.changed",
            subject=contact,
            by=by,
            before=before,
            after=after,
        )
    if "email" in after:
        end_sessions(link__contact=contact)
        cut_held_back(contact)
    return contact


@transaction.atomic
def remove_contact(*, contact: Contact, reason: str, by: By) -> Contact:
    """Send somebody no mail any more; what they got stays on record.

    Raises:
        Forbidden: `by` runs no evaluation. Refused: removed. Invalid: no reason.

    """
    contact = _take(contact, by)
    reason = read_reason(reason, "Say why they get no mail any more.")
    contact.removed_at = timezone.now()
    contact.save(update_fields=["removed_at"])
    record_for_vendor(
        vendor=contact.vendor,
        action="contact.removed",
        subject=contact,
        by=by,
        before=journal.snapshot(contact, ("name", "email")),
        reason=reason,
    )
    end_sessions(link__contact=contact)
    return contact


@transaction.atomic
def note_contact(*, candidate: Candidate, contact: str, by: By) -> Contact:
    """Add who gets the mail of a candidate's vendor, written “Name <address>”, or
    correct the name of somebody who is known by that address.

    Raises:
        Forbidden: `by` runs no evaluation. Refused: there is no vendor. Invalid: the
            text holds no name or no address.

    """
    if candidate.vendor is None:
        raise Refused(f"{candidate.name} has no vendor, so nobody to write to.")
    # A name may hold a comma.
    name, bracket, rest = contact.strip().partition("<")
    email, vendor = rest.removesuffix(">").strip(), candidate.vendor
    if not (name.strip() and bracket and rest.endswith(">") and "@" in email):
        raise Invalid("Write name and address, as in “Ada Park <ada@acme.example>”.")
    known = Contact.objects.current().filter(vendor=vendor, email__iexact=email)
    if found := known.first():
        return change_contact(
            contact=found,
            name=name.strip(),
            email=found.email,
            by=by,
            phone=found.phone,
        )
    return add_contact(vendor=vendor, name=name.strip(), email=email, by=by)


def read_contact(*, name: str, email: str, phone: str) -> dict[str, str]:
    """A contact's fields as they are kept."""
    inputs = Inputs()
    fields = {
        "name": inputs.line("name", name),
        "email": inputs.line("email", email, limit=254),
        "phone": inputs.line("phone", phone, limit=40, blank=True),
    }
    inputs.check()
    return fields


def _take(contact: Contact, by: By) -> Contact:
    """The contact under a row lock, if `by` may change it and it is there."""
    require_vendor_keeper(by)
    rows = Contact.objects.select_for_update(of=("self",), no_key=True).select_related(
        "vendor"
    )
    found: Contact = rows.get(pk=contact.pk)
    if found.removed_at is not None:
        sentence = f"{found.name} was removed; add them again instead."
        raise Refused(sentence)
    return found


# A contact asks for a colleague to be let in, and the owner says yes or no.

# Of one invitation, in all.
MOST = 20


@transaction.atomic
def ask_for_contact(
    *, link: InvitationLink, name: str, email: str, by: Actor
) -> ContactRequest:
    """Ask the owner to send a colleague a link of their own.

    Raises:
        Invalid: by field. Refused: it is asked for already, too many are, or the
            invitation is over.

    """
    candidate = lock_candidate(link.candidate)
    out = candidate.state == CandidateState.ELIMINATED
    if out or candidate.evaluation.status != Status.OPEN:
        raise Refused("This invitation is over, so nobody else is let in.")
    fields = read_contact(name=name, email=email, phone="")
    asked = own_contact_requests(candidate)
    waiting = asked.filter(state=ProposalState.OPEN)
    if waiting.filter(email__iexact=fields["email"]).exists():
        raise Refused("You have asked for this address already; it waits for a yes.")
    if asked.count() >= MOST:
        raise Refused(
            f"You have asked for {MOST} people. Write to the person who invited you."
        )
    request = ContactRequest(
        candidate=candidate,
        asked_by=link.contact,
        name=fields["name"],
        email=fields["email"],
        asked_at=database_now(),
    )
    checked(request)
    request.save()
    journal.record(
        evaluation=candidate.evaluation,
        action="contact_request.made",
        subject=request,
        by=by,
        after={"candidate": candidate.name, "name": request.name},
    )
    return request


def check_decline_contact(request: ContactRequest, by: By) -> None:
    """The owner answers a request that is open."""
    check_owned(request.candidate.evaluation, by)
    if request.state != ProposalState.OPEN:
        raise Refused(f"The request is {request.get_state_display().lower()} already.")


def check_accept_contact(request: ContactRequest, by: By) -> None:
    """The same for letting somebody in, while the candidate is in the choice."""
    check_decline_contact(request, by)
    if request.candidate.state == CandidateState.ELIMINATED:
        raise Refused(f"{request.candidate.name} is eliminated; reinstate it first.")


@transaction.atomic
def accept_contact(
    *, request: ContactRequest, by: By, shared: Collection[str] = ()
) -> ContactRequest:
    """Make somebody a contact of the vendor, and owe them the mail with their link.

    Raises:
        Forbidden: not the owner. Refused: it is answered, or the candidate is out.
        Invalid: the address stands for a rival, too, and `shared` is no yes to it.

    """
    request = _locked(request)
    check_accept_contact(request, by)
    vendor = request.candidate.vendor
    if vendor is None:
        raise NotFound
    known = Contact.objects.current().filter(vendor=vendor, email__iexact=request.email)
    contact = known.first()
    if contact is None:
        contact = add_contact(
            vendor=vendor,
            name=request.name,
            email=request.email,
            by=by,
            shared=shared,
        )
    else:
        settle_shared_addresses(
            vendor=vendor, addresses=[contact.email], by=by, shared=shared
        )
    owe_invitation(request.candidate, contact)
    return _rule(request, by, "contact_request.accepted", ProposalState.ACCEPTED)


@transaction.atomic
def decline_contact(*, request: ContactRequest, reason: str, by: By) -> ContactRequest:
    """Let nobody in, for a reason that the vendor reads."""
    request = _locked(request)
    check_decline_contact(request, by)
    words = read_reason(reason, "Give a reason for declining it.")
    return _rule(request, by, "contact_request.declined", ProposalState.DECLINED, words)


@transaction.atomic
def tell_of_contact_requests() -> None:
    """Owe the owner a mail of each open request, once; the process of vendors owes
    none."""
    rows = ContactRequest.objects.filter(
        state=ProposalState.OPEN, candidate__evaluation__status=Status.OPEN
    )
    found = {
        str(row.pk): row for row in rows.select_related("candidate__evaluation__owner")
    }
    told = Notice.objects.filter(kind=ContactAsked.name, subject_id__in=found)
    for key in sorted(found.keys() - set(told.values_list("subject_id", flat=True))):
        evaluation = found[key].candidate.evaluation
        owe_now(
            kind=ContactAsked.name,
            evaluation=evaluation,
            subject_id=key,
            occurrence="",
            recipient=evaluation.owner,
        )


def _locked(request: ContactRequest) -> ContactRequest:
    candidate = lock_candidate(request.candidate)
    rows = ContactRequest.objects.select_for_update(of=("self",), no_key=True)
    fresh: ContactRequest = rows.get(pk=request.pk)
    fresh.candidate = candidate
    return fresh


def _rule(
    request: ContactRequest,
    by: By,
    action: str,
    state: ProposalState,
    reason: str = "",
) -> ContactRequest:
    change(request, state=state, state_reason=reason, ruled_at=database_now())
    journal.record(
        evaluation=request.candidate.evaluation,
        action=action,
        subject=request,
        by=by,
        after={"candidate": request.candidate.name, "name": request.name},
        reason=reason,
    )
    return request
