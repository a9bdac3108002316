"""The kinds of notices about tokens: one ends soon, one was revoked as it leaked."""

from typing import ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import calendar_file, days_away, letter, spoken, zone_of
from vendors.choices import CandidateState
from vendors.models import Candidate, VendorToken
from vendors.notices import API_PAGE, ENDED, ToVendor, reachable
from vendors.selectors import live_tokens


@register
class TokenEnds(NoticeKind):
    """A vendor's token ends soon: told to who hands out the next one."""

    name: ClassVar[str] = "token_ends"
    can_wait: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As long as it ends on that day and nothing lasts longer."""
        token = _token_of(notice)
        if no := _not_the_owners(notice):
            return no
        if token is None or token.revoked_at is not None:
            return "The token was revoked."
        if token.expires_at is None or token.expires_at.isoformat() != (
            notice.occurrence
        ):
            return "The token ends on another day now."
        asked = Candidate.objects.filter(
            vendor=token.vendor, evaluation=notice.evaluation_id
        ).exclude(state=CandidateState.ELIMINATED)
        if not asked.exists():
            return "Its vendor is not asked here any more."
        others = live_tokens(token.vendor).exclude(pk=token.pk)
        if others.filter(
            Q(expires_at__isnull=True) | Q(expires_at__gt=token.expires_at)
        ).exists():
            return "Another token of this vendor lasts longer."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The day, and where the next one is issued; whose it is says the page."""
        token = _present(_token_of(notice))
        ends, zone = token.expires_at, zone_of(notice)
        if ends is None:
            raise LookupError("the token has no end")
        path = _invitations_of(notice)
        return letter(
            notice=notice,
            subject=f"A vendor's token ends {days_away(ends, zone)}",
            lead=(
                "From then on the vendor's calls are refused. Replace it before: both "
                "tokens open the API for as long as you choose."
            ),
            date=spoken(ends, zone),
            action="See the tokens",
            path=path,
            ics=calendar_file(
                notice=notice, what="A vendor's token ends", due_at=ends, path=path
            ),
        )


@register
class TokenLeaked(NoticeKind):
    """A vendor's token stood in an address and was revoked: told to our own people."""

    name: ClassVar[str] = "token_leaked"

    def holds(self, notice: Notice) -> str:
        """While the vendor could still answer with another."""
        return "" if notice.place.is_open else ENDED

    def compose(self, notice: Notice) -> Message:
        """What happened, and where another one is issued."""
        return letter(
            notice=notice,
            subject="A vendor's token was revoked, because it stood in an address",
            lead=(
                f"The token {_present(_token_of(notice)).prefix}… was sent in an "
                "address, where logs and histories keep it. Calls with it are refused "
                "now. Issue another one and hand it over by a safe way."
            ),
            action="Issue another token",
            path=_invitations_of(notice),
        )


@register
class TokenLeakedOutside(ToVendor):
    """The same, told to the vendor."""

    name: ClassVar[str] = "token_leaked_outside"

    def candidates(self, notice: Notice) -> QuerySet[Candidate]:
        """Those of the token's vendor."""
        return super().candidates(notice).filter(vendor__tokens=UUID(notice.subject_id))

    def compose(self, notice: Notice) -> Message:
        """What happened, and how to get another one."""
        owner = notice.place.owner
        return letter(
            notice=notice,
            subject="Your token was revoked, because it stood in an address",
            lead=(
                f"The token {_present(_token_of(notice)).prefix}… was sent in an "
                "address, where logs and histories keep it. Calls with it are refused "
                f"now; what you have answered stays. Ask {reachable(owner)} for "
                "another one by answering this mail, and send it in the header "
                "“Authorization: Bearer …”."
            ),
            action="Read how tokens are sent",
            path=API_PAGE,
            reply_to=owner.email,
        )


def _token_of(notice: Notice) -> VendorToken | None:
    """The token that a notice is about."""
    found: VendorToken | None = (
        VendorToken.objects.filter(pk=UUID(notice.subject_id))
        .select_related("vendor")
        .first()
    )
    return found


def _present(token: VendorToken | None) -> VendorToken:
    """The token; `holds` is asked first, so it is there."""
    if token is None:
        raise LookupError("the token is no longer there")
    return token


def _not_the_owners(notice: Notice) -> str:
    """Why it is not the reader's affair any more, if so."""
    if not notice.place.is_open:
        return ENDED
    if notice.place.owner_id != notice.recipient_id:
        return "Somebody else runs the evaluation now."
    return ""


def _invitations_of(notice: Notice) -> str:
    """The page on which tokens are issued."""
    return reverse("admin:evaluation_invitations", args=[notice.place.slug])
