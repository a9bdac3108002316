"""The kinds of notices of stakeholders: substitutions, conditions, and a no.

A mail says whose turn it is and by when, never the words of a condition or a reason:
both can name a vendor.
"""

import datetime
from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Notice, User
from evaltracker.notices.about import ENDED, About
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import link_to
from evaltracker.toolbox.days import instant_of, today_in
from evaltracker.toolbox.working_days import day_in_words
from stakeholders.models import Condition, Delegation, SignOff, Verdict
from stakeholders.policy import has_a_say

# A date without a time ends with its day.
CONDITION = "A condition of a conditional approval"
LAST_MINUTE = datetime.time(23, 59)
SHOWN = 80


@register
class DelegationGiven(About[Delegation]):
    """Who lends a part and who stands in are both told, with the days."""

    rows: ClassVar = Delegation.objects.select_related(
        "stakeholder__user", "stakeholder__evaluation", "substitute"
    )
    gone: ClassVar[str] = "The substitution is ended."

    def title(self, row: Delegation) -> str:
        return f"{row.substitute} for {row.stakeholder.user}"

    def reasons(self, notice: Notice, row: Delegation) -> Iterator[str]:
        if row.revoked_at or row.stakeholder.left_at:
            yield self.gone
        if not has_a_say(row.substitute):
            yield f"{row.substitute.name} has no say any more."
        evaluation = row.stakeholder.evaluation
        if row.ends_on < today_in(evaluation.zone):
            yield "The substitution is over."
        if not evaluation.is_open:
            yield ENDED

    def values(self, notice: Notice, row: Delegation) -> dict[str, str]:
        part = row.stakeholder
        return {
            "lent": "yes" if notice.recipient_id == part.user_id else "",
            "substitute": row.substitute.name,
            "person": part.user.name,
            "role": part.get_role_display(),
            "starts": day_in_words(row.starts_on),
            "ends": day_in_words(row.ends_on),
        }

    def page(self, notice: Notice, row: Delegation) -> str:
        lent = notice.recipient_id == row.stakeholder.user_id
        if lent:
            name = "stakeholders"
        else:
            name = "overview"
        return reverse(
            f"admin:evaluation_{name}", args=[row.stakeholder.evaluation.slug]
        )


class OnCondition(About[Condition]):
    rows: ClassVar = Condition.objects.select_related(
        "sign_off__visit__evaluation", "owner"
    )
    gone: ClassVar[str] = "The condition is closed."

    def title(self, row: Condition) -> str:
        if len(row.text) <= SHOWN:
            return row.text
        return f"{row.text[:SHOWN]}…"

    def reasons(self, notice: Notice, row: Condition) -> Iterator[str]:
        if row.closed_at:
            yield self.gone
        if not row.sign_off.visit.evaluation.is_open:
            yield ENDED

    def values(self, notice: Notice, row: Condition) -> dict[str, str]:
        mine = notice.recipient_id == row.owner_id
        return {
            "what": CONDITION,
            "signer": row.sign_off.printed_name,
            "another": "" if mine else row.owner.name,
        }

    def page(self, notice: Notice, row: Condition) -> str:
        slug = row.sign_off.visit.evaluation.slug
        path = reverse("admin:evaluation_sign_offs", args=[slug])
        return f"{path}#condition-{row.pk}"

    def compose(self, notice: Notice) -> Message:
        row = self.row(notice)
        zone = row.sign_off.visit.evaluation.zone
        due_on = row.due_on or today_in(zone)
        return self.dated(notice, row, instant_of(due_on, LAST_MINUTE, zone))


@register
class ConditionGiven(OnCondition):
    """Whoever has to see to a condition is told at once."""


@register
class ConditionDue(OnCondition):
    can_wait: ClassVar[bool] = True


@register
class ConditionOverdue(OnCondition):
    """An open condition whose day is over; later the owner hears of it, too."""

    can_wait: ClassVar[bool] = True


@register
class SignOffAgainst(About[SignOff]):
    rows: ClassVar = SignOff.objects.select_related("visit")
    gone: ClassVar[str] = "That round is over."

    def title(self, row: SignOff) -> str:
        return f"{row.printed_name}, {row.get_role_display()}"

    def reasons(self, notice: Notice, row: SignOff) -> Iterator[str]:
        if row.visit.left_at or row.round != row.visit.round:
            yield self.gone

    def values(self, notice: Notice, row: SignOff) -> dict[str, str]:
        return {
            "signer": row.printed_name,
            "role": row.get_role_display(),
            "stage": notice.place.say(row.visit.get_stage_display().lower()),
            "said": "declined" if row.verdict == Verdict.DECLINE else "returned",
        }

    def page(self, notice: Notice, row: SignOff) -> str:
        return reverse("admin:receipt", args=[row.pk])


@DATES.add
def own_conditions(person: User) -> Iterator[CalendarDate]:
    mine = Condition.objects.visible_to(person).filter(
        owner=person,
        closed_at__isnull=True,
        due_on__isnull=False,
        sign_off__visit__evaluation__status=Status.OPEN,
    )
    for condition in mine.select_related("sign_off__visit__evaluation"):
        evaluation = condition.sign_off.visit.evaluation
        if condition.due_on is None:
            continue
        page = reverse("admin:evaluation_sign_offs", args=[evaluation.slug])
        yield CalendarDate(
            uid=str(condition.pk),
            sequence=0,
            what=CONDITION,
            evaluation=evaluation.title,
            due_at=instant_of(condition.due_on, LAST_MINUTE, evaluation.zone),
            link=link_to(f"{page}#condition-{condition.pk}"),
        )
