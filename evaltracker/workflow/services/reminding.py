"""Reminding a colleague of what the others wait for."""

from django.db import transaction

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Notice
from evaltracker.evaluations.policy import check_owned, lock
from evaltracker.kit.clock import today_in
from evaltracker.notices.services.scheduling import owe_now
from evaltracker.workflow.inbox.awaited import Awaited
from evaltracker.workflow.reminder_notices import Reminded, occurrence_of


def check_remind_colleague(awaited: Awaited, by: By) -> None:
    """The owner reminds a colleague whose turn it is, once a day of one thing.

    Raises:
        Forbidden: not the owner.
        Refused: it has ended, nobody waits for it, or they were reminded today.

    """
    evaluation, person = awaited.evaluation, awaited.person
    check_owned(evaluation, by)
    if awaited.work is None:
        raise Refused(f"Nobody waits for {awaited.thing} from {person.name} now.")
    told = Notice.objects.filter(
        kind=Reminded.name,
        subject_id=str(evaluation.pk),
        recipient=person,
        occurrence=occurrence_of(awaited.kind, today_in(evaluation.zone)),
    )
    if told.exists():
        raise Refused(
            f"{person.name} was reminded of {awaited.thing} today. "
            "Once a day is enough."
        )


@transaction.atomic
def remind_colleague(*, awaited: Awaited, by: By) -> None:
    """Owe a colleague a mail about what the others wait for.

    Raises:
        Forbidden: not the owner.
        Refused: it has ended, nobody waits for it, or they were reminded today.

    """
    evaluation = lock(awaited.evaluation)
    check_remind_colleague(awaited, by)
    owe_now(
        kind=Reminded.name,
        evaluation=evaluation,
        subject_id=evaluation.pk,
        occurrence=occurrence_of(awaited.kind, today_in(evaluation.zone)),
        recipient=awaited.person,
    )
    journal.record(
        evaluation=evaluation,
        action="colleague.reminded",
        subject=evaluation,
        by=by,
        after={"person": awaited.person.name, "of": awaited.thing},
    )
