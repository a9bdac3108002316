"""Acts on the questions that a brief asks beside the usual ones."""

from typing import Any

from django import forms

from evaltracker.evaluations.choices import FieldKind
from evaltracker.evaluations.models import BriefField, User
from evaltracker.evaluations.policy import check_owned
from evaltracker.pages.acts import register_act
from evaltracker.pages.evaluation_acts import InEvaluation
from evaltracker.pages.fields import LinesField, long_text
from evaltracker.requirements.admin.brief_acts import OnBrief
from evaltracker.requirements.services.brief_fields import (
    DEFINITION,
    HELP_LIMIT,
    LABEL_LIMIT,
    add_brief_field,
    change_brief_field,
    check_change_field,
    remove_brief_field,
)


class FieldForm(forms.Form):
    """What is asked, and which kind of answer it takes."""

    label = forms.CharField(
        label="Question", max_length=LABEL_LIMIT, help_text="E.g. Signatures a year."
    )
    help = forms.CharField(
        label="Help",
        required=False,
        max_length=HELP_LIMIT,
        help_text="What the person who answers should know.",
    )
    kind = forms.ChoiceField(label="Kind of answer", choices=FieldKind.choices)
    choices = LinesField(
        label="Answers to choose from",
        widget=long_text(4),
        help_text="One a line; only for “One of several answers”.",
    )
    needed = forms.BooleanField(
        required=False,
        initial=True,
        label="Must be answered to leave the requirements stage",
    )


@register_act
class AddBriefField(OnBrief):
    """One more question of the brief."""

    name = "add-brief-field"
    title = "Add a question"
    verb = "Add"
    again_verb = "Add and start another"
    help = "The brief asks it beside the usual questions. You answer it in the brief."
    success = "The question is added. Answer it under “Edit the brief”."
    form_class = FieldForm
    service = add_brief_field
    rule = check_owned


class OnField(InEvaluation[BriefField]):
    """An act of the owner on one question."""

    tab = "brief"
    model = BriefField
    related = ("evaluation__owner",)
    target_name = "field"
    rule = check_change_field

    def cancel_url(self, target: BriefField) -> str:
        """Where the question stands."""
        return self.page(target, target.key)


@register_act
class ChangeBriefField(OnField):
    """Other words, or another kind of answer."""

    name = "change-brief-field"
    title = "Change question"
    verb = "Save"
    help = "The answer already given has to fit."
    success = "The question is saved."
    form_class = FieldForm
    service = change_brief_field

    def initial(self, target: BriefField, user: User) -> dict[str, Any]:
        return {name: getattr(target, name) for name in DEFINITION}


@register_act
class RemoveBriefField(OnField):
    """Takes a question out of the brief."""

    name = "remove-brief-field"
    title = "Remove question"
    verb = "Remove"
    help = "The question and its answer leave the brief; the journal keeps both."
    success = "The question is removed."
    dangerous = True
    service = remove_brief_field

    def destination(self, target: BriefField, made: Any) -> str:
        """The page without it."""
        return self.page(target, "questions")
