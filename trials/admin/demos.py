"""Demos: arranging them, their script, judging what was shown, and their pages."""

import datetime
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from evaltracker.enumerations import Source
from evaltracker.errors import NotFound, require_row, why_not
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import evaluation_of, is_owner
from evaltracker.notices.calendars import calendar_of
from evaltracker.pages.acts import Outcome
from evaltracker.pages.base import by, check_query
from evaltracker.pages.fields import (
    MeasureField,
    NamedChoice,
    Offer,
    OfferingForm,
    ZoneField,
    day_field,
    form_of,
    instant_from,
    link_field,
    reason_field,
    text_field,
    time_field,
)
from evaltracker.pages.site import site
from evaltracker.pages.workspace import OnEvaluation, crumbs_to, evaluation_page, show
from evaltracker.requirements.admin.evaluation_templates import TakesFrom
from evaltracker.toolbox.days import today_in, wall_of
from evaltracker.toolbox.files import download
from evaltracker.toolbox.working_days import monday_to_friday, shift, working_day
from stakeholders.models import Stakeholder
from stakeholders.policy import voices
from trials.admin.base import AboutValues, OnDemo, PeopleField, takes_part
from trials.admin.evidence import JudgesClaim, JudgesTogether, judging, page_rows
from trials.models import Demo, DemoNote, ScriptItem
from trials.notices import date_of
from trials.policy import DEMO_STAGES
from trials.selectors.evaluation_cache import standing_ledger
from trials.services.demos import (
    add_dazzle,
    call_off_demo,
    check_add_dazzle,
    check_demo,
    check_hold_demo,
    check_move_demo,
    check_schedule_demo,
    check_schedule_demos,
    check_write_demo_note,
    end_demo,
    finalists_without_demo,
    hold_demo,
    move_demo,
    names_of,
    plan_attendance,
    reveal_demo_notes,
    schedule_demo,
    write_demo_note,
)
from trials.services.evidence import (
    JudgeRow,
    check_evidence,
    check_judge_item,
    judge_rows,
    record_evidence,
)
from trials.services.scripts import (
    SCRIPT,
    TEXT_FIELDS,
    add_script_item,
    change_script_item,
    draw_up_script,
    move_script_item,
    take_script,
)
from vendors.admin.base import AboutCandidates, OnCandidate, open_answers, reader
from vendors.models import Candidate
from vendors.selectors.candidates import active_candidates


class WhenForm(forms.Form):
    day = day_field("Day")
    time = time_field("Time")
    zone = ZoneField()
    minutes = forms.IntegerField(label="Minutes", min_value=5, max_value=600)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "zone" in data:
            instant_from(self, "day", "time", data["zone"])
        return data


class AttendanceForm(OfferingForm):
    guests = PeopleField(
        label="Our attendees",
        help_text=(
            "They get an invitation with a calendar file. Choose none to invite all "
            "stakeholders. You are always invited."
        ),
    )
    vendor_people = text_field(
        "Attendees of the vendor",
        2,
        required=False,
        help_text="One name per line. Nobody gets a mail.",
    )
    meeting_url = link_field(
        "Meeting link", help_text="Stands in the invitation and its calendar file."
    )

    offers: ClassVar[Mapping[str, Offer]] = {
        "guests": lambda row: (
            voices().filter(evaluation=evaluation_of(row)).select_related("user")
        )
    }


class DemoForm(AttendanceForm, WhenForm):
    title = forms.CharField(label="Title")
    draws_up = forms.BooleanField(
        label="Draw up its script: what is not proven yet, must-haves first",
        required=False,
        initial=True,
    )

    field_order = ("title", *WhenForm.base_fields)


class DemosForm(DemoForm):
    """One day for each finalist without a demo, in a field by its id."""

    title = day = vendor_people = None  # type: ignore[assignment]

    def __init__(self, *args: Any, about: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, about=about, **kwargs)
        rows = finalists_without_demo(about)
        for number, candidate in enumerate(rows):
            day = shift(self.initial["day"], number, monday_to_friday)
            field = day_field(str(candidate), required=False, initial=day)
            self.fields[candidate.pk.hex] = field
        self.order_fields([candidate.pk.hex for candidate in rows])


class EndDemo(OnDemo):
    title = "End the demo"
    verb = "End"
    help = (
        "Everybody has 15 minutes to write their own note. Then all of you see all "
        "notes."
    )
    success = "Demo ended. Write your own note before you talk about it."
    service = end_demo


class WriteDemoNote(OnDemo):
    title = "Your note on the demo"
    verb = "Save"
    help = "Notes stay private until all are revealed."
    success = "Your note is saved. You may change it until all notes are revealed."
    form_class = form_of(
        text=text_field(
            "What you think of it",
            6,
            help_text=(
                "Note what convinced you, what did not, and what to test in a trial."
            ),
        )
    )
    service = write_demo_note
    beside = "notes"

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        note = DemoNote.objects.visible_to(user).filter(demo=target, author=user)
        if note:
            return {"text": note[0].text}
        return {}


class RevealDemoNotes(OnDemo):
    title = "Reveal the notes now"
    verb = "Reveal"
    help = "Everybody with a part reads all notes, and none can change any more."
    success = "All notes are revealed."
    dangerous = True
    service = reveal_demo_notes
    beside = "notes"


class ScheduleDemo(OnCandidate):
    title = "Schedule a demo"
    verb = "Schedule"
    help = "It follows our script, not the vendor's."
    success = "The demo is scheduled. Read its script before you send it."
    form_class = DemoForm
    tab = "demos"
    rule = check_schedule_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return usual_demo(target.evaluation) | {"title": title_of(target)}

    def run(self, target: Candidate, data: Mapping[str, Any], by: User) -> Demo:
        return schedule_demo_with_script(target, data, by)

    def destination(self, target: Candidate, made: Demo) -> str | None:
        """One without a script leads on to its page."""
        drawn_up = made.script_items.exists()
        if drawn_up:
            return None
        return reverse("admin:demo", args=[made.pk])

    def success_message(self, target: Candidate, outcome: Outcome) -> str:
        again = self.say("The demo is scheduled. Draw up its script.")
        if outcome:
            return again
        return self.success


def title_of(candidate: Candidate) -> str:
    return candidate.evaluation.say("Demo of {}", candidate.name)[:150]


def usual_demo(evaluation: Evaluation) -> dict[str, Any]:
    zone = evaluation.zone
    day = working_day(today_in(zone) + datetime.timedelta(days=7))
    return {"day": day, "time": datetime.time(10), "zone": zone, "minutes": 90}


def schedule_demo_with_script(
    candidate: Candidate, data: Mapping[str, Any], by: User
) -> Demo:
    values = {name: value for name, value in data.items() if name != "draws_up"}
    demo = schedule_demo(candidate=candidate, by=by, **values)
    if data["draws_up"]:
        draw_up_script(demo=demo, by=by)
    return demo


class ScheduleDemos(OnEvaluation):
    title = "Schedule demos"
    verb = "Schedule"
    help = "One for each finalist; leave a day blank to leave one out."
    success = "The demos are scheduled. Read each script before you send it."
    form_class = DemosForm
    tab = "demos"
    rule = check_schedule_demos

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return usual_demo(target)

    def run(self, target: Evaluation, data: Mapping[str, Any], by: User) -> None:
        check_schedule_demos(target, by)
        rows = finalists_without_demo(target)
        common = dict(data)
        days = {row: common.pop(row.pk.hex, None) for row in rows}
        for row, day in days.items():
            if day is not None:
                schedule_demo_with_script(
                    row, {**common, "day": day, "title": title_of(row)}, by
                )


class PlanAttendance(OnDemo):
    title = "Attendees and meeting link"
    verb = "Save"
    help = "New guests get a mail. If the link changes, all guests do."
    success = "Saved. New guests get a mail."
    form_class = AttendanceForm
    service = plan_attendance
    rule = check_move_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {
            "guests": list(target.guests.values_list("stakeholder", flat=True)),
            "vendor_people": target.vendor_people,
            "meeting_url": target.meeting_url,
        }


class MoveDemo(OnDemo):
    title = "Move the demo"
    verb = "Move"
    success = "The demo is moved."
    form_class = WhenForm
    service = move_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        wall = wall_of(target.scheduled_for or timezone.now(), target.zone)
        return {
            "day": wall.date(),
            "time": wall.time().replace(second=0, microsecond=0),
            "zone": target.zone,
            "minutes": target.minutes,
        }


class CallOffDemo(OnDemo):
    title = "Call the demo off"
    verb = "Call it off"
    help = (
        "It stays on the page with your reason. Everybody invited gets a mail at once "
        "that removes it from their calendar. The reason stays private. You can't undo "
        "this. To change the time, move the demo instead."
    )
    success = "The demo is called off; everybody who was invited gets a mail."
    form_class = form_of(
        reason=reason_field(
            help_text="Everybody with a part reads it on the demo's page."
        )
    )
    dangerous = True
    service = call_off_demo


class HoldDemo(OnDemo):
    title = "Start the demo"
    verb = "Start"
    help = "You can judge the items now; the script no longer changes."
    success = "Demo started. Judge each item as you see it."
    form_class = form_of(
        attendees=text_field("Who is there", help_text="Ours and theirs."),
        notes=text_field("Notes", 4, required=False),
    )
    service = hold_demo

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        parts = voices().filter(evaluation=target.candidate.evaluation)
        everybody = {part.user.name for part in parts.select_related("user")}
        ours = names_of(target) or sorted(everybody)
        return {"attendees": "\n".join(filter(None, (*ours, target.vendor_people)))}


class AddDazzle(OnDemo):
    title = "Add to the dazzle list"
    verb = "Add"
    again_verb = "Add and start another"
    help = "Put off-script features here. They are never scored."
    success = "Added to the dazzle list. It isn't scored."
    form_class = form_of(
        text=text_field("What was shown", 2),
        remark=text_field("Remark", 2, required=False),
    )
    service = add_dazzle


class DrawUpScript(OnDemo):
    title = "Draw up the script"
    verb = "Draw up"
    help = (
        "Adds unproven must-haves and heavy requirements, with the candidate's own "
        "words. Items on the script stay as they are."
    )
    service = draw_up_script
    success = "Script written. Check it before the demo."


class ItemForm(AboutValues):
    question = text_field("What is asked", 4)
    show_live = text_field("What must be shown", required=False)
    data_to_bring = text_field("What we bring", 2, required=False)
    passes_if = text_field("It passes if", 2, required=False)
    measure = MeasureField(
        help_text="The number that is to be seen. Left blank, a new item has the "
        "measure of its requirement."
    )
    minutes = forms.IntegerField(label="Minutes", min_value=0, max_value=600, initial=5)
    asker = NamedChoice(
        Stakeholder.objects.none(),
        label="Who asks",
        required=False,
        empty_label="Anybody",
    )

    offers: ClassVar[Mapping[str, Offer]] = {
        **AboutValues.offers,
        "asker": lambda row: Stakeholder.objects.filter(
            evaluation=evaluation_of(row), left_at__isnull=True
        ).select_related("user"),
    }


class ChangeItemForm(ItemForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["requirement"]


class AddScriptItem(OnDemo):
    title = "Add to the script"
    verb = "Add"
    again_verb = "Add and start another"
    success = "Added to the script."
    form_class = ItemForm
    service = add_script_item

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """A measure that is left blank is the requirement's."""
        return super().arguments(target, {**data, "measure": data["measure"] or None})


class OnItem(OnDemo):
    model = ScriptItem
    target_name = "item"
    related = (
        "demo__candidate__evaluation__owner",
        "demo__candidate__vendor",
        "requirement",
    )
    heading_format = "{title}: {target.demo.candidate}"
    anchor = "item"

    def judged(self, target: Any) -> tuple[Any, ...]:
        return (target.demo,)


class ChangeScriptItem(OnItem):
    title = "Change the item"
    verb = "Save"
    success = "Saved."
    form_class = ChangeItemForm
    service = change_script_item
    current_fields = (*TEXT_FIELDS, "measure", "minutes", "asker", "named_values")


class MoveScriptItem(OnItem):
    title = "Move the item"
    verb = "Move"
    success = "Moved."
    form_class = form_of(
        to=forms.IntegerField(
            label="Place", min_value=1, help_text="1 comes first; the others make room."
        )
    )
    service = move_script_item

    def judged(self, target: Any) -> tuple[Any, ...]:
        return (target,)


class JudgeItems(JudgesTogether, OnDemo):
    title = "Holds for the other rows"


class JudgeItem(JudgesClaim, OnItem):
    title = "Judge what was shown"
    source = Source.DEMO
    target_name = "script_item"
    service = partial(record_evidence, source=Source.DEMO)
    rule = check_judge_item

    def judged(self, target: Any) -> tuple[Any, ...]:
        """The item, not its demo as for the other acts."""
        return (target,)


def solo_notes(user: User, demo: Demo) -> dict[str, Any]:
    """What `user` may know of the notes on `demo`; two queries."""
    notes = list(
        DemoNote.objects.visible_to(user).filter(demo=demo).select_related("author")
    )
    return {
        "own": next((note for note in notes if note.author_id == user.pk), None),
        "others": [note for note in notes if note.author_id != user.pk],
        "written": demo.solo_notes.count(),
        "revealed": demo.notes_are_open,
    }


@evaluation_page("demos", "Demos", order=60, group="Proof")
def demos_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    candidates = list(active_candidates(evaluation))
    close = [
        candidate for candidate in candidates if candidate.state != "longlisted"
    ] or candidates
    return show(
        request,
        evaluation,
        "trials/demos.html",
        title=evaluation.say("Demos"),
        owns=is_owner(user, evaluation),
        rows=_rows(evaluation, close),
        nobody_close=bool(candidates) and close is candidates,
        without=len(finalists_without_demo(evaluation)),
        may_schedule=evaluation.is_open and Stage(evaluation.stage) in DEMO_STAGES,
    )


def _rows(evaluation: Evaluation, candidates: list[Candidate]) -> list[dict[str, Any]]:
    book = standing_ledger(evaluation)
    demos: dict[Any, list[Demo]] = {}
    for demo in Demo.objects.filter(candidate__in=candidates).order_by("scheduled_for"):
        demos.setdefault(demo.candidate_id, []).append(demo)
    musts = [requirement for requirement in book.requirements if requirement.is_must]
    rows = []
    for candidate in candidates:
        candidate.evaluation = evaluation
        states = [(must.ref, book.cell(candidate, must).state) for must in musts]
        claimed = [(ref, state) for ref, state in states if state.is_offered]
        unseen = [ref for ref, state in claimed if state.owes_demo]
        row = {
            "candidate": candidate,
            "demos": demos.get(candidate.pk, []),
            "claimed": len(claimed),
            "seen": len(claimed) - len(unseen),
            "unseen": unseen,
        }
        rows.append(row)
    return rows


def demo_view(request: HttpRequest, demo_id: uuid.UUID) -> HttpResponse:
    """One demo; before it the script, during it one tap per item."""
    check_query(request)
    demo = _demo(request, demo_id)
    user = reader(request)
    evaluation = demo.candidate.evaluation
    rows = page_rows(demo)
    script = [row for row in rows if not row.subject.off_script]
    return show(
        request,
        evaluation,
        "trials/demo.html",
        title=f"{demo.title}: {demo.candidate}",
        tab="demos",
        crumbs=crumbs_to(evaluation, ("Demos", "demos"), (str(demo.candidate), "")),
        demo=demo,
        dazzle=[row.subject for row in rows if row.subject.off_script],
        minutes=sum(row.subject.minutes for row in script),
        notes=solo_notes(user, demo) if demo.held_at else None,
        here=request.path,
        siblings=siblings_of(evaluation),
        guests=names_of(demo),
        **judging(demo, script, user),
        **offers_of(user, demo),
    )


def siblings_of(evaluation: Evaluation) -> list[tuple[str, str]]:
    demos = Demo.objects.filter(
        candidate__evaluation=evaluation, called_off_at__isnull=True
    ).select_related("candidate")
    return [
        (demo.whole_title, reverse("admin:demo", args=[demo.pk]))
        for demo in demos.order_by("scheduled_for", "title")
    ]


def offers_of(user: User, demo: Demo) -> dict[str, bool]:
    evaluation = demo.candidate.evaluation
    held = demo.held_at is not None
    return {
        "owns": is_owner(user, evaluation),
        "part": takes_part(user, evaluation),
        "ahead": evaluation.is_open and not held and demo.called_off_at is None,
        "can_prepare": why_not(check_demo, demo, user) is None,
        "can_hold": why_not(check_hold_demo, demo, user) is None,
        "can_dazzle": why_not(check_add_dazzle, demo, user) is None,
        "can_note": why_not(check_write_demo_note, demo, user) is None,
        "can_judge": held
        and why_not(check_evidence, demo.candidate, user, Source.DEMO) is None,
    }


def script_view(request: HttpRequest, demo_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    demo = _demo(request, demo_id)
    evaluation = demo.candidate.evaluation
    script = [row for row in judge_rows(demo, JudgeRow) if not row.subject.off_script]
    return site.page(
        request,
        "trials/script.html",
        title=f"Script: {demo.candidate}",
        crumbs=crumbs_to(evaluation, ("Demos", "demos"), (str(demo.candidate), "")),
        demo=demo,
        buyer=evaluation.buyer,
        script=script,
        minutes=sum(row.subject.minutes for row in script),
    )


def calendar_view(request: HttpRequest, demo_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    demo = _demo(request, demo_id)
    if demo.scheduled_for is None or demo.called_off_at is not None:
        raise NotFound
    file = calendar_of(date_of(demo))
    return download(file, name="demo.ics", content_type="text/calendar")


def _demo(request: HttpRequest, demo_id: uuid.UUID) -> Demo:
    visible = Demo.objects.visible_to(reader(request)).select_related(
        "candidate__evaluation__owner", "candidate__vendor"
    )
    demo = require_row(visible.filter(pk=demo_id).first())
    open_answers(request, demo.candidate.evaluation)
    return demo


site.register_page("demos/<uuid:demo_id>/", demo_view, "demo")
site.register_page("demos/<uuid:demo_id>/calendar.ics", calendar_view, "demo_calendar")
site.register_page("demos/<uuid:demo_id>/script/", script_view, "demo_script")


class TakeScript(TakesFrom, OnDemo):
    title = "Take the script from a template"
    help = (
        "Adds what the template asks and this script does not ask yet. Questions about "
        "requirements that this evaluation does not have are left out."
    )
    success = "The template's questions are on the script."
    part = SCRIPT
    service = take_script


@admin.register(Demo, site=site)
class DemoAdmin(AboutCandidates):
    empty_text = "Demos are scheduled on the Demos page of an evaluation."
    list_display = ("title", "candidate", "scheduled_for", "held_at", "called_off_at")
    list_filter = (by("candidate"),)
    ordering = ("-scheduled_for",)
    fields = (
        "candidate",
        "title",
        "scheduled_for",
        "zone",
        "minutes",
        "held_at",
        "attendees",
        "called_off_at",
        "called_off_because",
    )

    def page_of(self, row: Demo) -> str:
        return reverse("admin:demo", args=[row.pk])
