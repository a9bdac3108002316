"""The mail that a promised date has passed without proof."""

from typing import ClassVar
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import letter
from trials.selectors.promised import SLIP_NOTICE, slipped_claims
from vendors.models import Claim


@register
class PromiseSlipped(NoticeKind):
    """A planned date passed, and nothing shows that it was kept; to the owner."""

    name: ClassVar[str] = SLIP_NOTICE
    # It blocks nobody: a day more or less changes nothing.
    can_wait: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As long as the claim has slipped and the reader runs the evaluation."""
        evaluation = notice.place
        if not evaluation.is_open:
            return "The evaluation has ended."
        if evaluation.owner_id != notice.recipient_id:
            return "Somebody else runs the evaluation now."
        claims = Claim.objects.filter(pk=UUID(notice.subject_id))
        if not slipped_claims(evaluation, claims):
            return "The date was moved, or there is proof now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Where its story stands; whose promise it is, stands there (R10)."""
        return letter(
            notice=notice,
            subject="A promised date has passed without proof",
            lead=(
                "A candidate said that something would be there by a date that is "
                "over. Until it is shown, or another date is named, it earns nothing. "
                "Its story has every date that was named before."
            ),
            action="Read its story",
            path=_page_of(notice),
        )


def _page_of(notice: Notice) -> str:
    """The cell's page; a mail that is owed leaves even where no page is served."""
    claim = Claim.objects.filter(pk=UUID(notice.subject_id)).first()
    try:
        if claim is not None:
            return reverse(
                "admin:cell", args=[claim.candidate_id, claim.requirement_id]
            )
        return reverse("admin:index")
    except NoReverseMatch:
        return "/"
