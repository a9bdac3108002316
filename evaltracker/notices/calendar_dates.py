"""The dates of the record in a person's calendar."""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.notices.calendars import DATES, CalendarDate
from evaltracker.notices.mail import link_to


@DATES.add
def closing_claims(person: User) -> Iterator[CalendarDate]:
    """Who runs a purchase sees when its vendors' answers close."""
    mine = (
        Evaluation.objects.visible_to(person)
        .real()
        .filter(owner=person, status=Status.OPEN)
    )
    for evaluation in mine:
        closes = evaluation.claims_close_at
        if closes is None:
            continue
        yield CalendarDate(
            uid=f"claims-{evaluation.pk}",
            # Programs take the newer of two; a date moved later or earlier is newer.
            sequence=0,
            what="Claims close",
            evaluation=evaluation.title,
            due_at=closes,
            link=link_to(_workspace(evaluation)),
        )


def _workspace(evaluation: Evaluation) -> str:
    try:
        return reverse("admin:evaluation_overview", args=[evaluation.slug])
    except NoReverseMatch:
        return "/"
