"""The mails that a demo owes to everybody with a part.

They are written when it is arranged, moved or called off, and by a chore for who joins
later: a part is given on a floor that knows of no demos.
"""

import datetime
from collections.abc import Collection
from typing import Any

from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import change
from evaltracker.kit.clock import instant_of, wall_of
from evaltracker.kit.periodic import register_chore
from evaltracker.notices.services.scheduling import (
    cancel_notices,
    owe_now,
    schedule_notice,
)
from stakeholders.policy import insiders, insiders_of_many
from trials.demo_notices import (
    DemoArranged,
    DemoCalledOff,
    DemoComing,
    DemoWithoutThem,
    asked_to_attend,
)
from trials.models import Demo

DAYS_BEFORE = 1
INVITATIONS = (DemoArranged.name, DemoComing.name)
EVERY = datetime.timedelta(minutes=10)
# What is due in a moment leaves by itself; what is due now waits for the daily mail,
# which may come after the demo.
A_MOMENT = datetime.timedelta(minutes=1)


def owe_invitations(demo: Demo, evaluation: Evaluation, by: By) -> None:
    """Owe each of them a mail now and a reminder the day before.

    Nobody is invited to what is past, and who arranges it knows when it is.
    """
    if demo.scheduled_for is not None and demo.scheduled_for > timezone.now():
        knows = actor_of(by).user
        for person in asked_to_attend(demo, insiders(evaluation)):
            _invite(demo, evaluation, person, is_told=person != knows)


def invite_who_joined() -> None:
    """Owe the demos to come to everybody with a part who is not invited to them.

    A chore. Everybody invited is owed the reminder of that date, in whatever state it
    is: who arranged it, too, who got no other mail since they know. So whoever has no
    such row joined later. It reads in four queries, five with guests, whatever has
    happened so far, and writes only what is missing.
    """
    coming = list(
        Demo.objects.to_come()
        .select_related("candidate__evaluation__owner")
        .prefetch_related("guests__stakeholder")
    )
    invited = set(
        Notice.objects.filter(
            kind=DemoComing.name, subject_id__in=[str(demo.pk) for demo in coming]
        ).values_list("subject_id", "occurrence", "recipient")
    )
    people = insiders_of_many([demo.candidate.evaluation for demo in coming])
    for demo in coming:
        evaluation = demo.candidate.evaluation
        for person in asked_to_attend(demo, people[evaluation.pk]):
            if (str(demo.pk), str(demo.occurrence), person.pk) not in invited:
                _invite(demo, evaluation, person, is_told=True)


def call_off_invitations(demo: Demo, because: str) -> None:
    """Owe no mail about its old date any more."""
    for kind in INVITATIONS:
        cancel_notices(kind=kind, subject_id=demo.pk, because=because)


def tell_it_is_off(demo: Demo, evaluation: Evaluation, by: By) -> None:
    """Tell everybody who was invited, also those whose mail has not left yet.

    Who calls it off knows, who has left the evaluation or is not asked any more is not
    told, and nobody is told of what would be over by now.
    """
    invited = Notice.objects.filter(kind__in=INVITATIONS, subject_id=str(demo.pk))
    told = invited.exclude(state=NoticeState.SUPPRESSED).values("recipient")
    people = asked_to_attend(demo, insiders(evaluation).filter(pk__in=told))
    call_off_invitations(demo, "The demo was called off.")
    for person in [] if demo.has_passed else people:
        if person != actor_of(by).user:
            owe_now(
                kind=DemoCalledOff.name,
                evaluation=evaluation,
                subject_id=demo.pk,
                occurrence=demo.occurrence,
                recipient=person,
            )


def tell_who_is_free(
    demo: Demo, evaluation: Evaluation, before: Collection[User], by: By
) -> None:
    """Tell whom of those who were asked `before` nobody asks any more.

    Only whoever may have the date in a calendar: the mail has left, or may have.
    """
    if demo.has_passed:
        return
    kept = {person.pk for person in asked_to_attend(demo, before)}
    invitations = Notice.objects.filter(
        kind__in=INVITATIONS, subject_id=str(demo.pk)
    ).exclude(state__in=(NoticeState.PENDING, NoticeState.SUPPRESSED))
    told = set(invitations.values_list("recipient", flat=True))
    for person in before:
        if person.pk in told - kept and person != actor_of(by).user:
            owe_now(
                kind=DemoWithoutThem.name,
                evaluation=evaluation,
                subject_id=demo.pk,
                occurrence=demo.occurrence + 1,
                recipient=person,
            )


def lift_above_cancellations(demo: Demo, people: Collection[User]) -> bool:
    """Whether the demo needed a higher `occurrence`, so that calendars take an entry of
    people again who were told that it goes on without them."""
    told = Notice.objects.filter(
        kind=DemoWithoutThem.name, subject_id=str(demo.pk), recipient__in=people
    ).exclude(state=NoticeState.SUPPRESSED)
    highest = max((int(notice.occurrence) for notice in told), default=0)
    if highest < demo.occurrence:
        return False
    change(demo, occurrence=highest + 1)
    return True


def _invite(demo: Demo, evaluation: Evaluation, person: User, *, is_told: bool) -> None:
    """The mail, if they have to be told, and the reminder.

    When the time of the reminder has passed, it leaves at once and says it all.
    """
    assert demo.scheduled_for is not None  # noqa: S101  # it is to come
    terms: dict[str, Any] = {
        "evaluation": evaluation,
        "subject_id": demo.pk,
        "occurrence": demo.occurrence,
        "recipient": person,
    }
    soonest = timezone.now() + A_MOMENT
    wall = wall_of(demo.scheduled_for, demo.zone)
    day = wall.date() - datetime.timedelta(days=DAYS_BEFORE)
    zone = demo.zone
    if instant_of(day, wall.time(), zone) >= soonest:
        if is_told:
            owe_now(kind=DemoArranged.name, **terms)
    else:
        wall, zone = wall_of(soonest.replace(microsecond=0), "UTC"), "UTC"
        day = wall.date()
    schedule_notice(
        kind=DemoComing.name,
        offset_days=DAYS_BEFORE,
        day=day,
        time=wall.time(),
        zone=zone,
        **terms,
    )


register_chore(name="invite who joined to demos", every=EVERY, work=invite_who_joined)
