"""A contact of a vendor who is in the vendor pages."""

from evaltracker.toolbox.days import database_now
from vendors.models import (
    Candidate,
    Contact,
    ContactRequest,
    VendorSession,
)
from vendors.services.access import begin_session
from vendors.services.contacts import add_contact, give_link


def asks_for_a_colleague(candidate: Candidate) -> ContactRequest:
    """Somebody of the candidate's vendor wants a colleague let in."""
    contact = let_in(candidate).link.contact
    made: ContactRequest = ContactRequest.objects.create(
        candidate=candidate, asked_by=contact, name="Kim Lee", email="kim@acme.example"
    )
    return made


def let_in(candidate: Candidate) -> VendorSession:
    """Somebody of the candidate's vendor, with a session that is live."""
    vendor = candidate.vendor
    assert vendor is not None
    people = Contact.objects.current().filter(vendor=vendor)
    contact = people.first() or add_contact(
        vendor=vendor,
        name="Ada Park",
        email=f"ada@{vendor.slug}.example",
        by=candidate.evaluation.owner,
    )
    link = give_link(candidate=candidate, contact=contact)
    return begin_session(link=link, now=database_now())[0]
