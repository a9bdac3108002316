"""Acts of the last stage: drafting the decision, and making it."""

from typing import Any, ClassVar

from django import forms
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.pages.acts import Rule, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import form_like, mark_needed
from evaltracker.workflow.gates.reports import reports_for
from evaltracker.workflow.models import Decision
from evaltracker.workflow.services.decisions import (
    check_draft_decision,
    decide,
    draft_decision,
)
from vendors.admin.acts.base import AboutCandidate
from vendors.choices import CandidateState
from vendors.models import Candidate

WORDS = ("rationale", "dissent", "revisit_when")


class DraftForm(
    form_like(  # type: ignore[misc]
        Decision,
        ("candidate", *WORDS),
        candidate=forms.ModelChoiceField(
            Candidate._default_manager.none(),
            required=False,
            empty_label="not chosen yet",
            help_text="One of the shortlisted candidates.",
        ),
    )
):
    """Which one, why, and who disagrees."""

    def __init__(self, *args: Any, evaluation: Evaluation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["candidate"]
        field.queryset = Candidate.objects.filter(
            evaluation=evaluation, state=CandidateState.SHORTLISTED
        )


mark_needed(DraftForm, "needed to decide", "candidate", "rationale")


class OnDecision(OnEvaluation, AboutCandidate[Evaluation]):
    """An act of the decision page."""

    tab = "decision"
    rule: ClassVar[Rule | None] = check_draft_decision


@register_act
class Draft(OnDecision):
    """The words that are signed before they are frozen."""

    name = "draft-decision"
    title = "Draft the decision"
    verb = "Save the draft"
    help = (
        "Everybody who signs, signs these words. If you change them, everybody has to "
        "sign again."
    )
    success = "The draft is saved."
    form_class = DraftForm
    service = draft_decision

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        """Candidates of this evaluation."""
        return {"evaluation": target}

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        drafted = Decision.objects.filter(evaluation=target).first()
        if drafted is None:
            return {}
        return {field: getattr(drafted, field) for field in ("candidate", *WORDS)}


@register_act
class Decide(OnDecision):
    """The end: memo frozen, candidate chosen, evaluation closed."""

    name = "decide"
    title = "Decide"
    verb = "Decide and freeze the memo"
    help = (
        "Every rule is asked once more. Then inputs, results and words are frozen, the "
        "candidate is chosen and the evaluation ends. It cannot be taken back."
    )
    success = "Decided. The memo is frozen."
    template = "workflow/decide.html"
    service = decide

    def needs_proof(self, target: Evaluation, user: User) -> bool:
        """The last word is given by somebody who has just shown who they are."""
        return True

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        """What is decided, and what the rules say."""
        drafted = Decision.objects.filter(evaluation=target)
        return {
            **super().context(target, user),
            "drafted": drafted.select_related("candidate").first(),
            "reports": reports_for(user, target) if target.is_open else [],
        }

    def destination(self, target: Evaluation, made: Any) -> str:
        """The memo that is frozen now, wherever it was decided from."""
        return reverse("admin:memo", args=[target.slug])
