"""The mails that ask vendors for something: to answer, to confirm, to read, in time.

None holds a word of a question, a claim or a requirement, and none says who asked:
the vendor reads that through the API, where it is its own (R10).
"""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from evaltracker.evaluations.models import Notice
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import dated_message, letter, spoken, zone_of
from vendors.models import Candidate
from vendors.notices import API_PAGE, ToVendor, reached_by
from vendors.selectors import last_submission, own_claims
from vendors.selectors.chases import KIND
from vendors.selectors.waiting import Waiting, waiting_for

CLOSED = "Claims are closed."
ACTION = "Read how to answer"


class ToAnswer(ToVendor):
    """A mail that only makes sense while claims can be written."""

    def holds(self, notice: Notice) -> str:
        """As for all, and while claims are open."""
        if no := super().holds(notice):
            return no
        return "" if notice.place.claims_are_open(timezone.now()) else CLOSED


class OfOneCandidate(ToAnswer):
    """A mail about what waits on one candidate's vendor."""

    def candidates(self, notice: Notice) -> QuerySet[Candidate]:
        """The one that it is about."""
        return super().candidates(notice).filter(pk=UUID(notice.subject_id))

    def waiting(self, notice: Notice) -> Waiting:
        """What waits at this moment."""
        evaluation = notice.place
        return waiting_for(evaluation, list(self.candidates(notice)))[0]

    def holds(self, notice: Notice) -> str:
        """As long as anything waits."""
        if no := super().holds(notice):
            return no
        return "Nothing waits any more." if self.waiting(notice).is_done else ""


@register
class ClaimsClosing(ToAnswer):
    """A reminder, some days before claims close and on the last day."""

    name: ClassVar[str] = "claims_closing"

    def holds(self, notice: Notice) -> str:
        """As long as that is the end, and the answer is not handed in as it stands."""
        if no := super().holds(notice):
            return no
        end = notice.place.claims_close_at
        if end is None or end.isoformat() != notice.occurrence:
            return "The end was moved."
        theirs = self.candidates(notice).filter(reached_by(notice.address))
        if all(_is_handed_in(candidate) for candidate in theirs):
            return "The answer is handed in."
        return ""

    def compose(self, notice: Notice) -> Message:
        """When, and that handing in takes a call of its own.

        Raises:
            LookupError: there is no end; `holds` is asked first.

        """
        end = notice.place.claims_close_at
        if end is None:
            raise LookupError("claims have no end")
        return dated_message(
            notice=notice,
            what="Your answer",
            due_at=end,
            action=ACTION,
            path=API_PAGE,
            lead=(
                "Claims close at the date below; what comes later is refused. Hand "
                "your answer in, and keep the receipt. You may still change it until "
                "then."
            ),
        )


@register
class NotAnswered(OfOneCandidate):
    """The buyer asks for what is still missing."""

    name: ClassVar[str] = KIND

    def compose(self, notice: Notice) -> Message:
        """How much is missing, and until when."""
        waiting = self.waiting(notice)
        return letter(
            notice=notice,
            subject="Your answer is awaited",
            lead=(
                f"{waiting_words(waiting)} A requirement that you do not meet is "
                "answered too: an honest “never” counts in your favour."
            ),
            steps=_steps(),
            date=_until(notice),
            action=ACTION,
            path=API_PAGE,
            reply_to=notice.place.owner.email,
        )


@register
class RequirementChanged(OfOneCandidate):
    """What is asked has changed: answers to confirm, or requirements that are new."""

    name: ClassVar[str] = "requirement_changed"

    def compose(self, notice: Notice) -> Message:
        """How much waits because of it."""
        return letter(
            notice=notice,
            subject="What is asked of you has changed",
            lead="Requirements are new or reworded. "
            f"{waiting_words(self.waiting(notice))}",
            steps=_steps(),
            date=_until(notice),
            action=ACTION,
            path=API_PAGE,
            reply_to=notice.place.owner.email,
        )


@register
class QuestionAnswered(ToVendor):
    """Answers were published; every invited vendor reads the same."""

    name: ClassVar[str] = "question_answered"

    def compose(self, notice: Notice) -> Message:
        """Where they stand. The asker is told the same as everybody."""
        return letter(
            notice=notice,
            subject="Answers to questions were published",
            lead=(
                "The buyer has answered questions for everybody who is invited. An "
                "answer may touch what you have said."
            ),
            steps=(
                "GET …/questions/ of your invitation lists every question and answer.",
            ),
            action=ACTION,
            path=API_PAGE,
            reply_to=notice.place.owner.email,
        )


def waiting_words(waiting: Waiting) -> str:
    """What waits, in one or two sentences."""
    parts = []
    if number := len(waiting.unanswered):
        have = "requirement has" if number == 1 else "requirements have"
        musts = sum(requirement.is_must for requirement in waiting.unanswered)
        these = "1 of them is a must-have" if musts == 1 else f"{musts} are must-haves"
        parts.append(f"{number} {have} no answer of yours yet; {these}.")
    if number := len(waiting.to_confirm):
        are = "answer is" if number == 1 else "answers are"
        parts.append(
            f"{number} {are} to be confirmed, because the words that were asked have "
            "changed."
        )
    return " ".join(parts)


def _is_handed_in(candidate: Candidate) -> bool:
    """Whether the last receipt is of the claims that stand."""
    receipt = last_submission(candidate)
    newest = own_claims(candidate).order_by("submitted_at").last()
    return (
        receipt is not None
        and newest is not None
        and newest.submitted_at <= receipt.submitted_at
    )


def _until(notice: Notice) -> str:
    end = notice.place.claims_close_at
    return spoken(end, zone_of(notice)) if end else ""


def _steps() -> tuple[str, ...]:
    return (
        "GET …/requirements/ of your invitation lists what is asked, each with its "
        "revision; …/claims/?to_confirm=1 lists your answers that are to be confirmed.",
        "Send each claim, also one whose words stay: sent again, it answers the words "
        "of now. With the answer sheet (.xlsx) you do it in one go.",
        "Hand in again, and keep the new receipt.",
    )
