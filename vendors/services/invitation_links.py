"""Giving each invited contact a link to the vendor pages."""

from vendors.models import Candidate, Contact, InvitationLink
from vendors.secrets import link_secret
from vendors.wall import digest_of


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
