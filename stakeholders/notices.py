"""The kinds of notices of floor 2: substitutions, conditions, and a no.

A mail says whose turn it is and by when, never the words of a condition or a reason:
both can name a vendor.
"""

import datetime
from typing import ClassVar
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.kit.clock import instant_of, today_in
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import dated_message, letter
from stakeholders.choices import Verdict
from stakeholders.models import Condition, Delegation, SignOff
from stakeholders.policy import has_a_say

# A date without a time ends with its day.
CONDITION = "A condition of an approval"
LAST_MINUTE = datetime.time(23, 59)


@register
class DelegationGiven(NoticeKind):
    """Who lends a part and who stands in are both told, with the days."""

    name: ClassVar[str] = "delegation_given"

    def holds(self, notice: Notice) -> str:
        """As long as it is neither ended nor over."""
        lending = _lending_of(notice)
        if lending is None or lending.revoked_at or lending.stakeholder.left_at:
            return "The substitution is ended."
        if not has_a_say(lending.substitute):
            return f"{lending.substitute.name} has no say any more."
        evaluation = lending.stakeholder.evaluation
        if lending.ends_on < today_in(evaluation.zone):
            return "The substitution is over."
        if not evaluation.is_open:
            return "The evaluation has ended."
        return ""

    def compose(self, notice: Notice) -> Message:
        """For whom, as what, from when to when; and that it goes no further."""
        lending = _lending_of(notice)
        if lending is None:
            raise LookupError("the substitution is no longer there")
        part = lending.stakeholder
        role = part.get_role_display()
        days = f"from {lending.starts_on:%-d %B %Y} to {lending.ends_on:%-d %B %Y}"
        lent = notice.recipient_id == part.user_id
        if lent:
            subject = f"{lending.substitute.name} stands in for you as {role}"
            lead = (
                f"{lending.substitute.name} may sign for you as {role} {days}, both "
                "days included. You may still sign yourself; one of you does."
            )
        else:
            subject = f"You stand in for {part.user.name} as {role}"
            lead = (
                f"You may sign for {part.user.name} as {role} {days}, both days "
                "included. Both names stand on what you sign, and you cannot hand it "
                "on. You can read the evaluation from now on."
            )
        return letter(
            notice=notice,
            subject=subject,
            lead=lead,
            action="See the stakeholders" if lent else "Read the evaluation",
            path=_page(part.evaluation, "stakeholders" if lent else "overview"),
        )


class OnCondition(NoticeKind):
    """A mail about a condition that is open."""

    def holds(self, notice: Notice) -> str:
        """As long as it is open, and so is the evaluation."""
        condition = _condition_of(notice)
        if condition is None or condition.closed_at:
            return "The condition is closed."
        if not condition.sign_off.visit.evaluation.is_open:
            return "The evaluation has ended."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The date and the way to the condition; its words stay on the page.

        Raises:
            LookupError: the condition is gone; `holds` is asked first.

        """
        condition = _condition_of(notice)
        if condition is None:
            raise LookupError("the condition is no longer there")
        evaluation = condition.sign_off.visit.evaluation
        zone = evaluation.zone
        due_on = condition.due_on or today_in(zone)
        return dated_message(
            notice=notice,
            what=CONDITION,
            due_at=instant_of(due_on, LAST_MINUTE, zone),
            lead=self.lead(notice, condition),
            action="Open the condition",
            path=f"{_page(evaluation, 'sign_offs')}#condition-{condition.pk}",
        )

    def lead(self, notice: Notice, condition: Condition) -> str:
        """Why the reader gets it."""
        raise NotImplementedError


@register
class ConditionGiven(OnCondition):
    """Whoever has to see to a condition is told at once."""

    name: ClassVar[str] = "condition_given"

    def lead(self, notice: Notice, condition: Condition) -> str:
        """Who asked, and what hangs on it."""
        return (
            f"{condition.sign_off.printed_name} approved on a condition, and you see "
            "to it. The decision waits until it is closed with a note."
        )


@register
class ConditionDue(OnCondition):
    """A reminder some days before the day, and on it."""

    name: ClassVar[str] = "condition_due"
    can_wait: ClassVar[bool] = True

    def lead(self, notice: Notice, condition: Condition) -> str:
        """What to do about it."""
        return (
            "You see to this condition. Close it with a note once it is met; the "
            "decision waits for it."
        )


@register
class ConditionOverdue(OnCondition):
    """An open condition whose day is over; later the owner hears of it, too."""

    name: ClassVar[str] = "condition_overdue"
    can_wait: ClassVar[bool] = True

    def lead(self, notice: Notice, condition: Condition) -> str:
        """Whose it is."""
        mine = notice.recipient_id == condition.owner_id
        whose = "You see" if mine else f"{condition.owner.name} sees"
        return (
            f"{whose} to this condition, and its day is over. The decision waits until "
            "it is closed with a note."
        )


@register
class SignOffAgainst(NoticeKind):
    """The owner is told at once that somebody declined or returned."""

    name: ClassVar[str] = "sign_off_against"

    def holds(self, notice: Notice) -> str:
        """As long as that round goes on."""
        given = _sign_off_of(notice)
        if given is None or given.visit.left_at or given.round != given.visit.round:
            return "That round is over."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Who, as what, on which stage; the reason stays on the page."""
        given = _sign_off_of(notice)
        if given is None:
            raise LookupError("the sign-off is no longer there")
        said = "declined" if given.verdict == Verdict.DECLINE else "returned"
        role = given.get_role_display()
        stage = given.visit.get_stage_display().lower()
        return letter(
            notice=notice,
            subject=f"{role} {said} the {stage}",
            lead=(
                f"{given.printed_name} {said} what was to be signed, and says why on "
                "the page. It cannot go on like this: change what is asked for, or "
                "answer it and open a new round."
            ),
            action="Read the reason",
            path=reverse("admin:receipt", args=[given.pk]),
        )


def _lending_of(notice: Notice) -> Delegation | None:
    found: Delegation | None = (
        Delegation.objects.filter(pk=UUID(notice.subject_id))
        .select_related("stakeholder__user", "stakeholder__evaluation", "substitute")
        .first()
    )
    return found


def _condition_of(notice: Notice) -> Condition | None:
    found: Condition | None = (
        Condition.objects.filter(pk=UUID(notice.subject_id))
        .select_related("sign_off__visit__evaluation", "owner")
        .first()
    )
    return found


def _sign_off_of(notice: Notice) -> SignOff | None:
    found: SignOff | None = (
        SignOff.objects.filter(pk=UUID(notice.subject_id))
        .select_related("visit")
        .first()
    )
    return found


def _page(evaluation: Evaluation, name: str) -> str:
    """A page of the evaluation's workspace."""
    return reverse(f"admin:evaluation_{name}", args=[evaluation.slug])
