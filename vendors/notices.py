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
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.about import About, Words, ended, not_the_owners
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import link_to
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.toolbox.days import wall_of
from stakeholders.policy import is_leadership, leaders
from vendors.choices import CandidateState
from vendors.models import Candidate, Conflict, Contact, PriceOpening, PublishedDocument
from vendors.policy import barring_interest, claims_are_closed, unbarred
from vendors.public_mail import link_secret
from vendors.selectors.access import link_to_pages
from vendors.selectors.candidates import LETTER
from vendors.selectors.costs import NOBODY, second_people
from vendors.selectors.rivals import is_held_back

# The kind of notice about a conflict of interest of whoever runs an evaluation.


@register
class OwnersConflict(About[Conflict]):
    """Whoever runs it declared a conflict: Leadership without one clears it."""

    name: ClassVar[str] = "owners_conflict"
    rows: ClassVar = Conflict.objects.select_related(
        "person", "candidate__evaluation__owner"
    )

    def title(self, row: Conflict) -> str:
        """Nothing: the list of notices is also for whom it is sealed from."""
        return ""

    def reasons(self, notice: Notice, row: Conflict) -> Iterator[str]:
        """Unless it still bars the owner, and the reader can clear it."""
        evaluation, reader = row.candidate.evaluation, notice.recipient
        yield ended(notice)
        if row.person_id != evaluation.owner_id:
            yield "Somebody else runs the evaluation now."
        if not Conflict.objects.barring().filter(pk=row.pk).exists():
            yield "The conflict of interest was cleared."
        if reader is None or not is_leadership(reader, evaluation):
            yield "They no longer hold the Leadership role."
        elif barring_interest(reader, evaluation) is not None:
            yield "They declared a conflict of interest themselves."

    def page(self, notice: Notice, row: Conflict) -> str:
        """The form that clears it."""
        return reverse("admin:act_on", args=["clear-interest", row.pk])

    def values(self, notice: Notice, row: Conflict) -> dict[str, str]:
        """Whose it is; in whom, the page says."""
        return {"owner": row.person.name}


def tell_leadership(conflict: Conflict, evaluation: Evaluation) -> None:
    """Owe those who can clear the owner's conflict a mail."""
    for person in unbarred(evaluation, leaders(evaluation)):
        owe_now(
            kind=OwnersConflict.name,
            evaluation=evaluation,
            subject_id=conflict.pk,
            occurrence="",
            recipient=person,
        )


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


# The kinds of notices of an opening of prices: asked, waited for, told to the owner.
#
# No mail names a price or a vendor.


class OnOpening(About[PriceOpening]):
    """A mail about prices that a second person has not opened yet."""

    rows: ClassVar = PriceOpening.objects.select_related("asked_by", "evaluation")
    gone: ClassVar[str] = "Prices are open, or it is no longer asked for."

    def title(self, row: PriceOpening) -> str:
        return "Prices"

    def reasons(self, notice: Notice, row: PriceOpening) -> Iterator[str]:
        """Unless it is awaited, and is the recipient's affair."""
        if row.confirmed_at or row.withdrawn_at or not row.evaluation.is_open:
            yield self.gone
        yield self.concerns(notice, row)

    def concerns(self, notice: Notice, row: PriceOpening) -> str:
        """Empty if the recipient is one of those who may confirm."""
        if notice.recipient not in second_people(row.evaluation, row):
            return "They may not open prices any more."
        return ""

    def page(self, notice: Notice, row: PriceOpening) -> str:
        """The page that shows it and decides nothing."""
        return reverse("admin:evaluation_costs", args=[notice.place.slug])

    def values(self, notice: Notice, row: PriceOpening) -> dict[str, str]:
        """Who asks, and for how many days."""
        return {"asker": row.asked_by.name, "days": str(-notice.offset_days)}


@register
class PricesAsked(OnOpening):
    """Somebody is asked to confirm that prices are opened."""

    name: ClassVar[str] = "prices_asked"


@register
class PricesWaiting(OnOpening):
    """A confirmation that was asked for three, six, nine … days ago."""

    name: ClassVar[str] = "prices_waiting"
    can_wait: ClassVar[bool] = True


@register
class PricesEscalated(OnOpening):
    """The owner hears who keeps the prices sealed."""

    name: ClassVar[str] = "prices_escalated"
    can_wait: ClassVar[bool] = True

    def concerns(self, notice: Notice, row: PriceOpening) -> str:
        return not_the_owners(notice)

    def values(self, notice: Notice, row: PriceOpening) -> dict[str, str]:
        """Who is awaited, if anybody is."""
        awaited = second_people(row.evaluation, row)
        return {
            "days": str(-notice.offset_days),
            "names": ", ".join(person.name for person in awaited),
            "several": "yes" if len(awaited) > 1 else "",
            "nobody": "" if awaited else NOBODY,
        }


# The mail that tells a vendor of a document that was published to it.


@register
class DocumentPublished(ToVendor[PublishedDocument]):
    """Something of the outcome can be read in the pages; not what it says."""

    name: ClassVar[str] = "document_published"
    rows: ClassVar = PublishedDocument.objects.select_related("candidate")

    def candidates(self, notice: Notice, row: PublishedDocument) -> QuerySet[Candidate]:
        """The one whose vendor reads it."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(pk=row.candidate_id)
        return rows

    def reasons(self, notice: Notice, row: PublishedDocument) -> Iterator[str]:
        """Unless the reader left; the outcome is told after the end, and to losers."""
        if not self.candidates(notice, row).filter(reached_by(notice.address)).exists():
            yield f"{notice.addressee or notice.address} is no contact of it any more."

    def values(self, notice: Notice, row: PublishedDocument) -> dict[str, str]:
        """What kind of document it is."""
        kind = row.get_kind_display().lower()
        return {**super().values(notice, row), "document": kind}
