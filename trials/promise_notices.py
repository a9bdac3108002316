"""The mail that a promised date has passed without proof."""

from collections.abc import Iterator
from typing import ClassVar

from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import register
from trials.selectors.promised import SLIP_NOTICE, slipped_claims
from vendors.models import Claim


@register
class PromiseSlipped(About[Claim]):
    """A planned date passed, and nothing shows that it was kept; to the owner."""

    name: ClassVar[str] = SLIP_NOTICE
    # It blocks nobody: a day more or less changes nothing.
    can_wait: ClassVar[bool] = True
    rows: ClassVar = Claim.objects.select_related("candidate", "requirement")

    def title(self, row: Claim) -> str:
        """Who promised what; the date stands in its story."""
        return f"{row.candidate}, {row.requirement.ref}"

    def reasons(self, notice: Notice, row: Claim) -> Iterator[str]:
        """Unless the claim has slipped and the reader runs the evaluation."""
        yield ended(notice)
        yield not_the_owners(notice)
        if not slipped_claims(notice.place, Claim.objects.filter(pk=row.pk)):
            yield "The date was moved, or there is proof now."

    def page(self, notice: Notice, row: Claim) -> str:
        """Where its story stands; a mail that is owed leaves even without a page."""
        try:
            return reverse("admin:cell", args=[row.candidate_id, row.requirement_id])
        except NoReverseMatch:
            return "/"
