"""The kinds of notices of a demo: it has a date, and the date is near."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.calendars import CalendarDate, calendar_of
from evaltracker.evaluations.mail import dated_message, link_to
from evaltracker.evaluations.notices import Message, NoticeKind, register
from trials.models import Demo
from vendors.choices import CandidateState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from evaltracker.evaluations.models import Notice

WHAT = "A demo"


class AboutDemo(NoticeKind):
    """A mail about a demo that is to come; it names no candidate."""

    can_wait: ClassVar[bool] = True
    lead: ClassVar[str]

    def subjects(self, ids: Collection[str]) -> Mapping[str, Demo]:
        """The demos, each once."""
        rows = Demo.objects.filter(pk__in=[UUID(one) for one in ids])
        return {
            str(one.pk): one for one in rows.select_related("candidate__evaluation")
        }

    def demo(self, notice: Notice) -> Demo | None:
        """What it is about; looked up unless a sweep has done so."""
        if isinstance(notice.subject, Demo):
            return notice.subject
        return self.subjects([notice.subject_id]).get(notice.subject_id)

    def holds(self, notice: Notice) -> str:
        """As long as it is to come, on that date."""
        demo = self.demo(notice)
        if demo is None or demo.scheduled_for is None or demo.held_at is not None:
            return "The demo was held."
        if not demo.candidate.evaluation.is_open:
            return "The evaluation has ended."
        if demo.candidate.state == CandidateState.ELIMINATED:
            return "The candidate was eliminated."
        if str(demo.occurrence) != notice.occurrence:
            return "The demo was moved."
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
class DemoArranged(AboutDemo):
    """It was arranged, or moved: everybody with a part hears when it is."""

    name: ClassVar[str] = "demo_arranged"
    lead: ClassVar[str] = (
        "It is attached as a calendar entry. Read the script before: what is asked, "
        "by whom, and what counts as a pass."
    )


@register
class DemoComing(AboutDemo):
    """It is tomorrow: everybody with a part is reminded."""

    name: ClassVar[str] = "demo_coming"
    for_chat: ClassVar[bool] = True
    lead: ClassVar[str] = (
        "Bring the script: what is asked, by whom, and what counts as a pass. What "
        "dazzles off-script scores nothing."
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
