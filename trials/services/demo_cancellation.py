"""Calling a demo off: it stays readable, with its reason, and nothing comes of it."""

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change, check_owned
from evaltracker.kit.text import read_reason
from trials.models import Demo
from trials.services.demo_invitations import tell_it_is_off
from trials.services.demos import HELD, check_standing, open_demo


def check_call_off_demo(demo: Demo, by: By) -> None:
    """The owner calls one off that was not held, also of a candidate that is out."""
    check_owned(demo.candidate.evaluation, by)
    check_standing(demo)
    if demo.held_at:
        raise Refused(HELD)


@transaction.atomic
def call_off_demo(*, demo: Demo, reason: str, by: By) -> Demo:
    """Say that a demo does not take place, and tell everybody who plans with it.

    In every stage, and of an eliminated candidate, too: people have it in their
    calendars. It is for good; a demo that is to be after all is another one.

    Raises:
        Forbidden: not the owner. Refused: it was held, or called off before.
        Invalid: no reason.

    """
    demo, evaluation = open_demo(demo, by, check_call_off_demo)
    because = read_reason(reason, "Give a reason for calling it off.")
    change(
        demo,
        called_off_at=timezone.now(),
        called_off_because=because,
        occurrence=demo.occurrence + 1,
    )
    tell_it_is_off(demo, evaluation, by)
    journal.record(
        evaluation=evaluation,
        action="demo.called_off",
        subject=demo,
        by=by,
        after={
            "candidate": demo.candidate,
            **journal.snapshot(demo, ("title", "scheduled_for", "called_off_at")),
        },
        reason=because,
    )
    return demo
