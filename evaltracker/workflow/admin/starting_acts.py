"""Starting an evaluation from another one."""

from typing import Any

from django import forms

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import DateField
from evaltracker.pages.workspace import page_address
from evaltracker.workflow.services.succession import may_follow, start_next


class NextForm(forms.Form):
    """What the next one is called, and what comes along."""

    title = forms.CharField(max_length=150)
    must_run_by = DateField(
        required=False,
        label="Must run by",
        help_text="The day it must be running in production; the old one is not kept.",
    )
    with_people = forms.BooleanField(
        required=False,
        label="Stakeholders with their roles",
        help_text="They see the next one from then on. You become its owner.",
    )
    with_candidates = forms.BooleanField(
        required=False,
        label="Candidates, longlisted again",
        help_text="Without what they claimed, showed or cost; not the eliminated ones.",
    )


@register_act
class StartNext(OnEvaluation):
    """The same needs, bought again."""

    name = "start-next"
    title = "Start the next one from this"
    verb = "Start it"
    success = "The next evaluation is started. Go through its brief first."
    form_class = NextForm
    template = "workflow/start_next.html"
    target_name = "origin"
    service = start_next

    def allowed(self, user: User, target: Evaluation) -> bool:
        """Whoever sees it and may start evaluations."""
        return may_follow(user, target)

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """People come along unless somebody says no."""
        return {"title": f"{target.title[:143]} (next)", "with_people": True}

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """How much comes along."""
        return {
            **super().context(target, user),
            "requirements": target.requirements.filter(retired_at=None).count(),
            "categories": target.categories.count(),
            "metrics": target.metrics.count(),
            "rules": target.sign_off_rules.count(),
        }

    def destination(self, target: Evaluation, made: Any) -> str:
        """The new one's brief."""
        return page_address(made, "brief")
