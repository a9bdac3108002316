"""The dates of workflow in a person's calendar."""

from collections.abc import Iterator

from evaltracker.decision import links
from evaltracker.decision.models import PromiseCheck
from evaltracker.decision.selectors import MORNING, terms_of
from evaltracker.evaluations.models import User
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.mail import link_to
from evaltracker.toolbox.days import instant_of


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


@DATES.add
def contract_dates(person: User) -> Iterator[CalendarDate]:
    """The last day to give notice, or the end, of contracts that they look after."""
    for term in terms_of(person):
        if term.deadline is None:
            continue
        evaluation = term.evaluation
        yield CalendarDate(
            uid=str(term.pk),
            sequence=term.occurrence,
            what="Last day to give notice" if term.notice_day else "A contract ends",
            evaluation=evaluation.title,
            due_at=instant_of(term.deadline, MORNING, evaluation.zone),
            link=link_to(links.page(evaluation, "promise_checks", "contract")),
        )
