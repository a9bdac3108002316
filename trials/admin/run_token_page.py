"""The page that makes a run token and shows its secret once, in the answer to the POST.

It is no act, for the reason that the page of vendors' tokens is none.
"""

import uuid
from http import HTTPStatus
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from evaltracker.errors import Problem
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from trials.admin.trial_pages import find_trial
from trials.models import Trial
from trials.services.run_tokens import check_make_run_token, make_run_token
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader


class RunTokenForm(forms.Form):
    """What the token is for."""

    label = forms.CharField(
        label="Label",
        max_length=80,
        required=False,
        help_text="For people to tell it by, such as “nightly benchmark”.",
    )
    # How many there were, so that a reload makes no second one.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def run_token_view(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Ask for a label (GET); make a token and show it (POST)."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    check_query(request)
    trial = find_trial(reader(request), trial_id)
    open_answers(request, trial.candidate.evaluation)
    check_make_run_token(trial, reader(request))
    there = str(trial.run_tokens.count())
    if request.method != "POST":
        return _page(request, trial, RunTokenForm(initial={"seen": there}))
    form = RunTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, trial, form, status=HTTPStatus.BAD_REQUEST)
    data = form.cleaned_data
    if data["seen"] != there:
        form = RunTokenForm(initial={**data, "seen": there})
        changed = "The trial's run tokens changed since this page was made. Look again."
        return _page(request, trial, form, sentence=changed, status=409)
    try:
        with transaction.atomic():
            token, secret = make_run_token(
                trial=trial, label=data["label"], by=reader(request)
            )
    except Problem as problem:
        sentence, status = problem.sentence, problem.status
        return _page(request, trial, form, sentence=sentence, status=status)
    return _page(request, trial, None, token=token, secret=secret)


def _page(
    request: HttpRequest,
    trial: Trial,
    form: RunTokenForm | None,
    *,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    answer = show(
        request,
        trial.candidate.evaluation,
        "trials/run_token.html",
        title="Make a run token",
        tab="trials",
        crumbs=crumbs_to(
            trial.candidate.evaluation, ("Trials", "trials"), ("Run token", "")
        ),
        trial=trial,
        form=form,
        address=request.build_absolute_uri(f"/api/v1/trials/{trial.pk}/runs/"),
        **context,
    )
    answer.status_code = status
    return answer


site.register_page("trials/<uuid:trial_id>/run-token/", run_token_view, "run_token")
