"""The dates of trials in a person's calendar."""

from collections.abc import Iterator

from django.db.models import Q

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import User
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.mail import link_to
from stakeholders.models import Stakeholder
from trials.choices import MilestoneState
from trials.demo_notices import asked_to_attend, date_of
from trials.models import Demo, Milestone
from trials.notices import noun_of, page_of


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
            link=link_to(page_of(milestone)),
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
