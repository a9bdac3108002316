"""The kinds of notices about tokens: one ends soon, one was revoked as it leaked."""

from collections.abc import Iterator
from typing import ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import days_away, zone_of
from vendors.choices import CandidateState
from vendors.models import Candidate, VendorToken
from vendors.notices import ToVendor, reachable
from vendors.selectors import live_tokens


class OnToken(About[VendorToken]):
    """A mail about a vendor's token to who hands out the next one."""

    rows: ClassVar = VendorToken.objects.select_related("vendor")
    gone: ClassVar[str] = "The token was revoked."

    def title(self, row: VendorToken) -> str:
        """The beginning of it, and whose it is."""
        return f"{row.prefix}… of {row.vendor}"

    def page(self, notice: Notice, row: VendorToken) -> str:
        """The page on which tokens are issued."""
        return reverse("admin:evaluation_invitations", args=[notice.place.slug])

    def values(self, notice: Notice, row: VendorToken) -> dict[str, str]:
        """Its beginning, and whom an outsider asks for another one."""
        return {"prefix": row.prefix, "owner": reachable(notice.place.owner)}


@register
class TokenEnds(OnToken):
    """A vendor's token ends soon: told to who hands out the next one."""

    name: ClassVar[str] = "token_ends"
    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: VendorToken) -> Iterator[str]:
        """Unless it ends on that day and nothing lasts longer."""
        yield ended(notice)
        yield not_the_owners(notice)
        if row.revoked_at is not None:
            yield self.gone
        if row.expires_at is None or row.expires_at.isoformat() != notice.occurrence:
            yield "The token ends on another day now."
        asked = Candidate.objects.filter(
            vendor=row.vendor, evaluation=notice.evaluation_id
        ).exclude(state=CandidateState.ELIMINATED)
        if not asked.exists():
            yield "Its vendor is not asked here any more."
        others = live_tokens(row.vendor).exclude(pk=row.pk)
        if others.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=row.expires_at)
        ).exists():
            yield "Another token of this vendor lasts longer."

    def values(self, notice: Notice, row: VendorToken) -> dict[str, str]:
        """How far away it is; whose it is says the page."""
        if row.expires_at is None:
            raise LookupError("the token has no end")
        return {"away": days_away(row.expires_at, zone_of(notice))}

    def compose(self, notice: Notice) -> Message:
        """The day, and where the next one is issued."""
        row = self.row(notice)
        date = self.on(notice, row, row.expires_at, entry="A vendor's token ends")
        return self.letter(notice, row, **date)


@register
class TokenLeaked(OnToken):
    """A vendor's token stood in an address and was revoked: told to our own people."""

    name: ClassVar[str] = "token_leaked"

    def reasons(self, notice: Notice, row: VendorToken) -> Iterator[str]:
        """Unless the vendor could still answer with another."""
        yield ended(notice)


@register
class TokenLeakedOutside(ToVendor[VendorToken]):
    """The same, told to the vendor."""

    name: ClassVar[str] = "token_leaked_outside"
    rows: ClassVar = OnToken.rows
    title = OnToken.title
    values = OnToken.values

    def candidates(self, notice: Notice, row: VendorToken) -> QuerySet[Candidate]:
        """Those of the token's vendor."""
        return super().candidates(notice, row).filter(vendor=row.vendor)
