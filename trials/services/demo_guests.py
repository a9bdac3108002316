"""Who attends a demo, and where they meet: chosen people, the vendor's, a link."""

from collections.abc import Iterable

from django.db import transaction

from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.policy import change
from evaltracker.kit.text import Inputs
from stakeholders.models import Stakeholder
from stakeholders.policy import insiders
from trials.demo_notices import asked_to_attend
from trials.models import Demo
from trials.services.attendance import (
    names_of,
    read_guests,
    read_meeting_url,
    seat,
)
from trials.services.demo_invitations import (
    call_off_invitations,
    lift_above_cancellations,
    owe_invitations,
    tell_who_is_free,
)
from trials.services.demos import check_move_demo, open_demo


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
