"""Templates of evaluations in the admin: saving one, their list, deleting one."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin

from evaltracker.evaluations.models import Evaluation, EvaluationTemplate, User
from evaltracker.evaluations.policy import is_owner, may_start_evaluations
from evaltracker.pages.acts import Act, register_act
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import TextField
from evaltracker.pages.site import site
from evaltracker.requirements.services.templates import (
    check_take_needs,
    drop_template,
    points_with,
    save_as_template,
    take_needs,
)
from evaltracker.requirements.starting import StartingPoint


class TemplateForm(forms.Form):
    """What it is called."""

    title = forms.CharField(max_length=150, label="Name of the template")
    description = TextField(required=False, max_length=2000, label="What it is for")


@register_act
class SaveAsTemplate(OnEvaluation):
    """Keeps what is asked, for the next purchase."""

    name = "save-as-template"
    title = "Save as a template"
    verb = "Save"
    help = (
        "Requirements, weights, help, the brief's questions and lists, sign-off rules, "
        "demo scripts, criteria and the words of the scale are saved; no person, "
        "candidate, answer, price or score. Everybody who may start evaluations can "
        "start from it, or take parts of it."
    )
    success = "The template is saved. Choose it at the next start, or take parts of it."
    form_class = TemplateForm
    tab = "requirements"
    service = save_as_template

    def allowed(self, user: User, target: Any) -> bool:
        """The owner, who may start evaluations."""
        return is_owner(user, target) and may_start_evaluations(user)

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The evaluation's own name."""
        return {"title": target.title}


class TakeForm(forms.Form):
    """Which template it comes from."""

    key = forms.ChoiceField(label="Template")

    def __init__(self, *args: Any, points: list[StartingPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["key"]
        choice.choices = [(it.key, it.title) for it in points]


class TakesFrom:
    """An act that takes one part of a template, by the name of the part."""

    part: ClassVar[str] = ""
    verb: ClassVar[str] = "Take"
    form_class: ClassVar[type[forms.BaseForm]] = TakeForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        """The templates that have it."""
        return {"points": points_with(self.part, by=user)}


@register_act
class TakeNeeds(TakesFrom, OnEvaluation):
    """Adds what a template asks and this evaluation does not."""

    name = "take-needs"
    title = "Take from a template"
    help = (
        "Adds the template's categories, requirements, lists and questions that are "
        "not here yet; what is here stays as it is. It can be undone on the page of "
        "imports."
    )
    success = "The requirements of the template are added."
    part = "requirements"
    tab = "requirements"
    service = take_needs
    rule = check_take_needs


@admin.register(EvaluationTemplate, site=site)
class EvaluationTemplateAdmin(HardenedAdmin):
    """What people saved to start from; the product's own are not listed."""

    empty_text = (
        "Nobody has saved a template. Open an evaluation's requirements and choose "
        "Save as template; those that come with the product are offered at every start."
    )
    detail_acts = ("drop-template",)
    list_display = ("title", "made_by", "made_at")
    search_fields = ("title",)
    ordering = ("title",)
    fields = ("title", "description", "made_by", "made_at")

    def audience(self, user: User) -> bool:
        """Who may start evaluations."""
        return may_start_evaluations(user)


@register_act
class DropTemplate(Act[EvaluationTemplate]):
    """Deletes one's own template."""

    name = "drop-template"
    title = "Delete the template"
    verb = "Delete"
    help = "Evaluations that started from it keep what they have."
    success = "The template is deleted."
    model = EvaluationTemplate
    target_name = "template"
    service = drop_template
    dangerous = True

    def allowed(self, user: User, target: Any) -> bool:
        return bool(target.made_by_id == user.pk)
