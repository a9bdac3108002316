"""Acts that start an evaluation from something: another one, or a release of OCDS."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import may_start_evaluations
from evaltracker.ocds.reading import LIMIT
from evaltracker.pages.acts import Act, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import DateField
from evaltracker.pages.workspace import page_address
from evaltracker.workflow.services.ocds_start import start_from_ocds
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


class ReleaseForm(forms.Form):
    file = forms.FileField(
        label="Release",
        help_text=(
            "A release package, record package or release of OCDS 1.1, or a tender of "
            "Prozorro, as JSON up to 20 MB."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".json"}),
    )


@register_act
class StartFromOcds(Act[None]):
    """What a register tells of a purchase, as the start of one here."""

    name = "start-from-ocds"
    title = "Start an evaluation from OCDS"
    verb = "Start it"
    help = (
        "Title, buyer, budget, the day it must run, requirements and tenderers with "
        "their prices come from the file, where it has them. You become the owner."
    )
    success = "The evaluation is started. Go through its brief first."
    form_class = ReleaseForm
    service = start_from_ocds

    def allowed(self, user: User, target: Any) -> bool:
        """Whoever may start evaluations."""
        return may_start_evaluations(user)

    def cancel_url(self, target: Any) -> str:
        """The list of evaluations."""
        return reverse("admin:evaluations_evaluation_changelist")

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """What stands in the file, and a byte more than it may."""
        return {"content": data["file"].read(LIMIT + 1)}

    def destination(self, target: Any, made: Any) -> str:
        """The new one's brief."""
        return page_address(made, "brief")
