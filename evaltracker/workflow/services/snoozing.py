"""Putting off a line of one's own work, and taking it back.

It is personal, so no journal tells it; and it hides nothing from anybody else: what
is owed to the person by mail, and every deadline, goes on.
"""

import datetime

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.clock import today_in
from evaltracker.workflow.inbox import my_work
from evaltracker.workflow.models import Snooze

LONGEST = datetime.timedelta(days=60)


@transaction.atomic
def snooze_work(
    *, evaluation: Evaluation, line: str, until: datetime.date, by: User
) -> Snooze:
    """Leave a line out of one's own list until a day.

    Raises:
        Invalid: nothing like it waits on the person, or the day is none to wait for.

    """
    today = today_in(by.time_zone)
    if not today < until <= today + LONGEST:
        sentence = f"Choose a day from tomorrow to {LONGEST.days} days from now."
        raise Invalid(sentence, errors={"day": [sentence]})
    if line not in {item.line for item in my_work(by, evaluation)}:
        raise Invalid("It no longer waits on you. Load My work again.")
    found, _ = Snooze.objects.update_or_create(
        person=by, line=line, defaults={"evaluation": evaluation, "until": until}
    )
    snooze: Snooze = found
    return snooze


@transaction.atomic
def wake_work(*, evaluation: Evaluation, line: str, by: User) -> None:
    """Put a line back into one's own list now."""
    rows = Snooze.objects.visible_to(by).in_evaluation(evaluation)
    rows.filter(line=line).delete()
