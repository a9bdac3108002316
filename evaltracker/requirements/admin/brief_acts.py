"""Acts that start an evaluation and write its brief."""

from collections.abc import Mapping
from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import may_start_evaluations
from evaltracker.pages.acts import Act, Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.workspace import page_address
from evaltracker.requirements.admin.brief_forms import (
    BRIEF,
    COUNTING,
    BriefForm,
    StartForm,
    StepsForm,
)
from evaltracker.requirements.plan import MINIMUM_WEEKS
from evaltracker.requirements.services.brief_answers import usual_currency
from evaltracker.requirements.services.evaluations import (
    change_brief,
    start_evaluation,
)
from evaltracker.requirements.services.templates import fill_from, starting_points


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
    success = "The evaluation is started. Fill in its brief next."
    form_class = StartForm

    def allowed(self, user: User, target: Any) -> bool:
        """Whoever may start evaluations."""
        return may_start_evaluations(user)

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The reader's own zone, and the currency of their last evaluation."""
        return {"zone": user.time_zone, "currency": usual_currency(user)}

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
        """What stands there now."""
        own = list(target.brief_fields.all())
        unasked = [field.key for field in own if field.does_not_matter]
        return {
            **{field: getattr(target, field) for field in BRIEF},
            **{field.key: field.answer for field in own},
            "does_not_matter": [*target.does_not_matter, *unasked],
        }

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The brief whose own questions are asked."""
        return {"evaluation": target}


@register_act
class EditCounting(OnBrief):
    """How it is counted, and how long the stages take."""

    name = "edit-counting"
    title = "Edit calculation and planning"
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
