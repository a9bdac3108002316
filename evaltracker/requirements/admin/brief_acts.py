"""Acts that start an evaluation and write its brief."""

from collections.abc import Mapping
from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import may_start_evaluations
from evaltracker.pages.acts import Act, Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import DateField, form_like, mark_needed
from evaltracker.pages.workspace import page_address
from evaltracker.requirements.plan import MINIMUM_WEEKS
from evaltracker.requirements.services.evaluations import (
    QUESTIONS,
    change_brief,
    start_evaluation,
)
from evaltracker.requirements.services.templates import fill_from, starting_points
from evaltracker.requirements.starting import StartingPoint

BRIEF = (
    "title",
    "buyer",
    "problem",
    "must_run_by",
    "budget",
    "budget_once",
    "budget_yearly",
    "currency",
    "support_wanted",
    "does_not_matter",
    "engineers",
    "zone",
    "context",
    "source_note",
)
COUNTING = (
    "evidence_share",
    "horizon_months",
    "discount_rate",
    "planning_factor",
    "working_days",
    "loaded_hourly_rate",
    "builder_earnings",
)
BASE_FORM = form_like(
    Evaluation,
    ("title", "buyer", "must_run_by", "zone", "currency"),
    must_run_by=DateField(
        required=False,
        help_text=(
            "The day it must be running in production. The plan is drawn back from it."
        ),
    ),
)


class StartForm(BASE_FORM):  # type: ignore[misc, valid-type]
    """The first words of a brief, and what to start from."""

    start_from = forms.ChoiceField(
        required=False,
        label="Start from",
        help_text=(
            "A template brings requirements by category with weights and help; all of "
            "it can be changed, or undone on the page of imports."
        ),
    )

    def __init__(self, *args: Any, points: list[StartingPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["start_from"]
        choice.choices = [
            ("", "an empty evaluation"),
            *(
                (it.key, f"{it.title} ({len(it.content['requirements'])} requirements)")
                for it in points
            ),
        ]


BriefForm = form_like(
    Evaluation,
    BRIEF,
    does_not_matter=forms.MultipleChoiceField(
        choices=[(field, words.capitalize()) for field, words in QUESTIONS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Does not matter",
        help_text="Questions that this purchase need not answer.",
    ),
)
TO_LEAVE = "needed to leave requirements"
mark_needed(BriefForm, TO_LEAVE, *QUESTIONS)
mark_needed(StartForm, TO_LEAVE, "must_run_by")
StepsForm = form_like(
    Evaluation,
    COUNTING,
    **{
        f"weeks_{step}": forms.IntegerField(
            required=False,
            min_value=1,
            max_value=520,
            label=f"Weeks for {step.replace('_', ' ')}",
            help_text=f"Blank takes the least that is usual: {weeks}.",
        )
        for step, weeks in MINIMUM_WEEKS.items()
    },
)


@register_act
class StartEvaluation(Act[None]):
    """A new purchase, owned by whoever starts it."""

    name = "start-evaluation"
    title = "Start an evaluation"
    verb = "Start"
    help = (
        "You become its owner: the procurement lead who runs it and cannot sign for a "
        "role. The rest of the brief is asked for on its own page."
    )
    success = "The evaluation is started. Write its brief next."
    form_class = StartForm

    def allowed(self, user: User, target: Any) -> bool:
        """Whoever may start evaluations."""
        return may_start_evaluations(user)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The reader's own zone."""
        return {"zone": user.time_zone, "currency": "USD"}

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The templates that there are."""
        return {"points": starting_points(by=user)}

    def perform(self, target: Any, data: Mapping[str, Any], by: User) -> Outcome:
        """Start it, and go to its brief."""
        terms = dict(data)
        key = terms.pop("start_from", "")
        evaluation = start_evaluation(by=by, **terms)
        if key:
            fill_from(evaluation=evaluation, key=key, by=by)
        return page_address(evaluation, "brief")


class OnBrief(OnEvaluation):
    """An act of the brief's page."""

    tab = "brief"


@register_act
class EditBrief(OnBrief):
    """Every question of the brief."""

    name = "edit-brief"
    title = "Edit the brief"
    verb = "Save"
    help = "What everybody must know before the first vendor is seen."
    success = "The brief is saved."
    form_class = BriefForm
    service = change_brief

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {field: getattr(target, field) for field in BRIEF}


@register_act
class EditCounting(OnBrief):
    """How it is counted, and how long the stages take."""

    name = "edit-counting"
    title = "Edit how it is counted and planned"
    verb = "Save"
    help = (
        "Shares, horizon and rates of the formulas, and the least weeks of each step "
        "that the plan is drawn with."
    )
    success = "Saved."
    form_class = StepsForm
    service = change_brief

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        weeks = {f"weeks_{step}": count for step, count in target.stage_weeks.items()}
        return {field: getattr(target, field) for field in COUNTING} | weeks

    def arguments(self, target: Evaluation, data: Mapping[str, Any]) -> dict[str, Any]:
        """The weeks by step; a blank one keeps the usual length."""
        weeks = {
            step: data[f"weeks_{step}"]
            for step in MINIMUM_WEEKS
            if data[f"weeks_{step}"] is not None
        }
        values = {field: data[field] for field in COUNTING}
        return {"evaluation": target, "stage_weeks": weeks, **values}
