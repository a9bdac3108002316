"""The milestones of evaluations and trials."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from evaltracker.errors import why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import evaluation_of
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import HardenedAdmin, by
from evaltracker.pages.fields import (
    DaysField,
    NamedChoice,
    Offer,
    OfferingForm,
    ZoneField,
    day_field,
    form_of,
    instant_from,
    person_field,
    reason_field,
    text_field,
    time_field,
    without_blank,
)
from evaltracker.pages.grid import Grid, GridColumn, Saves, register_grid
from evaltracker.pages.site import site
from evaltracker.pages.workspace import InEvaluation, OnEvaluation, page_address
from evaltracker.toolbox.working_days import working_day
from trials.admin.base import OnTrial
from trials.admin.contracts import insiders_of
from trials.admin.trials import is_late
from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.policy import today_in
from trials.selectors.trials import Shift, orphans_of, shifts_of
from trials.services.milestones import (
    add_milestone,
    change_reminder_days,
    check_add_trial_milestone,
    check_move_milestone,
    give_milestone,
    hang_milestone,
    move_milestone,
    settle_milestone,
)
from vendors.admin.base import is_kept_out


class DueForm(forms.Form):
    due_on = day_field("Due on")
    due_time = time_field("At")
    zone = ZoneField()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "zone" in data:
            instant_from(self, "due_on", "due_time", data["zone"])
        return data


def hanging_field() -> NamedChoice:
    return NamedChoice(
        Milestone.objects.none(),
        attribute="title",
        label="Depends on",
        required=False,
        empty_label="nothing",
        help_text="When that one moves, this one moves by as many days.",
    )


def others(place: Evaluation | Trial | Milestone) -> Any:
    """The open milestones that one may hang on, which is there or shall be."""
    trial = place if isinstance(place, Trial) else getattr(place, "trial", None)
    near = Q(trial__isnull=True) | Q(trial=trial)
    return Milestone.objects.filter(
        near, evaluation=evaluation_of(place), state=MilestoneState.OPEN
    ).exclude(pk=place.pk)


class MilestoneForm(OfferingForm, DueForm):
    title = forms.CharField(label="What is due", max_length=150)
    owner_user = person_field("Whose it is", "Is reminded by mail before it.")
    hangs_on = hanging_field()

    field_order = ("title", "owner_user")
    offers: ClassVar[Mapping[str, Offer]] = {
        "owner_user": insiders_of,
        "hangs_on": others,
    }


def usual_due(zone: str, user: User) -> dict[str, Any]:
    """The working day a week from today or after it, in the evening, one's own."""
    return {
        "due_on": working_day(today_in(zone) + datetime.timedelta(days=7)),
        "due_time": datetime.time(17),
        "zone": zone,
        "owner_user": user.pk,
    }


class NewMilestone(InEvaluation[Any]):
    verb = "Add"
    again_verb = "Add and start another"
    success = "The milestone is added; its owner will be reminded."
    form_class = MilestoneForm
    tab = "trials"
    service = add_milestone

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return usual_due(target.zone, user)


class AddMilestone(NewMilestone, OnEvaluation):
    title = "Add a milestone"
    help = "For the evaluation as a whole; a trial's own are added on its page."


class AddTrialMilestone(NewMilestone, OnTrial):
    title = "Add a milestone"
    rule = check_add_trial_milestone

    def arguments(self, target: Trial, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"evaluation": self.evaluation(target), "trial": target, **data}


class OnMilestone(InEvaluation[Milestone]):
    tab = "trials"
    model = Milestone
    rule = check_move_milestone
    target_name = "milestone"
    related = ("evaluation__owner", "owner", "trial__candidate__evaluation__owner")
    heading_format = "{title}: {target.title}"

    def cancel_url(self, target: Any) -> str:
        if target.trial_id:
            return reverse("admin:trial", args=[target.trial_id]) + "#milestones"
        return self.page(target, "milestones")


class SettleMilestone(OnMilestone):
    title = "Settle"
    verb = "Settle"
    help = "Reminders have stopped."
    success = "The milestone is settled."
    form_class = form_of(
        state=forms.ChoiceField(
            label="How it went",
            choices=without_blank(MilestoneState.choices, MilestoneState.OPEN),
            widget=forms.RadioSelect,
        ),
        reason=text_field(
            "Reason", 2, required=False, help_text="Needed unless it was met."
        ),
    )
    prefill = ("state",)
    service = settle_milestone


class MoveForm(DueForm):
    along = forms.BooleanField(
        label="Move what depends on it, too", required=False, initial=True
    )
    reason = reason_field(help_text="Its owner has planned with the old date.")


class MoveMilestone(OnMilestone):
    title = "Move"
    verb = "Move"
    help = "Reminders move to the new date."
    success = "The milestone is moved, and its reminders with it."
    form_class = MoveForm
    template = "trials/move.html"
    preview_verb = "Show what moves"
    service = move_milestone
    current_fields = ("due_on", "due_time", "zone")

    def preview(self, target: Any, data: Mapping[str, Any], user: User) -> list[Shift]:
        if data["along"]:
            return shifts_of(target, data["due_on"])
        return []


class HangMilestone(OnMilestone):
    title = "Depends on"
    verb = "Save"
    success = "Saved."
    form_class = form_of({"hangs_on": others}, hangs_on=hanging_field())
    service = hang_milestone

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"hangs_on": target.hangs_on_id}


class GiveMilestone(OnMilestone):
    title = "Give"
    verb = "Give"
    help = "The former owner gets no more reminders."
    success = "Milestone reassigned. Its new owner gets a mail."
    form_class = form_of(
        {"owner_user": insiders_of},
        owner_user=person_field(
            "Whose it is", "Gets a mail now and a reminder before the day."
        ),
    )
    service = give_milestone

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"owner_user": target.owner_id}


class ChangeReminderDays(OnEvaluation):
    title = "When people are reminded"
    verb = "Save"
    help = (
        "For milestones, new conditions, and vendors before answering closes. Mails "
        "already sent are not repeated."
    )
    success = "Saved. The reminders of all open milestones follow it."
    form_class = form_of(
        days=DaysField(
            label="Days before a date",
            max_length=60,
            help_text="With commas, such as 7, 2, 0. 0 is the day itself.",
        )
    )
    tab = "trials"
    service = change_reminder_days

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"days": target.reminder_days}


GIVES = Saves(give_milestone, "milestone")
ITS_FORM = "Use Move at the end of the row: another date needs a reason."


def below_title(row: Milestone) -> str:
    if row.hangs_on:
        return f"depends on {row.hangs_on.title}"
    return ""


def below_date(row: Milestone) -> str:
    if is_late(row, timezone.now()):
        late = ["overdue"]
    else:
        late = []
    times = row.occurrence - 1
    if times:
        changed = [f"changed {times} time{'' if times == 1 else 's'}"]
    else:
        changed = []
    return "\n".join([*late, *changed])


@register_grid
class MilestonesGrid(Grid[Trial, Milestone]):
    name = "milestones"
    title = "Milestones"
    model = Trial
    related = ("candidate__evaluation__owner", "lead")
    anchor = "milestone"
    noun = "milestone"
    row_acts = ("settle-milestone",)
    first_column = "title"
    adding = check_add_trial_milestone

    def columns(self, subject: Trial, user: User) -> Sequence[GridColumn]:
        """Whose it is changes in place; another date needs a reason, in its form."""
        fields = MilestoneForm(about=subject).fields
        closed = str(why_not(check_add_trial_milestone, subject, user) or "")
        ids = subject.milestones.values_list("pk", flat=True)
        numbers = {key: number for number, key in enumerate(ids, 1)}
        orphans = orphans_of(subject.candidate.evaluation)
        return (
            GridColumn(
                "number", "#", read=lambda row: numbers.get(row.pk, ""), width=3
            ),
            GridColumn("title", "What", fields["title"], aside=below_title, width=30),
            GridColumn(
                "due_on",
                "Due on",
                fields["due_on"],
                closed=ITS_FORM,
                aside=below_date,
                width=13,
            ),
            GridColumn(
                "owner_user",
                "Whose",
                fields["owner_user"],
                GIVES,
                closed=closed,
                read=lambda row: str(row.owner_id),
                named=lambda row: row.owner.name,
                aside=lambda row: "has no part any more" if row.pk in orphans else "",
                width=16,
                for_many=True,
            ),
            GridColumn(
                "due_time", "At", fields["due_time"], read=time_of, closed=ITS_FORM
            ),
            GridColumn(
                "state",
                "State",
                read=lambda row: row.get_state_display(),
                aside=lambda row: row.state_reason,
                width=12,
            ),
        )

    def rows(self, subject: Trial, user: User) -> QuerySet[Milestone]:
        """In order of time, once the reader has said in whom they have an interest."""
        rows: QuerySet[Milestone] = Milestone.objects.visible_to(user)
        if is_kept_out(user, subject.candidate.evaluation):
            return rows.none()
        return rows.filter(trial=subject).select_related(
            "owner",
            "hangs_on",
            "evaluation__owner",
            "trial__candidate__evaluation__owner",
            "trial__lead",
        )

    def name_of(self, row: Milestone) -> str:
        return row.title

    def links(self, row: Milestone, user: User) -> Iterable[tuple[str, str]]:
        may = row.trial is not None and self.may_add(row.trial, user)
        if row.state != MilestoneState.OPEN or not may:
            return
        yield "Settle", address_of("settle-milestone", row)
        yield "Move", address_of("move-milestone", row)
        yield "Depends on", address_of("hang-milestone", row)

    def add(self, subject: Trial, values: Mapping[str, Any], by: User) -> Milestone:
        filled = {name: value for name, value in values.items() if value is not None}
        usual = {**usual_due(subject.zone, by), "owner_user": by, "title": ""}
        return add_milestone(
            evaluation=subject.candidate.evaluation,
            trial=subject,
            by=by,
            **{**usual, **filled},
        )


def time_of(row: Milestone) -> str:
    zone = row.trial.zone if row.trial else ""
    text = f"{row.due_time:%H:%M}"
    if row.zone == zone:
        return text
    return f"{text} {row.zone}"


@admin.register(Milestone, site=site)
class MilestoneAdmin(HardenedAdmin):
    empty_text = "Milestones are added on the Trials page of an evaluation."
    list_display = ("title", "evaluation", "due_at", "owner", "state")
    list_filter = (by("evaluation"), by("state"))
    search_fields = ("title",)
    ordering = ("due_at",)
    fields = ("evaluation", "title", "due_at", "zone", "owner", "state", "state_reason")

    def page_of(self, row: Milestone) -> str:
        if row.trial_id:
            return reverse("admin:trial", args=[row.trial_id]) + "#milestones"
        return page_address(row.evaluation, "trials", "milestones")
