"""Templates of evaluations in the admin: saving one, their list, deleting one."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import (
    Evaluation,
    EvaluationTemplate,
    Requirement,
    Scope,
    ScopeValue,
    User,
)
from evaltracker.evaluations.policy import (
    is_owner,
    may_add_people,
    may_start_evaluations,
)
from evaltracker.evaluations.topic_types import Topic, everybody, register_topic
from evaltracker.pages.acts import Act
from evaltracker.pages.base import HardenedAdmin
from evaltracker.pages.fields import LinesField, form_of, long_text, text_field
from evaltracker.pages.search import Search, SearchScope, register_search
from evaltracker.pages.site import site
from evaltracker.pages.workspace import InEvaluation, OnEvaluation, page_address
from evaltracker.requirements.admin.brief import OnBrief
from evaltracker.requirements.services.scopes import (
    add_list,
    change_list,
    check_change_list,
    check_write_lists,
    current_values,
    remove_list,
    retire_value,
)
from evaltracker.requirements.services.templates import (
    NEEDS,
    TEMPLATE_PARTS,
    StartingPoint,
    drop_template,
    points_with,
    save_as_template,
    take_from_template,
)
from evaltracker.toolbox.text import shortened


class SaveAsTemplate(OnEvaluation):
    title = "Save as a template"
    verb = "Save"
    help = (
        "Saves requirements, weights, help, the brief's questions, kinds of cost, "
        "roles, sign-off rules, scripts and criteria. People, candidates, answers, "
        "prices and scores stay out. Everybody who may start "
        "evaluations can start from it, or take parts of it."
    )
    success = "The template is saved. Choose it at the next start, or take parts of it."
    form_class = form_of(
        title=forms.CharField(max_length=150, label="Name of the template"),
        description=text_field(required=False, max_length=2000, label="What it is for"),
    )
    tab = "requirements"
    current_fields = ("title",)
    service = save_as_template

    def allowed(self, user: User, target: Any) -> bool:
        return is_owner(user, target) and may_start_evaluations(user)


class TakeForm(forms.Form):
    key = forms.ChoiceField(label="Template")

    def __init__(self, *args: Any, points: list[StartingPoint], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["key"]
        choice.choices = [(point.key, point.title) for point in points]


class TakesFrom:
    part: ClassVar[str] = ""
    verb: ClassVar[str] = "Take"
    form_class: ClassVar[type[forms.BaseForm]] = TakeForm

    def form_kwargs(self, target: Any, user: User) -> dict[str, Any]:
        return {"points": points_with(self.part, by=user)}


# What each part is called where somebody chooses among them.
PARTS = {
    NEEDS: "Requirements, categories, lists and questions",
    "costs": "Kinds of cost",
    "roles": "Names of roles",
    "sign_offs": "Who must sign",
    "different_people": "How many different people must sign",
    "words": "Words for demos and trials",
    "scale": "What each score means",
}


class TakePartsForm(TakeForm):
    parts = forms.MultipleChoiceField(
        label="What to take",
        widget=forms.CheckboxSelectMultiple,
        help_text="Requirements are added to yours; the rest replaces what is here.",
    )

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["parts"]
        taken = {name for name, part in TEMPLATE_PARTS.items() if part.load}
        if stage == Stage.REQUIREMENTS:
            taken.add(NEEDS)
        choice.choices = [(name, PARTS[name]) for name in PARTS if name in taken]


class TakeFromTemplate(TakesFrom, OnEvaluation):
    title = "Take from a template"
    help = (
        "Existing requirements stay as they are. You can undo the rest under Imports. "
        "Kinds of cost that have prices stay, too. Roles missing from the template no "
        "longer sign. A role that has signed already can't be removed."
    )
    success = "Taken from the template."
    form_class = TakePartsForm
    part = NEEDS
    prefill = ("parts",)
    tab = "requirements"
    service = take_from_template

    def form_kwargs(self, target: Evaluation, user: User) -> dict[str, Any]:
        return {**super().form_kwargs(target, user), "stage": target.stage}


@admin.register(EvaluationTemplate, site=site)
class EvaluationTemplateAdmin(HardenedAdmin):
    empty_text = (
        "Nobody has saved a template. Open an evaluation's requirements and choose "
        "Save as template. Built-in templates are always offered."
    )
    detail_acts = ("drop-template",)
    list_display = ("title", "made_by", "made_at")
    search_fields = ("title",)
    ordering = ("title",)
    fields = ("title", "description", "made_by", "made_at")

    def audience(self, user: User) -> bool:
        return may_start_evaluations(user)


class DropTemplate(Act[EvaluationTemplate]):
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


class ListForm(forms.Form):
    name = forms.CharField(max_length=60, help_text="E.g. Sites, or Languages.")
    values = LinesField(
        widget=long_text(5),
        help_text="One a line, in the order of the pages; e.g. AWS, then on premises.",
    )


class AddList(OnBrief):
    title = "Add a list"
    verb = "Add"
    again_verb = "Add and start another"
    help = (
        "Values that answers can differ by, such as sites or platforms. Then mark the "
        "requirements that must hold for all of them."
    )
    success = "The list is added. Mark the requirements that must hold for it."
    form_class = ListForm
    service = add_list
    rule = check_write_lists


class OnList(InEvaluation[Scope]):
    tab = "brief"
    anchor = "list"
    model = Scope
    related = ("evaluation__owner",)
    target_name = "scope"
    rule = check_change_list


class ChangeList(OnList):
    title = "Change list"
    verb = "Save"
    help = (
        "Vendors who have answered are asked about a new value. You can't rename a "
        "value in use; retire it instead."
    )
    success = "The list is saved."
    form_class = ListForm
    service = change_list

    def initial(self, target: Scope, user: User) -> dict[str, Any]:
        return {"name": target.name, "values": current_values(target)}


class RemoveList(OnList):
    title = "Remove list"
    verb = "Remove"
    help = "It does not matter for this purchase: no requirement has to hold for it."
    success = "The list is removed."
    dangerous = True
    service = remove_list


class RetireValue(InEvaluation[ScopeValue]):
    title = "Retire value"
    verb = "Retire"
    help = "Nobody has to answer it any more. Answers stay on record."
    success = "The value is retired."
    tab = "brief"
    model = ScopeValue
    related = ("scope__evaluation__owner",)
    target_name = "value"
    dangerous = True
    service = retire_value


def requirements(reader: SearchScope) -> QuerySet[Requirement]:
    rows: QuerySet[Requirement] = Requirement.objects.visible_to(reader.user)
    return rows.filter(retired_at__isnull=True).select_related(
        "evaluation__owner", "category"
    )


def logins(reader: SearchScope) -> QuerySet[User]:
    rows: QuerySet[User] = User.objects.visible_to(reader.user)
    if may_add_people(reader.user):
        return rows
    return rows.none()


register_search(
    Search(
        kind="requirements",
        title="Requirements",
        order=40,
        icon="checklist",
        rows=requirements,
        columns=("ref", "text"),
        closest="ref",
        label=lambda row: f"{row.ref} {shortened(row.text, 70)}",
        address=site.address_of,
        beneath=lambda row: f"{row.category} · {row.evaluation}",
        evaluation_path="evaluation",
        has_acts=True,
    )
)
register_search(
    Search(
        kind="logins",
        title="Logins",
        order=100,
        icon="person",
        rows=logins,
        columns=("username", "first_name", "last_name", "email"),
        closest="username",
        label=lambda row: row.name,
        address=site.address_of,
        beneath=lambda row: row.username,
    )
)


def about_requirement(
    row: Requirement, part: str
) -> tuple[Evaluation, str, str] | None:
    evaluation = row.evaluation
    page = page_address(evaluation, "requirements", f"requirement-{row.pk}")
    if part:
        return None
    return (evaluation, f"Requirement {row.ref}", page)


register_topic(
    Topic(
        name="brief",
        noun="the brief",
        rows=lambda user: Evaluation.objects.visible_to(user).select_related("owner"),
        people=everybody,
        describe=lambda row, part: (
            None if part else (row, "The brief", page_address(row, "brief"))
        ),
        tab="brief",
        takes_files=True,
    )
)
register_topic(
    Topic(
        name="requirement",
        noun="a requirement",
        rows=lambda user: Requirement.objects.visible_to(user).select_related(
            "evaluation__owner"
        ),
        people=everybody,
        describe=about_requirement,
        tab="requirements",
    )
)
