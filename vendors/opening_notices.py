"""The kinds of notices of an opening of prices: asked, waited for, told to the owner.

No mail names a price or a vendor.
"""

from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, not_the_owners
from evaltracker.notices.kinds import register
from vendors.models import PriceOpening
from vendors.selectors.opening import NOBODY, second_people


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
