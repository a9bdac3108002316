"""Mail to vendors: what holds for every kind, and the kinds of floor 3.

An outsider is no user. Its notice carries an address and a name, and right before the
mail leaves it is asked again whether that address is still one of a vendor that is
invited there and still in the choice.
"""

from typing import ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import calendar_file, letter, spoken, zone_of
from vendors.choices import CandidateState
from vendors.models import Candidate, Contact
from vendors.policy import claims_are_closed
from vendors.selectors.letters import LETTER

# Where vendors read how everything is done; served with the API, so no page of ours.
API_PAGE = "/api/v1/docs/"
ENDED = "The evaluation has ended."
NOT_YET = "You can read what is asked already; answers are taken a little later."


class ToVendor(NoticeKind):
    """A mail to a vendor's contact; a kind of it adds its own conditions.

    Its subject is what it is about; `candidates` says which invitations that concerns.
    """

    def candidates(self, notice: Notice) -> QuerySet[Candidate]:
        """The candidates of whose vendor it tells: any of the evaluation."""
        rows: QuerySet[Candidate] = Candidate.objects.filter(
            evaluation=notice.evaluation_id
        )
        return rows

    def holds(self, notice: Notice) -> str:
        """As long as the reader still answers for a vendor that is in the choice."""
        if not notice.place.is_open:
            return ENDED
        theirs = self.candidates(notice).filter(reached_by(notice.address))
        if not theirs.exists():
            return f"{notice.addressee or notice.address} is no contact of it any more."
        states = set(theirs.values_list("state", flat=True))
        if states == {CandidateState.ELIMINATED}:
            return "The candidate was eliminated."
        return ""


def reached_by(address: str) -> Q:
    """Invited candidates whose vendor has a contact of that address."""
    return Q(
        invited_at__isnull=False,
        vendor__in=Contact.objects.current().filter(email=address).values("vendor"),
    )


@register
class Invitation(ToVendor):
    """You are invited: where it is said how to answer, and how to get a token."""

    name: ClassVar[str] = LETTER

    def candidates(self, notice: Notice) -> QuerySet[Candidate]:
        """The one that is invited."""
        return super().candidates(notice).filter(pk=UUID(notice.subject_id))

    def holds(self, notice: Notice) -> str:
        """As for all, and as long as answers are still taken."""
        if no := super().holds(notice):
            return no
        if claims_are_closed(notice.place, timezone.now()):
            return "Claims have closed."
        return ""

    def compose(self, notice: Notice) -> Message:
        """What to do, in the order in which it is done. It holds no token."""
        evaluation = notice.place
        closes = evaluation.claims_close_at
        return letter(
            notice=notice,
            subject="You are invited to answer",
            lead=(
                f"{evaluation.buyer} asks you what you offer. You answer requirement "
                "by requirement, through a REST API or with a spreadsheet, and only "
                "the buyer reads what you say. "
                + (
                    "Answers are taken until the date named here."
                    if closes
                    else NOT_YET
                )
            ),
            steps=_way_in(evaluation, notice.subject_id),
            date=spoken(closes, zone_of(notice)) if closes else "",
            action="Read how to answer",
            path=API_PAGE,
            ics=calendar_file(
                notice=notice, what="Answers are due", due_at=closes, path=API_PAGE
            )
            if closes
            else None,
            reply_to=evaluation.owner.email,
        )


def _way_in(evaluation: Evaluation, invitation: str) -> list[str]:
    """From nothing to a first answer."""
    return [
        f"Ask {reachable(evaluation.owner)} for a token, by answering this mail. A "
        "token is handed over once, and never by mail.",
        "Send it with every call in the header “Authorization: Bearer …”, never in "
        "an address: one that stands there is revoked at once.",
        f"Your invitation has the id {invitation}; GET /api/v1/invitations/ lists it.",
        "Nobody at hand who programs? With the same token you fetch an answer sheet "
        "(.xlsx), fill it in and send it back.",
    ]


def reachable(owner: User) -> str:
    """A person and how to write to them."""
    return f"{owner.name} ({owner.email})" if owner.email else owner.name
