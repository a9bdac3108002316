"""The kinds of notices of an opening of prices: asked, waited for, told to the owner.

No mail names a price or a vendor.
"""

from abc import abstractmethod
from typing import ClassVar
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import letter
from vendors.models import PriceOpening
from vendors.selectors.opening import NOBODY, second_people


class OnOpening(NoticeKind):
    """A mail about prices that a second person has not opened yet."""

    def holds(self, notice: Notice) -> str:
        """As long as it is awaited, and is the recipient's affair."""
        asked = PriceOpening.objects.awaited().filter(pk=UUID(notice.subject_id))
        opening = asked.select_related("evaluation").first()
        if opening is None or not opening.evaluation.is_open:
            return "Prices are open, or it is no longer asked for."
        return self.concerns(notice, opening)

    def concerns(self, notice: Notice, opening: PriceOpening) -> str:
        """Empty if the recipient is one of those who may confirm."""
        if notice.recipient not in second_people(opening.evaluation, opening):
            return "They may not open prices any more."
        return ""

    def compose(self, notice: Notice) -> Message:
        """What waits, with a link to the page that shows it and decides nothing."""
        opening = PriceOpening.objects.select_related("asked_by", "evaluation").get(
            pk=UUID(notice.subject_id)
        )
        subject, lead, action = self.words(notice, opening)
        return letter(
            notice=notice,
            subject=subject,
            lead=lead,
            action=action,
            path=reverse("admin:evaluation_costs", args=[notice.place.slug]),
        )

    @abstractmethod
    def words(self, notice: Notice, opening: PriceOpening) -> tuple[str, str, str]:
        """Subject, what is to be known, and what is to be done."""


@register
class PricesAsked(OnOpening):
    """Somebody is asked to confirm that prices are opened."""

    name: ClassVar[str] = "prices_asked"

    def words(self, notice: Notice, opening: PriceOpening) -> tuple[str, str, str]:
        """Who asks, and that nothing is visible before."""
        return (
            "Prices wait for you to open them",
            f"{opening.asked_by.name} asks to open the prices. They stay sealed until "
            "a second person confirms; one of those who are asked is enough. They "
            "cannot be sealed again.",
            "Read and confirm",
        )


@register
class PricesWaiting(OnOpening):
    """A confirmation that was asked for three, six, nine … days ago."""

    name: ClassVar[str] = "prices_waiting"
    can_wait: ClassVar[bool] = True

    def words(self, notice: Notice, opening: PriceOpening) -> tuple[str, str, str]:
        """For how long they were asked."""
        return (
            f"Prices wait for you to open them for {-notice.offset_days} days",
            f"{opening.asked_by.name} asked to open the prices, and nobody has "
            "confirmed it yet. The evaluation cannot be decided without.",
            "Read and confirm",
        )


@register
class PricesEscalated(OnOpening):
    """The owner hears who keeps the prices sealed."""

    name: ClassVar[str] = "prices_escalated"
    can_wait: ClassVar[bool] = True

    def concerns(self, notice: Notice, opening: PriceOpening) -> str:
        """Only the owner's."""
        if notice.recipient_id != opening.evaluation.owner_id:
            return "Somebody else runs the evaluation now."
        return ""

    def words(self, notice: Notice, opening: PriceOpening) -> tuple[str, str, str]:
        """Who is awaited; or that nobody may confirm any more."""
        awaited = second_people(opening.evaluation, opening)
        names = ", ".join(person.name for person in awaited)
        were = "was" if len(awaited) == 1 else "were"
        return (
            f"Nobody has opened the prices for {-notice.offset_days} days",
            f"{names} {were} asked and reminded. Talk to them, or add a stakeholder "
            "with the role Leadership or Finance."
            if awaited
            else NOBODY,
            "See the opening",
        )
