"""Arranging a demo, holding it, and what dazzled."""

import datetime
from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_owner,
)
from evaltracker.kit.text import Inputs
from stakeholders.models import Stakeholder
from trials.models import Demo, ScriptItem
from trials.policy import DEMO_STAGES, FROM_DEMOS, check_part, check_running
from trials.services.attendance import (
    names_of,
    read_guests,
    read_meeting_url,
    seat,
)
from trials.services.demo_invitations import call_off_invitations, owe_invitations
from trials.services.script_items import next_position, save_item
from trials.services.wall_times import read_moment
from vendors.models import Candidate
from vendors.services.candidates import lock_candidate

ATTENDANCE = ("vendor_people", "meeting_url")
HELD = "This demo was held; its results can no longer change."


@transaction.atomic
def schedule_demo(
    *,
    candidate: Candidate,
    day: datetime.date,
    time: datetime.time,
    by: By,
    title: str = "Demo",
    zone: str = "",
    minutes: int = 90,
    guests: Iterable[Stakeholder] = (),
    vendor_people: str = "",
    meeting_url: str = "",
) -> Demo:
    """Arrange a demo at a wall time; the evaluation's zone unless said.

    Its guests, or else everybody with a part, are told by mail, and reminded the day
    before.

    Raises:
        Forbidden: not the owner. Refused: the wrong stage, or eliminated.
        Invalid: by field.

    """
    candidate = lock_candidate(candidate)
    check_schedule_demo(candidate, by)
    evaluation = candidate.evaluation
    zone = zone or evaluation.zone
    inputs = Inputs()
    demo = Demo(
        candidate=candidate,
        title=inputs.line("title", title),
        scheduled_for=read_moment(day, time, zone),
        zone=zone,
        minutes=minutes,
        vendor_people=inputs.text("vendor_people", vendor_people, blank=True),
        meeting_url=read_meeting_url(inputs, meeting_url),
    )
    people = read_guests(inputs, evaluation, guests)
    inputs.check()
    checked(demo)
    demo.save()
    seat(demo, people)
    journal.record(
        evaluation=evaluation,
        action="demo.scheduled",
        subject=demo,
        by=by,
        after={
            "candidate": candidate,
            **journal.snapshot(demo, ("title", "scheduled_for", "zone", "minutes")),
            **{name: getattr(demo, name) for name in ATTENDANCE if getattr(demo, name)},
            **({"guests": names_of(demo)} if people else {}),
        },
    )
    owe_invitations(demo, evaluation, by)
    return demo


@transaction.atomic
def move_demo(
    *,
    demo: Demo,
    day: datetime.date,
    time: datetime.time,
    by: By,
    zone: str = "",
    minutes: int | None = None,
) -> Demo:
    """Put a demo that was not held yet to another wall time."""
    demo, evaluation = open_demo(demo, by, check_move_demo)
    zone = zone or demo.zone
    moment = read_moment(day, time, zone)
    before, after = change(
        demo, scheduled_for=moment, zone=zone, minutes=minutes or demo.minutes
    )
    if after:
        change(demo, occurrence=demo.occurrence + 1)
        call_off_invitations(demo, "The demo was moved.")
        owe_invitations(demo, evaluation, by)
        journal.record(
            evaluation=evaluation,
            action="demo.moved",
            subject=demo,
            by=by,
            before=before,
            after=after,
        )
    return demo


@transaction.atomic
def hold_demo(*, demo: Demo, attendees: str, by: By, notes: str = "") -> Demo:
    """Say that a demo took place and who was there; from now on it can be judged.

    Raises:
        Refused: the demos stage has not begun, or it was held already.
        Invalid: nobody is named.

    """
    demo, evaluation = open_demo(demo, by, check_hold_demo)
    inputs = Inputs()
    values = {
        "attendees": inputs.text("attendees", attendees),
        "notes": inputs.text("notes", notes, blank=True),
    }
    inputs.check()
    before, after = change(demo, held_at=timezone.now(), **values)
    journal.record(
        evaluation=evaluation,
        action="demo.held",
        subject=demo,
        by=by,
        before=before,
        after={"candidate": demo.candidate, **after},
    )
    return demo


@transaction.atomic
def add_dazzle(*, demo: Demo, text: str, by: By, remark: str = "") -> ScriptItem:
    """Note what was shown off-script; it scores nothing, now or later."""
    demo, evaluation = open_demo(demo, by, check_add_dazzle)
    inputs = Inputs()
    item = ScriptItem(
        demo=demo,
        position=next_position(demo),
        question=inputs.text("text", text),
        remark=inputs.text("remark", remark, blank=True),
        minutes=0,
        asker=evaluation.stakeholders.filter(
            user=actor_of(by).user, left_at=None
        ).first(),
        off_script=True,
    )
    inputs.check()
    return save_item(item, evaluation, "demo.dazzle_noted", by)


def check_demo(demo: Demo, by: By, *stages: Stage, also_held: bool = False) -> User:
    """The acting user, if they may work on the demo in these stages.

    Raises:
        Forbidden: no part in the evaluation.
        Refused: the wrong stage, called off, the candidate is out, or it was held.

    """
    stages = stages or (*DEMO_STAGES, FROM_DEMOS[-1])
    user = check_part(demo.candidate.evaluation, by, *stages)
    check_standing(demo)
    check_running(demo.candidate)
    if demo.held_at and not also_held:
        raise Refused(HELD)
    return user


def check_standing(demo: Demo) -> None:
    """Refuse a demo that was called off, which is the end of it."""
    if demo.called_off_at:
        raise Refused(
            f"This demo was called off: {demo.called_off_because} Schedule another "
            "one if you need it."
        )


def check_schedule_demo(candidate: Candidate, by: By) -> None:
    """The owner arranges one of a candidate that is in the choice."""
    check_owned(candidate.evaluation, by, *DEMO_STAGES)
    check_running(candidate)


def check_move_demo(demo: Demo, by: By) -> None:
    """The owner moves one that was not held yet."""
    require_owner(by, demo.candidate.evaluation)
    check_demo(demo, by)


def check_hold_demo(demo: Demo, by: By) -> None:
    """Whoever has a part starts it, from the demos stage on."""
    check_demo(demo, by, *FROM_DEMOS)


def check_add_dazzle(demo: Demo, by: By) -> None:
    """Whoever has a part, also after it was held."""
    check_demo(demo, by, also_held=True)


def open_demo(
    demo: Demo, by: By, rule: Callable[[Demo, By], object] = check_demo
) -> tuple[Demo, Evaluation]:
    """The demo as it is now under a row lock, after its evaluation's, if `rule` lets
    `by` work on it."""
    evaluation = lock(demo.candidate.evaluation)
    fresh: Demo = (
        Demo.objects.select_for_update(of=("self",), no_key=True)
        .select_related("candidate")
        .get(pk=demo.pk)
    )
    fresh.candidate.evaluation = evaluation
    rule(fresh, by)
    return fresh, evaluation
