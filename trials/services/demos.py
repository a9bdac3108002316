"""Arranging a demo, holding it, and the notes at its end."""

import datetime
import hashlib
from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from evaltracker.errors import Refused
from evaltracker.evaluations import journal
from evaltracker.evaluations.choices import NoticeState, Stage
from evaltracker.evaluations.journal import By, actor_of
from evaltracker.evaluations.models import Evaluation, Notice, User
from evaltracker.evaluations.policy import (
    change,
    check_owned,
    checked,
    lock,
    require_owner,
)
from evaltracker.notices.services.scheduling import (
    cancel_notices,
    owe_now,
    schedule_notice,
)
from evaltracker.toolbox.days import instant_of, wall_of
from evaltracker.toolbox.processes import register_chore
from evaltracker.toolbox.text import CallFields, read_field, read_reason
from stakeholders.models import Stakeholder
from stakeholders.policy import insiders, insiders_of_many
from trials.models import Demo, DemoGuest, DemoNote, ScriptItem
from trials.notices import (
    DemoArranged,
    DemoCalledOff,
    DemoComing,
    DemoWithoutThem,
    asked_to_attend,
)
from trials.policy import (
    DEMO_STAGES,
    FROM_DEMOS,
    change_on,
    check_part,
    check_running,
    journal_on,
    read_moment,
)
from vendors.choices import CandidateState
from vendors.models import Candidate
from vendors.policy import require_no_conflict
from vendors.services.candidates import lock_candidate


def read_meeting_url(inputs: CallFields, link: str) -> str:
    """A link as it is kept; it is never fetched."""
    read = inputs.link("meeting_url", link)
    if read and not read.startswith("https://"):
        inputs.refuse("meeting_url", "The link must start with https://.")
    return read


def read_guests(
    inputs: CallFields, evaluation: Evaluation, guests: Iterable[Stakeholder]
) -> list[Stakeholder]:
    """Each once; whoever has no part is refused."""
    people = list({guest.pk: guest for guest in guests}.values())
    if any(
        person.evaluation_id != evaluation.pk or person.left_at for person in people
    ):
        inputs.refuse("guests", "Choose people who have a part in this evaluation.")
    return people


def seat_guests(demo: Demo, people: Collection[Stakeholder]) -> None:
    demo.guests.exclude(stakeholder__in=people).delete()
    there = set(demo.guests.values_list("stakeholder", flat=True))
    for person in people:
        if person.pk not in there:
            DemoGuest.objects.create(demo=demo, stakeholder=person)


def names_of(demo: Demo) -> list[str]:
    guests = demo.guests.select_related("stakeholder__user")
    return [guest.stakeholder.user.name for guest in guests]


# Mails of a demo are owed when it is arranged, moved or called off, and by a chore for
# who joins later: a part is given on a floor that knows of no demos.

DAYS_BEFORE = 1
INVITATIONS = (DemoArranged.name, DemoComing.name)
EVERY = datetime.timedelta(minutes=10)
# What is due in a moment leaves by itself; what is due now waits for the daily mail,
# which may come after the demo.
A_MOMENT = datetime.timedelta(minutes=1)


def schedule_invitations(demo: Demo, evaluation: Evaluation, by: By) -> None:
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
    for kind in INVITATIONS:
        cancel_notices(kind=kind, subject_id=demo.pk, because=because)


def tell_it_is_off(demo: Demo, evaluation: Evaluation, by: By) -> None:
    """Tell everybody who was invited, also those whose mail has not left yet.

    Who calls it off knows, who has left the evaluation or is not asked any more is not
    told, and nobody is told of what would be over by now.
    """
    invited = Notice.objects.filter(kind__in=INVITATIONS, subject_id=str(demo.pk))
    recipients = invited.exclude(state=NoticeState.SUPPRESSED).values("recipient")
    people = asked_to_attend(demo, insiders(evaluation).filter(pk__in=recipients))
    call_off_invitations(demo, "The demo was called off.")
    for person in [] if demo.has_passed else people:
        if person != actor_of(by).user:
            owe_now(kind=DemoCalledOff.name, **_to(person, demo, evaluation))


def tell_who_is_free(
    demo: Demo, evaluation: Evaluation, before: Collection[User], by: By
) -> None:
    """Tell whom of those who were asked `before` nobody asks any more.

    Only whoever may have the date in a calendar: the mail has left, or may have.
    """
    if demo.has_passed:
        return
    staying = {person.pk for person in asked_to_attend(demo, before)}
    invitations = Notice.objects.filter(
        kind__in=INVITATIONS, subject_id=str(demo.pk)
    ).exclude(state__in=(NoticeState.PENDING, NoticeState.SUPPRESSED))
    recipients = set(invitations.values_list("recipient", flat=True))
    for person in before:
        if person.pk in recipients - staying and person != actor_of(by).user:
            terms = _to(person, demo, evaluation)
            terms["occurrence"] += 1
            owe_now(kind=DemoWithoutThem.name, **terms)


def lift_above_cancellations(demo: Demo, people: Collection[User]) -> bool:
    """Whether the demo needed a higher `occurrence`, so that calendars take an entry of
    people again who were told that it goes on without them."""
    notices = Notice.objects.filter(
        kind=DemoWithoutThem.name, subject_id=str(demo.pk), recipient__in=people
    ).exclude(state=NoticeState.SUPPRESSED)
    highest = max((int(notice.occurrence) for notice in notices), default=0)
    if highest < demo.occurrence:
        return False
    change(demo, occurrence=highest + 1)
    return True


def _to(person: User, demo: Demo, evaluation: Evaluation) -> dict[str, Any]:
    return {
        "evaluation": evaluation,
        "subject_id": demo.pk,
        "occurrence": demo.occurrence,
        "recipient": person,
    }


def _invite(demo: Demo, evaluation: Evaluation, person: User, *, is_told: bool) -> None:
    """The mail, if they have to be told, and the reminder.

    When the time of the reminder has passed, it leaves at once and says it all.
    """
    assert demo.scheduled_for is not None  # noqa: S101  # it is to come
    terms = _to(person, demo, evaluation)
    soonest = timezone.now() + A_MOMENT
    wall = wall_of(demo.scheduled_for, demo.zone)
    day = wall.date() - datetime.timedelta(days=DAYS_BEFORE)
    zone = demo.zone
    if instant_of(day, wall.time(), zone) >= soonest:
        if is_told:
            owe_now(kind=DemoArranged.name, **terms)
    else:
        wall = wall_of(soonest.replace(microsecond=0), "UTC")
        zone = "UTC"
        day = wall.date()
    terms |= {"day": day, "time": wall.time(), "zone": zone}
    schedule_notice(DemoComing.name, offset_days=DAYS_BEFORE, **terms)


register_chore(name="invite who joined to demos", every=EVERY, work=invite_who_joined)


def next_position(demo: Demo) -> int:
    last = demo.script_items.order_by("-position").first()
    return last.position + 1 if last else 1


def save_item(
    item: ScriptItem, evaluation: Evaluation, action: str, by: By
) -> ScriptItem:
    checked(item)
    item.save()
    after = {
        "requirement": item.requirement.ref if item.requirement else "",
        **journal.snapshot(item, ("question", "show_live", "passes_if", "remark")),
    }
    journal_on(item, action, by, after=after)
    return item


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
        Forbidden: not the owner. Refused: the wrong stage, or eliminated. Invalid: by
        field.
    """
    candidate = lock_candidate(candidate)
    check_schedule_demo(candidate, by)
    evaluation = candidate.evaluation
    zone = zone or evaluation.zone
    inputs = CallFields()
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
    seat_guests(demo, people)
    after = {
        **journal.snapshot(demo, ("title", "scheduled_for", "zone", "minutes")),
        **{name: getattr(demo, name) for name in ATTENDANCE if getattr(demo, name)},
        **({"guests": names_of(demo)} if people else {}),
    }
    journal_on(demo, "demo.scheduled", by, after=after)
    schedule_invitations(demo, evaluation, by)
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
    demo, evaluation = open_demo(demo, by, check_move_demo)
    zone = zone or demo.zone
    moment = read_moment(day, time, zone)
    length = minutes or demo.minutes
    before, after = change(demo, scheduled_for=moment, zone=zone, minutes=length)
    if after:
        change(demo, occurrence=demo.occurrence + 1)
        call_off_invitations(demo, "The demo was moved.")
        schedule_invitations(demo, evaluation, by)
        journal.record(evaluation, "demo.moved", demo, by, before=before, after=after)
    return demo


@transaction.atomic
def hold_demo(*, demo: Demo, attendees: str, by: By, notes: str = "") -> Demo:
    """Say that a demo took place and who was there; from now on it can be judged.

    Raises:
        Refused: the demos stage has not begun, or it was held already. Invalid: nobody
        is named.
    """
    demo, _ = open_demo(demo, by, check_hold_demo)
    inputs = CallFields()
    values = {
        "attendees": inputs.text("attendees", attendees),
        "notes": inputs.text("notes", notes, blank=True),
    }
    inputs.check()
    held = {"held_at": timezone.now(), **values}
    change_on(demo, demo.candidate, "demo.held", by, **held)
    return demo


@transaction.atomic
def add_dazzle(*, demo: Demo, text: str, by: By, remark: str = "") -> ScriptItem:
    """Note what was shown off-script; it scores nothing, now or later."""
    demo, evaluation = open_demo(demo, by, check_add_dazzle)
    inputs = CallFields()
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
    """The acting user, if they may work on the demo in these stages."""
    stages = stages or (*DEMO_STAGES, FROM_DEMOS[-1])
    user = check_part(demo.candidate.evaluation, by, *stages)
    check_standing(demo)
    check_running(demo.candidate)
    if demo.held_at and not also_held:
        raise Refused(HELD)
    return user


def check_standing(demo: Demo) -> None:
    if demo.called_off_at:
        raise Refused(
            f"This demo was called off: {demo.called_off_because} Schedule another "
            "one if you need it."
        )


def require_held(demo: Demo) -> None:
    if demo.called_off_at is not None:
        raise Refused("This demo was called off; nothing was shown in it.")
    if demo.held_at is None:
        raise Refused("This demo has not been held yet.")


def check_schedule_demo(candidate: Candidate, by: By) -> None:
    check_owned(candidate.evaluation, by, *DEMO_STAGES)
    check_running(candidate)


def finalists_without_demo(evaluation: Evaluation) -> list[Candidate]:
    planned = Demo.objects.filter(called_off_at=None).values("candidate")
    rows = evaluation.candidates.filter(state=CandidateState.SHORTLISTED)
    return list(rows.exclude(pk__in=planned).order_by("name"))


def check_schedule_demos(evaluation: Evaluation, by: By) -> None:
    check_owned(evaluation, by, *DEMO_STAGES)
    if not finalists_without_demo(evaluation):
        raise Refused(evaluation.say("Every finalist has a demo."))


def check_move_demo(demo: Demo, by: By) -> None:
    require_owner(by, demo.candidate.evaluation)
    check_demo(demo, by)


def check_hold_demo(demo: Demo, by: By) -> None:
    check_demo(demo, by, *FROM_DEMOS)


def check_add_dazzle(demo: Demo, by: By) -> None:
    check_demo(demo, by, also_held=True)


def open_demo(
    demo: Demo, by: By, rule: Callable[[Demo, By], object] = check_demo
) -> tuple[Demo, Evaluation]:
    """The demo as it is now under a row lock, after its evaluation's, if `rule` lets
    `by` work on it."""
    evaluation = lock(demo.candidate.evaluation)
    fresh = lock(demo, "candidate")
    fresh.candidate.evaluation = evaluation
    rule(fresh, by)
    return fresh, evaluation


# Whoever hears the others first remembers what they said; notes that are written first
# and read together afterwards are independent.


def check_call_off_demo(demo: Demo, by: By) -> None:
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
        Forbidden: not the owner. Refused: it was held, or called off before. Invalid:
        no reason.
    """
    demo, evaluation = open_demo(demo, by, check_call_off_demo)
    because = read_reason(reason, "Give a reason for calling it off.")
    off = {"called_off_at": timezone.now(), "called_off_because": because}
    change(demo, **off, occurrence=demo.occurrence + 1)
    tell_it_is_off(demo, evaluation, by)
    after = journal.snapshot(demo, ("title", "scheduled_for", "called_off_at"))
    journal_on(demo, "demo.called_off", by, after=after, reason=because)
    return demo


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
        Forbidden: not the owner. Refused: it was held or called off. Invalid: by field.
    """
    demo, evaluation = open_demo(demo, by, check_move_demo)
    inputs = CallFields()
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
    seat_guests(demo, people)
    now = names_of(demo)
    if was != now:
        before = before | {"guests": was}
        after = after | {"guests": now}
    if not after:
        return demo
    tell_who_is_free(demo, evaluation, asked_before, by)
    if moved:
        change(demo, occurrence=demo.occurrence + 1)
        call_off_invitations(demo, "The meeting link changed.")
    if lift_above_cancellations(demo, asked_to_attend(demo, everybody)):
        call_off_invitations(demo, "Somebody is asked again.")
    # Who is invited already is not told twice.
    schedule_invitations(demo, evaluation, by)
    journal_on(demo, "demo.attendance_planned", by, before=before, after=after)
    return demo


def check_end_demo(demo: Demo, by: By) -> None:
    check_demo(demo, by, *FROM_DEMOS, also_held=True)
    require_held(demo)
    if demo.ended_at:
        raise Refused("This demo is over already.")


def check_write_demo_note(demo: Demo, by: By) -> None:
    user = check_demo(demo, by, *FROM_DEMOS, also_held=True)
    require_no_conflict(user, demo.candidate)
    if demo.held_at is None:
        raise Refused("This demo has not been held yet; there is nothing to note.")
    if demo.notes_are_open:
        raise Refused("The notes on this demo are revealed and can no longer change.")


def check_reveal_demo_notes(demo: Demo, by: By) -> None:
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
        Forbidden: no part in the evaluation. Refused: it was not held, or is over
        already.
    """
    demo, _ = open_demo(demo, by, check_end_demo)
    now = timezone.now()
    times = {"ended_at": now, "notes_until": now + datetime.timedelta(minutes=15)}
    change_on(demo, demo.candidate, "demo.ended", by, **times)
    return demo


@transaction.atomic
def write_demo_note(*, demo: Demo, text: str, by: By) -> DemoNote:
    """Write or change one's own note, until all notes are revealed.

    The journal keeps a digest of the words, so that nobody changes them behind it, and
    not the words, which the others must not read yet.

    Raises:
        Forbidden: no part, or a declared interest in the candidate. Refused: not held
        yet, or the notes are revealed. Invalid: no words.
    """
    demo, _ = open_demo(demo, by, check_write_demo_note)
    user = actor_of(by).user
    cleaned = read_field("text", text)
    note = demo.solo_notes.filter(author=user).first()
    note = note or DemoNote(demo=demo, author=user)
    if note.text == cleaned:
        return note
    first = note._state.adding
    note.text = cleaned
    note.written_at = timezone.now()
    checked(note)
    note.save()
    # The id of the note is the salt: it is not shown before the words are.
    digest = hashlib.sha256(f"{note.pk}\n{cleaned}".encode()).hexdigest()
    if first:
        action = "demo.note_written"
    else:
        action = "demo.note_changed"
    journal_on(note, action, by, after={"sha256": digest})
    return note


@transaction.atomic
def reveal_demo_notes(*, demo: Demo, by: By) -> Demo:
    """Let everybody read all notes before the time is over.

    Raises:
        Forbidden: not the owner. Refused: the demo is not over, or they are revealed.
    """
    demo, _ = open_demo(demo, by, check_reveal_demo_notes)
    now = timezone.now()
    change_on(demo, demo.candidate, "demo.notes_revealed", by, notes_until=now)
    return demo
