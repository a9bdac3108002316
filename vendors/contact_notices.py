"""The kind of notice about a colleague whom a vendor wants let in."""

from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import register
from vendors.choices import ProposalState
from vendors.models import ContactRequest


@register
class ContactAsked(About[ContactRequest]):
    """A vendor asks for a colleague to get a link: told to the owner."""

    name: ClassVar[str] = "contact_asked"
    rows: ClassVar = ContactRequest.objects.select_related("candidate")

    def reasons(self, notice: Notice, row: ContactRequest) -> Iterator[str]:
        """Unless it is answered, somebody else runs it, or it is over."""
        yield ended(notice)
        yield not_the_owners(notice)
        if row.state != ProposalState.OPEN:
            yield "The request is answered already."

    def page(self, notice: Notice, row: ContactRequest) -> str:
        """Where it is answered."""
        address = reverse("admin:evaluation_invitations", args=[notice.place.slug])
        return f"{address}#contact-requests"
