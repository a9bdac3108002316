"""Calling a demo off: it stays readable, with its reason, and nothing comes of it."""

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change, require_owner
from evaltracker.kit.text import read_reason
from trials.models import Demo
from trials.policy import enter
from trials.services.demo_invitations import tell_it_is_off
from trials.services.demos import HELD, lock_demo


@transaction.atomic
def call_off_demo(*, demo: Demo, reason: str, by: By) -> Demo:
    """Say that a demo does not take place, and tell everybody who plans with it.

    In every stage, and of an eliminated candidate, too: people have it in their
    calendars. It is for good; a demo that is to be after all is another one.

    Raises:
        Forbidden: not the owner. Refused: it was held, or called off before.
        Invalid: no reason.

    """
    evaluation, _ = enter(demo.candidate.evaluation, by, *Stage)
    require_owner(by, evaluation)
    demo = lock_demo(demo, evaluation)
    if demo.held_at:
        raise Refused(HELD)
    because = read_reason(reason, "Say why it is called off.")
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
