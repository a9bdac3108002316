"""The end of a demo: a quarter of an hour of notes on one's own, then all are read.

Who hears the others first remembers what they said; written first and read together
afterwards, the impressions are independent.
"""

import datetime
import hashlib
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.policy import change, check_owned, checked, require_owner
from evaltracker.toolbox.text import Inputs, read_reason
from stakeholders.models import Stakeholder
from stakeholders.policy import insiders
from trials.demo_notices import asked_to_attend
from trials.models import Demo, DemoNote
from trials.policy import FROM_DEMOS
from trials.services.demos import (
    HELD,
    call_off_invitations,
    check_demo,
    check_move_demo,
    check_standing,
    lift_above_cancellations,
    names_of,
    open_demo,
    owe_invitations,
    read_guests,
    read_meeting_url,
    seat,
    tell_it_is_off,
    tell_who_is_free,
)
from vendors.policy import require_no_conflict

# Calling a demo off: it stays readable, with its reason, and nothing comes of it.


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


# Who attends a demo, and where they meet: chosen people, the vendor's, a link.


@transaction.atomic
def plan_attendance(
    *,
    demo: Demo,
    by: By,
    guests: Iterable[Stakeholder] = (),
    vendor_people: str = "",
    meeting_url: str = "",
) -> Demo:
    """Say who attends a demo that was not held yet, and where they meet.

    Without `guests` everybody with a part is asked. Whoever is asked anew gets a mail,
    whoever is not asked any more one that takes it out of their calendar; another link
    is sent to all of them.

    Raises:
        Forbidden: not the owner. Refused: it was held or called off.
        Invalid: by field.

    """
    demo, evaluation = open_demo(demo, by, check_move_demo)
    inputs = Inputs()
    values = {
        "vendor_people": inputs.text("vendor_people", vendor_people, blank=True),
        "meeting_url": read_meeting_url(inputs, meeting_url),
    }
    people = read_guests(inputs, evaluation, guests)
    inputs.check()
    moved = values["meeting_url"] != demo.meeting_url
    everybody = list(insiders(evaluation))
    asked_before = asked_to_attend(demo, everybody)
    was = names_of(demo)
    before, after = change(demo, **values)
    seat(demo, people)
    now = names_of(demo)
    if was != now:
        before, after = before | {"guests": was}, after | {"guests": now}
    if not after:
        return demo
    tell_who_is_free(demo, evaluation, asked_before, by)
    if moved:
        change(demo, occurrence=demo.occurrence + 1)
        call_off_invitations(demo, "The meeting link changed.")
    if lift_above_cancellations(demo, asked_to_attend(demo, everybody)):
        call_off_invitations(demo, "Somebody is asked again.")
    # Who is invited already is not told twice.
    owe_invitations(demo, evaluation, by)
    journal.record(
        evaluation=evaluation,
        action="demo.attendance_planned",
        subject=demo,
        by=by,
        before=before,
        after={"candidate": demo.candidate, **after},
    )
    return demo


SOLO_TIME = datetime.timedelta(minutes=15)


def check_end_demo(demo: Demo, by: By) -> None:
    """Whoever has a part ends one that was held."""
    check_demo(demo, by, *FROM_DEMOS, also_held=True)
    if demo.held_at is None:
        raise Refused("This demo has not been held yet.")
    if demo.ended_at:
        raise Refused("This demo is over already.")


def check_write_demo_note(demo: Demo, by: By) -> None:
    """Whoever has a part and no interest writes on one that was held."""
    user = check_demo(demo, by, *FROM_DEMOS, also_held=True)
    require_no_conflict(user, demo.candidate)
    if demo.held_at is None:
        raise Refused("This demo has not been held yet; there is nothing to note.")
    if demo.notes_are_open:
        raise Refused("The notes on this demo are revealed and can no longer change.")


def check_reveal_demo_notes(demo: Demo, by: By) -> None:
    """The owner reveals those of one that is over."""
    require_owner(by, demo.candidate.evaluation)
    check_demo(demo, by, *FROM_DEMOS, also_held=True)
    if demo.ended_at is None:
        raise Refused("End the demo first; then everybody writes on their own.")
    if demo.notes_are_open:
        raise Refused("The notes are revealed already.")


@transaction.atomic
def end_demo(*, demo: Demo, by: By) -> Demo:
    """Say that the demo is over; the time for solo notes begins.

    Raises:
        Forbidden: no part in the evaluation.
        Refused: it was not held, or is over already.

    """
    demo, evaluation = open_demo(demo, by, check_end_demo)
    now = timezone.now()
    before, after = change(demo, ended_at=now, notes_until=now + SOLO_TIME)
    journal.record(
        evaluation=evaluation,
        action="demo.ended",
        subject=demo,
        by=by,
        before=before,
        after={"candidate": demo.candidate, **after},
    )
    return demo


@transaction.atomic
def write_demo_note(*, demo: Demo, text: str, by: By) -> DemoNote:
    """Write or change one's own note, until all notes are revealed.

    The journal keeps a digest of the words, so that nobody changes them behind it, and
    not the words, which the others must not read yet.

    Raises:
        Forbidden: no part, or a declared interest in the candidate.
        Refused: not held yet, or the notes are revealed.
        Invalid: no words.

    """
    demo, evaluation = open_demo(demo, by, check_write_demo_note)
    user = actor_of(by).user
    inputs = Inputs()
    words = inputs.text("text", text)
    inputs.check()
    note = DemoNote.objects.filter(demo=demo, author=user).first()
    if note is not None and note.text == words:
        return note
    first = note is None
    note = note or DemoNote(demo=demo, author=user)
    note.text, note.written_at = words, timezone.now()
    checked(note)
    note.save()
    journal.record(
        evaluation=evaluation,
        action="demo.note_written" if first else "demo.note_changed",
        subject=note,
        by=by,
        # The id of the note is the salt: it is not shown before the words are.
        after={
            "candidate": demo.candidate,
            "sha256": hashlib.sha256(f"{note.pk}\n{words}".encode()).hexdigest(),
        },
    )
    return note


@transaction.atomic
def reveal_demo_notes(*, demo: Demo, by: By) -> Demo:
    """Let everybody read all notes before the time is over.

    Raises:
        Forbidden: not the owner. Refused: the demo is not over, or they are revealed.

    """
    demo, evaluation = open_demo(demo, by, check_reveal_demo_notes)
    before, after = change(demo, notes_until=timezone.now())
    journal.record(
        evaluation=evaluation,
        action="demo.notes_revealed",
        subject=demo,
        by=by,
        before=before,
        after={"candidate": demo.candidate, **after},
    )
    return demo
