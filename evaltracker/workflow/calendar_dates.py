"""The dates of workflow in a person's calendar."""

from collections.abc import Iterator

from evaltracker.evaluations.models import User
from evaltracker.kit.clock import instant_of
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.mail import link_to
from evaltracker.workflow import links
from evaltracker.workflow.models import PromiseCheck
from evaltracker.workflow.selectors.promises import MORNING


@DATES.add
def own_checks(person: User) -> Iterator[CalendarDate]:
    """The open promise checks of the evaluations that they run."""
    mine = PromiseCheck.objects.visible_to(person).filter(
        candidate__evaluation__owner=person, closed_at__isnull=True
    )
    for check in mine.select_related("candidate__evaluation"):
        evaluation = check.candidate.evaluation
        yield CalendarDate(
            uid=str(check.pk),
            sequence=check.occurrence,
            what="A promise check",
            evaluation=evaluation.title,
            due_at=instant_of(check.due_on, MORNING, evaluation.zone),
            link=link_to(links.page(evaluation, "promise_checks", f"check-{check.pk}")),
        )
