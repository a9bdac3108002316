"""Mail to vendors: what holds for every kind, and the invitation.

An outsider is no user. Its notice carries an address and a name, and right before the
mail leaves it is asked again whether that address is still one of a vendor that is
invited there and still in the choice.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.kit.clock import wall_of
from evaltracker.notices.about import About, Words, ended
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import link_to
from vendors.choices import CandidateState
from vendors.models import Candidate, Contact
from vendors.policy import claims_are_closed
from vendors.secrets import link_secret
from vendors.selectors.letters import LETTER
from vendors.selectors.rivals import is_held_back
from vendors.selectors.sign_in import link_to_pages

# Where vendors read how everything is done; served with the API, so no page of ours.
API_PAGE = "/api/v1/docs/"
OF_A_TEST = "This is a test: its list is made up, and nothing that you send counts."
READ_HOW = "Read how to answer"
# Where a contact's link leads.
PAGES = "/vendor/start/"


class ToVendor[Row](About[Row]):
    """A mail to a vendor's contact; a kind of it adds its own conditions."""

    def candidates(self, notice: Notice, row: Row) -> QuerySet[Candidate]:
        """Of whose vendor it tells: the row, or any of the evaluation."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(
            evaluation=notice.evaluation_id
        )
        return rows.filter(pk=row.pk) if isinstance(row, Candidate) else rows

    def reasons(self, notice: Notice, row: Row) -> Iterator[str]:
        """Unless the reader still answers for a vendor that is in the choice."""
        yield ended(notice)
        theirs = self.candidates(notice, row).filter(reached_by(notice.address))
        states = set(theirs.values_list("state", flat=True))
        reader = notice.addressee or notice.address
        if not states:
            yield f"{reader} is no contact of it any more."
        if any(is_held_back(one, notice.address) for one in theirs):
            yield f"{reader} may stand for another candidate, too."
        if states == {CandidateState.ELIMINATED}:
            yield "The candidate was eliminated."

    def page(self, notice: Notice, row: Row) -> str:
        """The reader's own way into the vendor pages, else how the API is used."""
        return way_in(self.candidates(notice, row), notice.address) or API_PAGE

    def words(self, notice: Notice, row: Row) -> Words:
        """Its template; where the reader has a way into the pages, it leads there.

        That of a test says so at once.
        """
        words = super().words(notice, row)
        if words.action == READ_HOW and self.page(notice, row) != API_PAGE:
            words = words._replace(action="Open your answers")
        if notice.place.is_practice:
            words = words._replace(
                subject=f"Test: {words.subject}", lead=f"{OF_A_TEST} {words.lead}"
            )
        return words

    def date(self, notice: Notice, row: Row) -> dict[str, Any]:
        """The date that it names, if any; see `on`."""
        return {}

    def values(self, notice: Notice, row: Row) -> Mapping[str, str]:
        """Who asks, until which day, and whether there is a way into the pages."""
        return {
            "buyer": notice.place.buyer,
            "by": last_day(notice.place),
            "pages": "yes" if self.page(notice, row) != API_PAGE else "",
        }

    def compose(self, notice: Notice) -> Message:
        """The mail, which comes from the owner and can be answered to them."""
        row = self.row(notice)
        message = self.letter(notice, row, **self.date(notice, row))
        return from_owner(message, notice.place)


def way_in(candidates: QuerySet[Candidate], address: str) -> str:
    """The path of the pages of one of these, for who reads mail there; blank: none."""
    if settings.VENDOR_SITE_URL and (link := link_to_pages(candidates, address)):
        return f"{PAGES}{link_secret(link.pk)}/"
    return ""


def from_owner(message: Message, evaluation: Evaluation) -> Message:
    """The same in the owner's name, to whom an answer goes."""
    owner, buyer = evaluation.owner, evaluation.buyer
    name = f"{owner.name} at {buyer}" if buyer else owner.name
    return replace(message, sender_name=name, reply_to=owner.email)


def last_day(evaluation: Evaluation) -> str:
    """The day on which answers close, for a subject; blank if none is set."""
    if evaluation.claims_close_at is None:
        return ""
    # What closes at midnight closes on the day that it ends.
    last = evaluation.claims_close_at - datetime.timedelta(seconds=1)
    wall = wall_of(last, evaluation.zone)
    return f"{wall.day} {wall:%B}"


def reached_by(address: str) -> Q:
    """Invited candidates whose vendor has a contact of that address."""
    return Q(
        invited_at__isnull=False,
        vendor__in=Contact.objects.current().filter(email=address).values("vendor"),
    )


@register
class Invitation(ToVendor[Candidate]):
    """You are invited: where it is said how to answer, and how to get a token."""

    name: ClassVar[str] = LETTER
    rows: ClassVar = Candidate.objects.all()

    def reasons(self, notice: Notice, row: Candidate) -> Iterator[str]:
        """As for all, and unless answers are still taken."""
        yield from super().reasons(notice, row)
        if claims_are_closed(notice.place, timezone.now()):
            yield "Answering has closed."

    def values(self, notice: Notice, row: Candidate) -> dict[str, str]:
        """Also whom to ask, and the id; it holds no token."""
        return {
            **super().values(notice, row),
            "owner": reachable(notice.place.owner),
            "invitation": notice.subject_id,
            "api": link_to("/api/v1/invitations/"),
        }

    def date(self, notice: Notice, row: Candidate) -> dict[str, Any]:
        """The end of claims, also for a calendar."""
        closes = notice.place.claims_close_at
        return self.on(notice, row, closes, entry="Answers are due")


def reachable(owner: User) -> str:
    """A person and how to write to them."""
    return f"{owner.name} ({owner.email})" if owner.email else owner.name
