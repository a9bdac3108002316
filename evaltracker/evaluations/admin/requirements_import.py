"""Importing requirements from a spreadsheet: upload, see what would happen, confirm.

The plan that is confirmed is the one that was shown. It waits in the cache, so that
nothing is written, and no file is kept, before somebody says yes.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponseRedirect

from evaltracker.errors import Forbidden, Problem, Refused
from evaltracker.evaluations.admin.workspace import (
    crumbs_to,
    evaluation_page,
    page_address,
    show,
)
from evaltracker.evaluations.imports import ImportPlan, plan_requirements_import
from evaltracker.evaluations.policy import is_owner
from evaltracker.evaluations.services.imports import (
    import_requirements,
    known_requirements,
)
from evaltracker.evaluations.tabular import read_table

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.models import Evaluation, User

KEPT_SECONDS = 30 * 60
SHOWN = 50
WAYS = (
    ("", "each row is a requirement"),
    ("candidates-as-rows", "each column is a requirement, rows are candidates"),
)


class UploadForm(forms.Form):
    """The file, and which way round it lies."""

    file = forms.FileField(
        label="Spreadsheet",
        help_text="CSV, .xlsx or .xls, up to 20 MB. The same file again adds nothing.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls"}),
    )
    orientation = forms.ChoiceField(
        choices=WAYS, required=False, label="Layout of the file"
    )


@evaluation_page(
    "import_requirements",
    "Import",
    route="requirements/import/",
    methods=("GET", "HEAD", "POST"),
)
def importing(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The three steps; only the last one writes."""
    user: Any = request.user
    if not is_owner(user, evaluation):
        raise Forbidden("Only the owner of this evaluation imports its requirements.")
    if request.method != "POST":
        return page(request, evaluation, UploadForm())
    if "plan" in request.POST:
        return confirm(request, evaluation, user)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, evaluation, form, status=400)
    try:
        plan = read_plan(evaluation, form)
    except Problem as problem:
        return page(request, evaluation, form, problem=problem, status=problem.status)
    return preview(request, evaluation, user, plan)


def read_plan(evaluation: Evaluation, form: UploadForm) -> ImportPlan:
    """What the file would do."""
    upload = form.cleaned_data["file"]
    return plan_requirements_import(
        read_table(upload.read(), upload.name),
        known_requirements(evaluation=evaluation),
        orientation=form.cleaned_data["orientation"],
    )


def preview(
    request: HttpRequest, evaluation: Evaluation, user: User, plan: ImportPlan
) -> HttpResponse:
    """Counts and the first rows; a plan with problems cannot be confirmed."""
    token = ""
    if not plan.problems and (plan.new or plan.changed):
        token = secrets.token_urlsafe(16)
        cache.set(cache_key(evaluation, user, token), plan, KEPT_SECONDS)
    return page(
        request,
        evaluation,
        UploadForm(),
        plan=plan,
        token=token,
        status=400 if plan.problems else 200,
    )


def confirm(request: HttpRequest, evaluation: Evaluation, user: User) -> HttpResponse:
    """Do what was shown."""
    key = cache_key(evaluation, user, request.POST["plan"])
    plan: ImportPlan | None = cache.get(key)
    if plan is None:
        late = Refused("The preview is older than half an hour. Choose the file again.")
        return page(request, evaluation, UploadForm(), problem=late, status=409)
    try:
        counts = import_requirements(evaluation=evaluation, plan=plan, by=user)
    except Problem as problem:
        return page(
            request, evaluation, UploadForm(), problem=problem, status=problem.status
        )
    cache.delete(key)
    messages.success(
        request,
        f"{plan.filename}: {counts['new']} added, {counts['changed']} changed, "
        f"{counts['same']} as they were.",
    )
    return HttpResponseRedirect(page_address(evaluation, "requirements"))


def cache_key(evaluation: Evaluation, user: User, token: str) -> str:
    """Where a plan waits; for one person and one evaluation."""
    safe = "".join(char for char in token[:40] if char.isalnum() or char in "-_")
    return f"import:{evaluation.pk}:{user.pk}:{safe}"


def page(
    request: HttpRequest,
    evaluation: Evaluation,
    form: UploadForm,
    *,
    status: int = 200,
    plan: ImportPlan | None = None,
    token: str = "",
    problem: Problem | None = None,
) -> HttpResponse:
    """The page of all three steps."""
    return show(
        request,
        evaluation,
        "evaluations/import.html",
        title="Import requirements",
        tab="requirements",
        crumbs=crumbs_to(evaluation, ("Requirements", "requirements"), ("Import", "")),
        status=status,
        form=form,
        plan=plan,
        new=plan.new[:SHOWN] if plan else (),
        changed=changes_of(plan) if plan else [],
        token=token,
        problem=problem,
    )


def changes_of(plan: ImportPlan) -> list[tuple[str, list[tuple[str, Any, Any]]]]:
    """Ref and, per field, before and after; the first ones only."""
    return [
        (
            change.line.ref,
            [
                (field.replace("_", " "), change.before.get(field, ""), value)
                for field, value in change.after.items()
            ],
        )
        for change in plan.changed[:SHOWN]
    ]
