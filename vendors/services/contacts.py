"""The people at vendors: who gets their mail."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Invalid, Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change, checked
from evaltracker.kit.text import Inputs, read_reason
from vendors.models import Candidate, Contact, Vendor
from vendors.policy import require_vendor_keeper
from vendors.services.companies import record_for_vendor
from vendors.services.shared_addresses import cut_held_back, settle_shared_addresses
from vendors.services.vendor_sessions import end_sessions


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
