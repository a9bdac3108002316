"""Templates of evaluations in the admin: saving one, their list, deleting one."""

from typing import Any

from django import forms
from django.contrib import admin

from evaltracker.evaluations.models import Evaluation, EvaluationTemplate, User
from evaltracker.evaluations.policy import is_owner, may_start_evaluations
from evaltracker.pages.acts import Act, register_act
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.fields import TextField
from evaltracker.pages.site import site
from evaltracker.requirements.services.templates import drop_template, save_as_template


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
        "Requirements, categories, weights, help and sign-off rules are saved; no "
        "candidate, claim, price or score. Everybody who may start evaluations can "
        "start from it."
    )
    success = "The template is saved. Choose it when you start the next evaluation."
    form_class = TemplateForm
    tab = "requirements"
    service = save_as_template

    def allowed(self, user: User, target: Any) -> bool:
        """The owner, who may start evaluations."""
        return is_owner(user, target) and may_start_evaluations(user)

    def initial(self, target: Evaluation, user: User) -> dict[str, Any]:
        """The evaluation's own name."""
        return {"title": target.title}


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
