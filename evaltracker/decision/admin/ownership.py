"""The act that hands an evaluation to a new owner."""

from django.urls import reverse

from evaltracker.decision.services import ownership
from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.fields import form_of, person_field, reason_field
from evaltracker.pages.workspace import OnEvaluation


class HandOnEvaluation(OnEvaluation):
    title = "Hand on this evaluation"
    verb = "Hand on"
    help = (
        "The new owner gets a mail, and declares conflicts of interest before reading "
        "answers. You no longer see the evaluation unless you are given a role in it."
    )
    success = "The evaluation is handed on."
    form_class = form_of(
        {"new_owner": ownership.may_take_over},
        new_owner=person_field(
            "Who runs it from now on",
            "Choose somebody who may start evaluations and has no role in this one.",
        ),
        reason=reason_field(help_text="Everybody reads it in the journal."),
    )
    dangerous = True
    service = ownership.hand_on_evaluation
    rule = ownership.check_hand_on

    def destination(self, target: Evaluation, made: object) -> str:
        return reverse("admin:index")
