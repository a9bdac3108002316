"""The mails that follow a decision: to its people, to vendors, and months later."""

from typing import ClassVar
from uuid import UUID

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Notice
from evaltracker.kit.clock import instant_of
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import dated_message, letter
from evaltracker.workflow import links
from evaltracker.workflow.models import Letter, PromiseCheck
from evaltracker.workflow.selectors.letters import LETTER
from evaltracker.workflow.selectors.promises import CHECK_NOTICE, MORNING
from vendors.models import Contact


@register
class DecisionMade(NoticeKind):
    """Everybody with a part hears that it is decided, and where the memo is."""

    name: ClassVar[str] = "decision_made"
    can_wait: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As long as it is decided; nothing takes that back."""
        if notice.place.status != Status.DECIDED:
            return "It is not decided."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Not what was decided: that stands on the page, for whoever may read it."""
        return letter(
            notice=notice,
            subject="The decision was made",
            lead=(
                "The memo says why, what it costs and what would change our mind. It "
                "is frozen, with everybody's signatures."
            ),
            action="Read the decision",
            path=links.page(notice.place, "decision"),
        )


@register
class DecisionLetter(NoticeKind):
    """What a vendor is told of the decision, in the owner's words.

    It is never repeated by itself: one that may have arrived waits for a person.
    """

    name: ClassVar[str] = LETTER
    hold: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As long as the reader still answers for the vendor."""
        found = self.letter(notice)
        if found is None or found.released_at is None:
            return "Nobody has released this letter."
        theirs = Contact.objects.current().filter(
            vendor=found.candidate.vendor_id, email=notice.address
        )
        if not theirs.exists():
            return f"{notice.addressee or notice.address} is no contact of it any more."
        return ""

    def letter(self, notice: Notice) -> Letter | None:
        """The letter that it carries."""
        rows = Letter.objects.select_related("candidate__vendor")
        return rows.filter(pk=UUID(notice.subject_id)).first()

    def compose(self, notice: Notice) -> Message:
        """Its words, and whom an answer reaches."""
        found = self.letter(notice)
        if found is None:
            raise LookupError("the letter is no longer there")
        lead, *paragraphs = found.text.split("\n\n")
        return letter(
            notice=notice,
            subject="Our decision",
            lead=lead,
            paragraphs=paragraphs,
            reply_to=notice.place.owner.email,
        )


@register
class PromiseCheckDue(NoticeKind):
    """The chosen one's promises are to be read again: before, on the day, a week on."""

    name: ClassVar[str] = CHECK_NOTICE
    can_wait: ClassVar[bool] = True

    def check(self, notice: Notice) -> PromiseCheck | None:
        """What it is about."""
        return PromiseCheck.objects.filter(pk=UUID(notice.subject_id)).first()

    def holds(self, notice: Notice) -> str:
        """As long as it is open, on that day, and theirs to do."""
        check = self.check(notice)
        if check is None or not check.is_open:
            return "The promise check is closed."
        if str(check.occurrence) != notice.occurrence:
            return "The promise check was moved."
        if notice.place.owner_id != notice.recipient_id:
            return "Somebody else runs the evaluation now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Which day, and what is asked; whose promises they are, stands there (R10)."""
        check = self.check(notice)
        if check is None:
            raise LookupError("the promise check is no longer there")
        return dated_message(
            notice=notice,
            what="A promise check",
            due_at=instant_of(check.due_on, MORNING, notice.place.zone),
            lead=(
                "What was promised before the decision is read again: does it hold "
                "today? Say so for each requirement, or move or waive the check."
            ),
            action="Open the promise checks",
            path=links.page(notice.place, "promise_checks", f"check-{check.pk}"),
        )
