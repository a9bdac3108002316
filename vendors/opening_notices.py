"""The kind of notice that asks a second person to open the prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.mail import letter
from evaltracker.evaluations.notices import Message, NoticeKind, register
from vendors.models import PriceOpening
from vendors.selectors.opening import second_people

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Notice


@register
class PricesAsked(NoticeKind):
    """Somebody is asked to confirm that prices are opened."""

    name: ClassVar[str] = "prices_asked"

    def holds(self, notice: Notice) -> str:
        """As long as it is awaited, and from them."""
        asked = PriceOpening.objects.awaited().filter(pk=UUID(notice.subject_id))
        opening = asked.select_related("evaluation").first()
        if opening is None or not opening.evaluation.is_open:
            return "Prices are open, or it is no longer asked for."
        if notice.recipient not in second_people(opening.evaluation, opening):
            return "They may not open prices any more."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Who asks, and that nothing is visible before; no price and no vendor."""
        opening = PriceOpening.objects.select_related("asked_by").get(
            pk=UUID(notice.subject_id)
        )
        return letter(
            notice=notice,
            subject="Prices wait for you to open them",
            lead=(
                f"{opening.asked_by.name} asks to open the prices. They stay sealed "
                "until a second person confirms; one of those who are asked is "
                "enough. They cannot be sealed again."
            ),
            action="Read and confirm",
            path=reverse("admin:evaluation_costs", args=[notice.place.slug]),
        )
