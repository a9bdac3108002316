"""The kinds of notices of a demo: it has a date, the date is near, it is called off,
or goes on without somebody.
"""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.notices.about import ENDED, About
from evaltracker.notices.calendars import (
    DATES,
    CalendarDate,
    calendar_of,
    cancellation_of,
)
from evaltracker.notices.kinds import Message, register
from evaltracker.notices.mail import link_to, spoken, zone_of
from evaltracker.requirements.services.scopes import USES, Used
from evaltracker.toolbox.days import wall_of
from evaltracker.toolbox.days_days import day_in_words
from stakeholders.models import Stakeholder
from stakeholders.services.people import PART_USES
from trials.choices import MilestoneState
from trials.models import (
    Criterion,
    Demo,
    Evidence,
    Excuse,
    Milestone,
    Score,
    ScriptItem,
)
from trials.notices import noun_of
from trials.notices import page_of as notices_page_of
from vendors.choices import CandidateState
from vendors.notices import named_in

WHAT = "A demo"


class AboutDemo(About[Demo]):
    """A mail about a demo to who has a part; it names no candidate."""

    rows: ClassVar = Demo.objects.select_related(
        "candidate__evaluation"
    ).prefetch_related("candidate__evaluation__stakeholders", "guests__stakeholder")
    gone: ClassVar[str] = "The demo is no longer there."

    def title(self, row: Demo) -> str:
        return f"{row.title} ({row.candidate})"

    def reasons(self, notice: Notice, row: Demo) -> Iterator[str]:
        """Unless the reader has a part; an operator may see it without one."""
        if row.scheduled_for is None:
            yield self.gone
        place = row.candidate.evaluation
        takes_part = {place.owner_id} | {
            stakeholder.user_id
            for stakeholder in place.stakeholders.all()
            if stakeholder.left_at is None
        }
        if notice.recipient_id not in takes_part:
            yield "They have no part in the evaluation any more."

    def page(self, notice: Notice, row: Demo) -> str:
        """The page with its script."""
        return page_of(row)

    def values(self, notice: Notice, row: Demo) -> dict[str, str]:
        """What it is called."""
        return {"what": WHAT}


class AboutDemoToCome(AboutDemo):
    """A mail that says when it is."""

    can_wait: ClassVar[bool] = True

    def reasons(self, notice: Notice, row: Demo) -> Iterator[str]:
        """As for all, and unless it is to come, on that date."""
        yield from super().reasons(notice, row)
        if row.called_off_at is not None:
            yield "The demo was called off."
        if row.held_at is not None:
            yield "The demo was held."
        if not is_asked(row, notice):
            yield "They are not asked to attend any more."
        if not row.candidate.evaluation.is_open:
            yield ENDED
        if row.candidate.state == CandidateState.ELIMINATED:
            yield "The candidate was eliminated."
        if str(row.occurrence) != notice.occurrence:
            yield "The demo was moved."
        if row.scheduled_for is None or row.scheduled_for <= timezone.now():
            yield "The time of the demo has come."

    def compose(self, notice: Notice) -> Message:
        """The date, with an entry that lasts as long as the demo."""
        row = self.row(notice)
        date = date_of(row)
        return self.dated(
            notice, row, date.due_at, verb="takes place", ics=calendar_of(date)
        )


@register
class DemoArranged(AboutDemoToCome):
    """It was arranged, or moved: everybody with a part hears when it is."""

    name: ClassVar[str] = "demo_arranged"

    def compose(self, notice: Notice) -> Message:
        """The day in the subject, with an entry that lasts as long as the demo."""
        row = self.row(notice)
        date = date_of(row)
        said = {"date": spoken(date.due_at, zone_of(notice)), "due_at": date.due_at}
        return self.letter(notice, row, ics=calendar_of(date), **said)

    def values(self, notice: Notice, row: Demo) -> dict[str, str]:
        """On which day, as its reader counts days."""
        day = wall_of(date_of(row).due_at, zone_of(notice)).date()
        return {**super().values(notice, row), "day": day_in_words(day)}


@register
class DemoComing(AboutDemoToCome):
    """It is tomorrow: everybody with a part is reminded."""

    name: ClassVar[str] = "demo_coming"
    for_chat: ClassVar[bool] = True


@register
class DemoCalledOff(AboutDemo):
    """It does not take place: told at once, since somebody may be on the way to it."""

    name: ClassVar[str] = "demo_called_off"
    for_chat: ClassVar[bool] = True

    def compose(self, notice: Notice) -> Message:
        """The date that it had, and what takes it out of a calendar."""
        row = self.row(notice)
        date = date_of(row)
        return self.letter(
            notice,
            row,
            date=spoken(date.due_at, zone_of(notice)),
            due_at=date.due_at,
            ics=cancellation_of(date),
        )


@register
class DemoWithoutThem(AboutDemo):
    """They are not asked to attend any more: it leaves their calendar.

    Its occurrence is the `sequence` of the cancellation, above that of the entry.
    """

    name: ClassVar[str] = "demo_without_them"

    def reasons(self, notice: Notice, row: Demo) -> Iterator[str]:
        """As for all, and unless they are asked again, or there is no demo to come."""
        yield from super().reasons(notice, row)
        if is_asked(row, notice):
            yield "They are asked to attend after all."
        if row.called_off_at is not None or row.has_passed:
            yield "There is no demo to come."

    def compose(self, notice: Notice) -> Message:
        """The date that they had, and what takes it out of a calendar."""
        row = self.row(notice)
        date = dataclasses.replace(date_of(row), sequence=int(notice.occurrence))
        return self.letter(
            notice,
            row,
            date=spoken(date.due_at, zone_of(notice)),
            due_at=date.due_at,
            ics=cancellation_of(date),
        )


def asked_to_attend(demo: Demo, people: Iterable[User]) -> list[User]:
    """Those of them who are asked: the guests and the owner, or all without guests."""
    asked = _asked(demo)
    return [person for person in people if not asked or person.pk in asked]


def is_asked(demo: Demo, notice: Notice) -> bool:
    """Whether the reader of that notice is asked to attend."""
    asked = _asked(demo)
    return not asked or notice.recipient_id in asked


def _asked(demo: Demo) -> set[int]:
    """By id who is asked; empty if everybody is."""
    guests = {guest.stakeholder.user_id for guest in demo.guests.all()}
    return guests and guests | {demo.candidate.evaluation.owner_id}


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
        place=demo.meeting_url,
    )


def page_of(demo: Demo) -> str:
    """The page with its script."""
    return reverse("admin:demo", args=[demo.pk])


# The dates of trials in a person's calendar.


@DATES.add
def own_milestones(person: User) -> Iterator[CalendarDate]:
    """The milestones that are theirs and still open; titles may name a vendor."""
    mine = Milestone.objects.visible_to(person).filter(
        owner=person, state=MilestoneState.OPEN, evaluation__status=Status.OPEN
    )
    for milestone in mine.select_related("evaluation"):
        yield CalendarDate(
            uid=str(milestone.pk),
            sequence=milestone.occurrence,
            what=noun_of(milestone),
            evaluation=milestone.evaluation.title,
            due_at=milestone.due_at,
            link=link_to(notices_page_of(milestone)),
        )


@DATES.add
def own_demos(person: User) -> Iterator[CalendarDate]:
    """The demos to come that they are asked to attend."""
    theirs = Q(candidate__evaluation__owner=person) | Q(
        candidate__evaluation__in=Stakeholder.objects.filter(
            user=person, left_at__isnull=True
        ).values("evaluation")
    )
    coming = Demo.objects.visible_to(person).to_come().filter(theirs)
    rows = coming.select_related("candidate__evaluation")
    for demo in rows.prefetch_related("guests__stakeholder"):
        if asked_to_attend(demo, [person]):
            yield date_of(demo)


# Which values of the brief's lists verdicts, and what they judge, speak of.

# By table: how a place is called, and where its candidate and its requirement stand.
PLACES: dict[Any, tuple[str, str, str]] = {
    Evidence: ("a verdict on", "claim__candidate__name", "claim__requirement__ref"),
    Criterion: ("a criterion of", "trial__candidate__name", "requirement__ref"),
    ScriptItem: ("a script item on", "demo__candidate__name", "requirement__ref"),
    Excuse: ("the excuse of", "candidate__name", "requirement__ref"),
}


@USES.add
def uses_in_verdicts(evaluation: Evaluation) -> Used:
    """Of verdicts, criteria, script items and excuses, whatever became of them."""
    return named_in(
        (f"{what} {ref} of {candidate}", named)
        for model, (what, *paths) in PLACES.items()
        for candidate, ref, named in model.objects.in_evaluation(
            evaluation
        ).values_list(*paths, "named_values")
    )


# What people did with a part here, so that it is not changed under it.


@PART_USES.add
def scored(part: Stakeholder) -> str:
    """Whether scores stand on its sheet."""
    given = Score.objects.filter(sheet__stakeholder=part).exists()
    return "given scores" if given else ""
