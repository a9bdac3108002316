"""The dates of stakeholders in a person's calendar."""

from collections.abc import Iterator

from django.urls import reverse

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import User
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.mail import link_to
from evaltracker.toolbox.days import instant_of
from stakeholders.models import Condition
from stakeholders.notices import CONDITION, LAST_MINUTE


@DATES.add
def own_conditions(person: User) -> Iterator[CalendarDate]:
    """The open conditions that they see to."""
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
