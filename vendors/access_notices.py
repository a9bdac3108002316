"""The kinds of notices about tokens: one ends soon, one was revoked as it leaked."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.choices import NOTICE_OPEN
from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import days_away, spoken, zone_of
from vendors.choices import CandidateState, ProposalState
from vendors.mail import ToAnswer
from vendors.models import (
    Candidate,
    ContactRequest,
    SignInCode,
    Submission,
    VendorToken,
)
from vendors.notices import PAGES, ToVendor, reachable
from vendors.policy import claims_are_closed
from vendors.public_mail import code_of, link_secret, spaced
from vendors.selectors import (
    invitation_letters,
    last_submission,
    live_tokens,
    own_claims,
)

# The kinds of notices about the way into the vendor pages.


@register
class SignInCodeMail(ToVendor[SignInCode]):
    """The code that a contact asked for; made as the mail is written, kept nowhere."""

    name: ClassVar[str] = "sign_in_code"
    rows: ClassVar = SignInCode.objects.select_related(
        "link__candidate", "link__contact"
    )
    gone: ClassVar[str] = "The code is not asked for any more."

    def title(self, row: SignInCode) -> str:
        """The code is no part of any page."""
        return "Code for the vendor pages"

    def candidates(self, notice: Notice, row: SignInCode) -> QuerySet[Candidate]:
        """The one whose pages it opens."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(pk=row.link.candidate_id)
        return rows

    def reasons(self, notice: Notice, row: SignInCode) -> Iterator[str]:
        """Unless it can still be used, by the contact who asked."""
        yield from super().reasons(notice, row)
        if row.used_at or row.expires_at <= timezone.now():
            yield "The code was used, or its 15 minutes are over."

    def page(self, notice: Notice, row: SignInCode) -> str:
        """Where it is typed; it opens nothing in another browser."""
        return f"{PAGES}{link_secret(row.link_id)}/code/"

    def values(self, notice: Notice, row: SignInCode) -> dict[str, str]:
        """The code itself, and who asks the vendor."""
        return {"code": spaced(code_of(row.pk)), "buyer": notice.place.buyer}

    def compose(self, notice: Notice) -> Message:
        """The mail; the process that sends it knows no name of the owner's."""
        message = self.letter(notice, self.row(notice))
        return replace(message, sender_name=notice.place.buyer)


@register
class CodesGuessed(About[Candidate]):
    """Many wrong codes were typed for an invitation: told to the owner."""

    name: ClassVar[str] = "codes_guessed"
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """Unless somebody else runs it, or it is over."""
        yield ended(notice)
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: Candidate) -> str:
        """Where sessions are seen and ended."""
        return reverse("admin:evaluation_invitations", args=[notice.place.slug])


# The kind of notice about a colleague whom a vendor wants let in.


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


# The kind of notice that carries the receipt of an answer.


@register
class AnswerHandedIn(ToVendor[Submission]):
    """An answer was handed in, in a browser or by program: its receipt."""

    name: ClassVar[str] = "answer_handed_in"
    rows: ClassVar = Submission.objects.select_related("candidate")

    def title(self, row: Submission) -> str:
        return f"Receipt {row.number}"

    def candidates(self, notice: Notice, row: Submission) -> QuerySet[Candidate]:
        """The one that it is of."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(pk=row.candidate_id)
        return rows

    def values(self, notice: Notice, row: Submission) -> dict[str, str]:
        """The receipt, and none of the answers."""
        return {
            **super().values(notice, row),
            "number": row.number,
            "claims": str(row.claims),
            "digest": row.sha256,
            "at": spoken(row.submitted_at, zone_of(notice)),
            "by_mail": "yes" if row.mailed_sheets.exists() else "",
        }


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


# The mails that tell vendors that answering opens, ends another day, or is over.

ENTRY = "Answers are due"


@register
class AnsweringOpened(ToAnswer[Candidate]):
    """Answers are taken now, or taken again: told to who was invited before."""

    name: ClassVar[str] = "answering_opened"
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """As for all, and unless a later invitation tells them."""
        yield from super().reasons(notice, row)
        later = Q(state__in=NOTICE_OPEN) | Q(sent_at__gte=notice.created_at)
        if invitation_letters(row).filter(later, address=notice.address).exists():
            yield "The invitation says it."

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """Until when, also for a calendar."""
        return self.on(notice, row, notice.place.claims_close_at, entry=ENTRY)


@register
class AnsweringMoved(ToAnswer[Candidate]):
    """The end was moved while answers are taken."""

    name: ClassVar[str] = "answering_moved"
    rows: ClassVar = Candidate.objects.all()

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """The new end; its entry replaces the invitation's."""
        return self.on(notice, row, notice.place.claims_close_at, entry=ENTRY)


@register
class AnsweringClosed(ToVendor[Candidate]):
    """No more answers are taken: what counts of the vendor's."""

    name: ClassVar[str] = "answering_closed"
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """As for all, and unless it was reopened since."""
        yield from super().reasons(notice, row)
        end = end_of(notice.place)
        if not claims_are_closed(notice.place, timezone.now()):
            yield "Answering is open again."
        if end is None or end.isoformat() != notice.occurrence:
            yield "Answering closed at another time."

    def values(self, notice: Notice, row: Candidate) -> dict[str, str]:
        """The last receipt, and how many answers there are; none of their words."""
        receipt, answers = last_submission(row), own_claims(row).count()
        return {
            **super().values(notice, row),
            "number": receipt.number if receipt else "",
            "answers": counted(answers) if answers else "",
        }

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """When it ended; nothing is left to put into a calendar."""
        return self.on(notice, row, end_of(notice.place))


def end_of(evaluation: Evaluation) -> datetime.datetime | None:
    """When answering ended or ends, by hand or by the deadline."""
    ends = (evaluation.claims_closed_at, evaluation.claims_close_at)
    return min((end for end in ends if end is not None), default=None)


def counted(answers: int) -> str:
    """So many answers, in words."""
    return "1 answer" if answers == 1 else f"{answers} answers"
