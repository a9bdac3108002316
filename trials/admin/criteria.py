"""The success criteria of trials, judging them, and the gaps that trials find."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.urls import reverse

from evaltracker.enumerations import Source
from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.topic_types import Topic, register_topic
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import by
from evaltracker.pages.fields import (
    MeasureField,
    MeasureLine,
    day_field,
    form_of,
    mark_needed,
    reason_field,
    text_field,
)
from evaltracker.pages.grid import Grid, GridColumn, OwnAnswers, Saves, register_grid
from evaltracker.pages.site import site
from evaltracker.pages.tabs import waits_on
from evaltracker.requirements.admin.evaluation_templates import TakesFrom
from evaltracker.toolbox.measures import measure_words
from stakeholders.policy import has_a_say, voices
from trials.admin.base import AboutRequirement, AboutValues, OnTrial
from trials.admin.contracts import TO_PUT_FORWARD, declared_fields
from trials.admin.evidence import JudgesClaim, JudgesTogether
from trials.choices import MilestoneState, Retest, Severity
from trials.models import Criterion, Gap, Milestone, Trial
from trials.policy import SCORING_STAGES, may_lead, today_in
from trials.selectors.trials import drawn_up_with
from trials.services.criteria import (
    CRITERIA,
    add_criterion,
    change_criterion,
    check_write_criteria,
    copy_criteria,
    remove_criterion,
    take_criteria,
)
from trials.services.criteria import CRITERIA_WHY as WHY
from trials.services.evidence import check_judge_criterion, record_evidence
from trials.services.trials import close_gap, record_gap, reply_to_gap, retest_gap
from vendors.admin.base import AboutCandidates, is_kept_out, open_answers
from vendors.policy import unbarred, where_unbarred


class CriterionForm(AboutValues):
    text = text_field("What must be reached")
    threshold = forms.CharField(
        label="The number",
        required=False,
        max_length=200,
        help_text=(
            "Such as: 95% of requests under 120 ms. You need it to send the contract "
            "for approval."
        ),
    )
    measure = MeasureField(
        help_text="The target for its runs. Blank: the measure of its requirement."
    )
    method = text_field("How it is measured", 2, required=False)
    counted_environment, counted_commit = declared_fields(
        " Left blank, it is that of the trial."
    )
    reason = text_field("Reason", 2, required=False)

    def __init__(self, *args: Any, agreed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requirement"].required = True
        if not agreed:
            del self.fields["reason"]
        else:
            self.fields["reason"].required = True
            self.fields["reason"].help_text = "The contract is agreed; say why."


mark_needed(CriterionForm, TO_PUT_FORWARD, "threshold")


class CriterionAct(OnTrial):
    form_class: ClassVar[type[forms.BaseForm]] = CriterionForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        together = drawn_up_with(self.trial(target))
        agreed = any(trial.agreed_at for trial in together)
        return {"about": target, "agreed": agreed}


class AddCriterion(CriterionAct):
    title = "Add a criterion"
    verb = "Add"
    again_verb = "Add and start another"
    success = "The criterion is added."
    help = "Tick none to judge every offered value that no trial has judged yet."
    service = add_criterion
    rule = check_write_criteria

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """A measure that is left blank is the requirement's."""
        return super().arguments(target, {**data, "measure": data["measure"] or None})


class CopyCriteria(OnTrial):
    title = "Copy the criteria to the other trials"
    verb = "Copy"
    help = (
        "Adds the missing criteria, with the same numbers, to every finalist whose "
        "terms are not agreed yet. You can change them there."
    )
    success = "The other trials have the same criteria."
    service = copy_criteria


class OnCriterion(CriterionAct):
    model = Criterion
    target_name = "criterion"
    related = ("trial__candidate__evaluation__owner", "trial__lead", "requirement")
    anchor = "criterion"


class ChangeCriterion(OnCriterion):
    title = "Change the criterion"
    verb = "Save"
    success = "Saved."
    service = change_criterion

    current_fields = (
        *("requirement", "text", "threshold", "measure", "method"),
        *("counted_environment", "counted_commit", "named_values"),
    )


class RemovalForm(forms.Form):
    reason = reason_field()

    def __init__(
        self, *args: Any, about: Criterion, agreed: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = agreed


class RemoveCriterion(OnCriterion):
    title = "Remove the criterion"
    verb = "Remove"
    success = "The criterion is removed; the journal keeps its words."
    form_class = RemovalForm
    dangerous = True
    service = remove_criterion

    def destination(self, target: Any, made: Any) -> str:
        return self.page(target, "criteria")


class JudgeCriterion(JudgesClaim, OnCriterion):
    title = "Judge the criterion"
    source = Source.TRIAL
    service: ClassVar[Callable[..., Any] | None] = partial(
        record_evidence, source=Source.TRIAL
    )
    rule = check_judge_criterion

    def context(self, target: Any, user: User) -> dict[str, Any]:
        return {**super().context(target, user), "criterion": target}


class JudgeCriteria(JudgesTogether, OnTrial):
    title = "Holds for the other rows"


class GapForm(AboutRequirement):
    severity = forms.ChoiceField(
        label="How much it matters",
        choices=Severity.choices,
        widget=forms.RadioSelect,
        help_text="An open deal-breaker stops the evaluation from leaving trials.",
    )
    text = text_field("What is missing")
    found_on = day_field("Found on")
    workaround = text_field("Workaround", 2, required=False)

    field_order = ("text", "severity", "found_on", "requirement", "workaround")


class RecordGap(OnTrial):
    title = "Record a gap"
    verb = "Record"
    help = "Record gaps early: early ones are cheap to fix."
    success = "Gap recorded."
    form_class = GapForm
    service = record_gap

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {"found_on": today_in(target.zone)}


class OnGap(OnTrial):
    model = Gap
    target_name = "gap"
    related = ("trial__candidate__evaluation__owner", "trial__lead", "requirement")
    template = "trials/gap.html"
    anchor = "gap"


class ReplyToGap(OnGap):
    title = "Note the vendor's reply"
    verb = "Save"
    help = "The vendor can also reply by itself."
    success = "The reply is noted."
    form_class = form_of(
        reply=text_field("What the vendor says", 4),
        promised_for=day_field("Promised for", required=False),
    )
    service = reply_to_gap
    current_fields = ("reply", "promised_for")


class RetestGap(OnGap):
    title = "Try the gap again"
    verb = "Save"
    help = (
        "Fixed: the gap closes once the trial's lead has seen it. Still there: the "
        "vendor gets a mail and may reply once more. Judge criteria again on the "
        "trial's page."
    )
    success = "Retest recorded."
    form_class = form_of(
        outcome=forms.ChoiceField(
            label="What it came to", choices=Retest.choices, widget=forms.RadioSelect
        ),
        note=text_field("What you saw", help_text="The vendor reads it, too."),
    )
    service = retest_gap


class CloseGap(OnGap):
    title = "Close the gap"
    verb = "Close"
    success = "The gap is closed."
    form_class = form_of(
        note=text_field("How it ended", help_text="Fixed, worked around, or accepted.")
    )
    service = close_gap


SAVES = Saves(change_criterion, "criterion")


def closed_for(trial: Trial, user: User) -> str:
    """Why the criteria are not written in rows; blank: they are."""
    problem = why_not(check_write_criteria, trial, user)
    agreed = any(drawn_up.agreed_at for drawn_up in drawn_up_with(trial))
    return str(problem or (WHY if agreed else ""))


def below_text(row: Criterion) -> str:
    if row.values_named:
        return f"For {row.values_named}"
    return ""


@register_grid
class CriteriaGrid(Grid[Trial, Criterion]):
    name = "criteria"
    title = "Success criteria"
    model = Trial
    related = ("candidate__evaluation__owner", "lead")
    anchor = "criterion"
    noun = "criterion"
    nouns = "criteria"
    remover = "remove-criterion"
    row_acts = (remover,)
    first_column = "text"
    carried = ("requirement",)
    own_answers: ClassVar[Mapping[str, OwnAnswers]] = {
        "remove-criterion": OwnAnswers(lambda row: {}, "The journal keeps their words.")
    }

    def columns(self, subject: Trial, user: User) -> Sequence[GridColumn]:
        """As in the form; once the contract is agreed, the form asks for a reason."""
        fields = CriterionForm(about=subject, agreed=False).fields
        closed = closed_for(subject, user)

        def made(name: str, label: str, **more: Any) -> GridColumn:
            return GridColumn(name, label, fields[name], SAVES, closed=closed, **more)

        return (
            made("text", "What must be reached", width=30, aside=below_text),
            made(
                "threshold",
                "The number",
                width=18,
                missing=lambda row: "" if row.number else "Name the number.",
            ),
            made(
                "requirement",
                "Requirement",
                read=lambda row: str(row.requirement_id),
                named=lambda row: str(row.requirement),
                width=20,
                for_many=True,
            ),
            made("method", "How it is measured", width=20, for_many=True),
            GridColumn(
                "measure",
                "Measure",
                MeasureLine(),
                SAVES,
                closed=closed,
                read=lambda row: measure_words(row.measure),
                width=18,
                for_many=True,
            ),
        )

    def rows(self, subject: Trial, user: User) -> QuerySet[Criterion]:
        """In their order, once the reader has said in whom they have an interest."""
        rows: QuerySet[Criterion] = Criterion.objects.visible_to(user)
        if is_kept_out(user, subject.candidate.evaluation):
            return rows.none()
        return rows.filter(trial=subject).select_related(
            "requirement", "trial__candidate__evaluation__owner", "trial__lead"
        )

    def name_of(self, row: Criterion) -> str:
        return f"{row}, {row.requirement.ref}"

    def links(self, row: Criterion, user: User) -> Iterable[tuple[str, str]]:
        if may_lead(user, row.trial) and not row.trial.agreed_at:
            yield "All fields", address_of("change-criterion", row)

    def may_add(self, subject: Trial, user: User) -> bool:
        return not closed_for(subject, user)

    def add(self, subject: Trial, values: Mapping[str, Any], by: User) -> Criterion:
        """A row needs its words, and the requirement, by its ref or its words.

        Raises:
            Invalid: there is no requirement, or the words or the number are too long.
        """
        if not values.get("requirement"):
            raise Invalid(
                "Choose a requirement; pasted rows name its ref after the number.",
                field="requirement",
            )
        fields = {**values, "measure": values.get("measure") or None}
        return add_criterion(trial=subject, by=by, **{"text": "", **fields})


@waits_on("scores")
def to_score(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not evaluation.is_open or evaluation.stage not in SCORING_STAGES:
        return None
    if not has_a_say(user):
        return None
    rows: QuerySet[Any] = voices().filter(evaluation=evaluation, user=user, scores=True)
    return rows.exclude(score_sheet__locked_at__isnull=False)


@waits_on("trials")
def to_reach(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    if not evaluation.is_open:
        return None
    rows: QuerySet[Any] = Milestone.objects.filter(owner=user, evaluation=evaluation)
    return rows.filter(state=MilestoneState.OPEN)


class TakeCriteria(TakesFrom, OnTrial):
    title = "Take criteria from a template"
    help = (
        "Adds the template's criteria on requirements that this evaluation has. They "
        "can be changed before the terms are sent for approval."
    )
    success = "The template's criteria are added."
    part = CRITERIA
    service = take_criteria


@admin.register(Gap, site=site)
class GapAdmin(AboutCandidates):
    candidate_path = "trial__candidate"
    empty_text = "Gaps are recorded on the page of a trial."
    list_display = ("text", "trial", "severity", "found_on", "closed_at")
    list_filter = (by("severity"),)
    search_fields = ("text",)
    ordering = ("-found_on",)
    fields = ("trial", "severity", "text", "found_on", "workaround", "closing_note")

    def page_of(self, row: Gap) -> str:
        return reverse("admin:trial", args=[row.trial_id]) + f"#gap-{row.pk}"


def gaps_of(user: User) -> QuerySet[Gap]:
    """Gaps that `user` sees, where no interest bars them."""
    rows: QuerySet[Gap] = Gap.objects.visible_to(user)
    return rows.filter(
        where_unbarred(user, "trial__candidate__evaluation")
    ).select_related("requirement", "trial__candidate__evaluation__owner")


def about_gap(row: Gap, part: str) -> tuple[Evaluation, str, str] | None:
    candidate = row.trial.candidate
    page = f"{reverse('admin:trial', args=[row.trial_id])}#gap-{row.pk}"
    if row.requirement:
        of = f"{row.requirement.ref}, "
    else:
        of = ""
    name = f"Gap in the trial of {candidate} ({of}day {row.day_found})"
    if part:
        return None
    return (candidate.evaluation, name, page)


register_topic(
    Topic(
        name="gap",
        noun="a gap",
        rows=gaps_of,
        people=unbarred,
        describe=about_gap,
        tab="trials",
        ask_before=open_answers,
        takes_files=True,
    )
)
