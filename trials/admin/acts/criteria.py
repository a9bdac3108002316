"""The success criteria of trials, and judging them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import User
from evaltracker.pages.acts import register_act
from evaltracker.pages.fields import long_text, mark_needed, reason_field
from evaltracker.pages.measure_field import MeasureField
from trials.admin.acts.base import AboutValues, OnTrial, ProofForm
from trials.admin.acts.trials import TO_PUT_FORWARD
from trials.admin.settings_asked import last_setting, offered_lists
from trials.choices import Source
from trials.models import Criterion
from trials.selectors.common_terms import drawn_up_with
from trials.services.criteria import (
    add_criterion,
    change_criterion,
    remove_criterion,
)
from trials.services.criteria_copies import check_copy_criteria, copy_criteria
from trials.services.criterion_rules import (
    check_change_criterion,
    check_remove_criterion,
    check_write_criteria,
)
from trials.services.evidence import check_judge_criterion, record_evidence
from vendors.models import Claim


class CriterionForm(AboutValues):
    """What must be reached, with a number."""

    text = forms.CharField(label="What must be reached", widget=long_text(3))
    threshold = forms.CharField(
        label="The number",
        required=False,
        max_length=200,
        help_text="Such as: 95% of requests under 120 ms. The contract is not put "
        "forward without it.",
    )
    measure = MeasureField(
        help_text="What runs of it have to reach. Left blank, a new criterion has the "
        "measure of its requirement."
    )
    method = forms.CharField(
        label="How it is measured", required=False, widget=long_text(2)
    )
    reason = forms.CharField(label="Reason", required=False, widget=long_text(2))

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
    """What is done to criteria."""

    form_class: ClassVar[type[forms.BaseForm]] = CriterionForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The evaluation's requirements, and whether a reason is due."""
        together = drawn_up_with(self.trial(target))
        agreed = any(trial.agreed_at for trial in together)
        return {"evaluation": self.evaluation(target), "agreed": agreed}


@register_act
class AddCriterion(CriterionAct):
    """Adds what a trial must reach."""

    name = "add-criterion"
    title = "Add a criterion"
    verb = "Add"
    again_verb = "Add and start another"
    success = "The criterion is added."
    help = (
        "Where the brief has lists and you tick no value, it is about those that are "
        "offered and that no trial has judged."
    )
    service = add_criterion
    rule = check_write_criteria

    def arguments(self, target: Any, data: Mapping[str, Any]) -> dict[str, Any]:
        """A measure that is left blank is the requirement's."""
        return super().arguments(target, {**data, "measure": data["measure"] or None})


@register_act
class CopyCriteria(OnTrial):
    """Gives the other finalists' trials the same criteria."""

    name = "copy-criteria"
    title = "Copy the criteria to the other trials"
    verb = "Copy"
    help = (
        "Every other finalist's trial whose contract is not agreed yet gets the "
        "criteria that it lacks, with the same numbers. You can change them there."
    )
    service = copy_criteria
    rule = check_copy_criteria

    def success_message(self, target: Any, outcome: Any) -> str:
        return "The other trials have the same criteria."


class OnCriterion(CriterionAct):
    """An act on one criterion."""

    model = Criterion
    target_name = "criterion"
    related = (
        "trial__candidate__evaluation__owner",
        "trial__lead",
        "requirement",
    )

    def cancel_url(self, target: Any) -> str:
        """The criterion on the trial's page."""
        return super().cancel_url(target) + f"#criterion-{target.pk}"


@register_act
class ChangeCriterion(OnCriterion):
    """Changes a criterion that was not judged."""

    name = "change-criterion"
    title = "Change the criterion"
    verb = "Save"
    success = "Saved."
    service = change_criterion
    rule = check_change_criterion

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        return {
            "requirement": target.requirement_id,
            "text": target.text,
            "threshold": target.threshold,
            "measure": target.measure,
            "method": target.method,
            "named_values": target.named_values,
        }


class RemovalForm(forms.Form):
    """Why, if the contract is agreed."""

    reason = reason_field()

    def __init__(self, *args: Any, agreed: bool, **kwargs: Any) -> None:
        kwargs.pop("evaluation", None)
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = agreed


@register_act
class RemoveCriterion(OnCriterion):
    """Takes a criterion out that was not judged."""

    name = "remove-criterion"
    title = "Remove the criterion"
    verb = "Remove"
    success = "The criterion is removed; the journal keeps its words."
    form_class = RemovalForm
    dangerous = True
    service = remove_criterion
    rule = check_remove_criterion

    def destination(self, target: Any, made: Any) -> str:
        return reverse("admin:trial", args=[target.trial_id]) + "#criteria"


@register_act
class JudgeCriterion(OnCriterion):
    """Records what the trial found of a criterion."""

    name = "judge-criterion"
    title = "Judge the criterion"
    verb = "Record"
    help = "It is kept for good, on exactly these words. A newer verdict is a new one."
    success = "Recorded."
    form_class: ClassVar[type[forms.BaseForm]] = ProofForm
    template = "trials/judge.html"
    version_fields: ClassVar[tuple[str, ...]] = ("claim",)
    service: ClassVar[Callable[..., Any] | None] = partial(
        record_evidence, source=Source.TRIAL
    )
    rule = check_judge_criterion

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The revisions of the claim on this requirement."""
        claims = self.claims(target)
        lists = offered_lists(claims, target.requirement)
        return {"claims": claims, "source": "trial", "lists": lists}

    def claims(self, target: Any) -> Any:
        """Every revision of the candidate's claim on the requirement."""
        return Claim.objects.filter(
            candidate=target.trial.candidate_id, requirement=target.requirement_id
        ).select_related("requirement")

    def initial(self, target: Any, user: User) -> dict[str, Any]:
        """The words that stand."""
        current = self.claims(target).filter(superseded_at__isnull=True).first()
        before = last_setting(criterion__trial=target.trial)
        return {
            "claim": current.pk if current else None,
            "named_values": target.named_values,
            **before,
        }

    def context(self, target: Any, user: User) -> dict[str, Any]:
        """The claim that is judged."""
        current = self.claims(target).filter(superseded_at__isnull=True).first()
        return {
            **super().context(target, user),
            "claim": current,
            "requirement": target.requirement,
            "criterion": target,
        }

    def success_message(self, target: Any, outcome: Any) -> str:
        return f"Recorded: {target.requirement}."
