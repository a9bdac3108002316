"""The kinds of notices of a demo: it has a date, the date is near, it is called off."""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.models import Notice
from evaltracker.notices.calendars import CalendarDate, calendar_of, cancellation_of
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import dated_message, letter, link_to, spoken, zone_of
from trials.models import Demo
from vendors.choices import CandidateState

WHAT = "A demo"


class AboutDemo(NoticeKind):
    """A mail about a demo to who has a part; it names no candidate."""

    lead: ClassVar[str]

    def subjects(self, ids: Collection[str]) -> Mapping[str, Demo]:
        """The demos, each once, with who takes part."""
        rows = Demo.objects.filter(pk__in=[UUID(key) for key in ids])
        rows = rows.select_related("candidate__evaluation").prefetch_related(
            "candidate__evaluation__stakeholders"
        )
        return {str(row.pk): row for row in rows}

    def demo(self, notice: Notice) -> Demo | None:
        """What it is about; looked up unless a sweep has done so."""
        if isinstance(notice.subject, Demo):
            return notice.subject
        return self.subjects([notice.subject_id]).get(notice.subject_id)

    def holds(self, notice: Notice) -> str:
        """As long as the reader has a part; an operator may see it without one."""
        demo = self.demo(notice)
        if demo is None or demo.scheduled_for is None:
            return "The demo is no longer there."
        place = demo.candidate.evaluation
        takes_part = {place.owner_id} | {
            stakeholder.user_id
            for stakeholder in place.stakeholders.all()
            if stakeholder.left_at is None
        }
        if notice.recipient_id not in takes_part:
            return "They have no part in the evaluation any more."
        return ""


class AboutDemoToCome(AboutDemo):
    """A mail that says when it is."""

    can_wait: ClassVar[bool] = True

    def holds(self, notice: Notice) -> str:
        """As for all, and as long as it is to come, on that date."""
        demo = self.demo(notice)
        if (no := super().holds(notice)) or demo is None or demo.scheduled_for is None:
            return no
        if demo.called_off_at is not None:
            return "The demo was called off."
        if demo.held_at is not None:
            return "The demo was held."
        if not demo.candidate.evaluation.is_open:
            return "The evaluation has ended."
        if demo.candidate.state == CandidateState.ELIMINATED:
            return "The candidate was eliminated."
        if str(demo.occurrence) != notice.occurrence:
            return "The demo was moved."
        if demo.scheduled_for <= timezone.now():
            return "The time of the demo has come."
        return ""

    def compose(self, notice: Notice) -> Message:
        """The date, with an entry that lasts as long as the demo."""
        demo = self.demo(notice)
        if demo is None or demo.scheduled_for is None:
            raise LookupError("the demo is no longer there")
        return dated_message(
            notice=notice,
            what=WHAT,
            due_at=demo.scheduled_for,
            action="See the script",
            path=page_of(demo),
            lead=self.lead,
            verb="takes place",
            ics=calendar_of(date_of(demo)),
        )


@register
class DemoArranged(AboutDemoToCome):
    """It was arranged, or moved: everybody with a part hears when it is."""

    name: ClassVar[str] = "demo_arranged"
    lead: ClassVar[str] = (
        "It is attached as a calendar entry. Read the script before: what is asked, "
        "by whom, and what counts as a pass."
    )


@register
class DemoComing(AboutDemoToCome):
    """It is tomorrow: everybody with a part is reminded."""

    name: ClassVar[str] = "demo_coming"
    for_chat: ClassVar[bool] = True
    lead: ClassVar[str] = (
        "Bring the script: what is asked, by whom, and what counts as a pass. What "
        "dazzles off-script scores nothing."
    )


@register
class DemoCalledOff(AboutDemo):
    """It does not take place: told at once, since somebody may be on the way to it."""

    name: ClassVar[str] = "demo_called_off"
    for_chat: ClassVar[bool] = True
    lead: ClassVar[str] = (
        "It will not take place; its page says why. If you have it in your calendar, "
        "the entry attached takes it out."
    )

    def compose(self, notice: Notice) -> Message:
        """The date that it had, and what takes it out of a calendar."""
        demo = self.demo(notice)
        if demo is None or demo.scheduled_for is None:
            raise LookupError("the demo is no longer there")
        return letter(
            notice=notice,
            subject=f"{WHAT} is called off",
            lead=self.lead,
            date=spoken(demo.scheduled_for, zone_of(notice)),
            due_at=demo.scheduled_for,
            action="See why",
            path=page_of(demo),
            ics=cancellation_of(date_of(demo)),
        )


def date_of(demo: Demo) -> CalendarDate:
    """The demo as calendars show it.

    Raises:
        LookupError: it has no date.

    """
    if demo.scheduled_for is None:
        raise LookupError("the demo has no date")
    return CalendarDate(
        uid=str(demo.pk),
        sequence=demo.occurrence,
        what=WHAT,
        evaluation=demo.candidate.evaluation.title,
        due_at=demo.scheduled_for,
        link=link_to(page_of(demo)),
        minutes=demo.minutes,
    )


def page_of(demo: Demo) -> str:
    """The page with its script."""
    return reverse("admin:demo", args=[demo.pk])
