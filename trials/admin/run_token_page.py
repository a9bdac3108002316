"""Which run tokens post, and which runs count."""

import uuid
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse

from evaltracker.errors import NotFound, Problem, why_not
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import check_query
from evaltracker.pages.fields import long_text
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from evaltracker.toolbox.files import attachment
from trials.admin.base import OnTrial
from trials.admin.trials import find_trial
from trials.choices import ReportFormat
from trials.models import Run, RunReport, RunToken, Trial
from trials.policy import check_trial
from trials.selectors.runs import (
    SHOWN_REPORTS,
    reported_so_far,
    reports_of,
    runs_of,
    tokens_of,
)
from trials.services.runs import (
    check_make_run_token,
    make_run_token,
    revoke_run_token,
)
from trials.services.scripts import (
    leave_out_run,
    take_back_run,
)
from vendors.admin.base import open_answers, reader

TRIAL = ("candidate__evaluation__owner", "lead")


@register_act
class RevokeRunToken(OnTrial):
    """Ends a run token."""

    title = "Revoke a run token"
    verb = "Revoke the token"
    help = "The next post with it is refused. What it reported stays."
    success = "The run token is revoked."
    model = RunToken
    target_name = "token"
    related = tuple(f"trial__{path}" for path in TRIAL)
    dangerous = True
    service = revoke_run_token

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.label or target.prefix}"


class OnRun(OnTrial):
    """An act on a run."""

    model = Run
    target_name = "run"
    related = (
        "criterion__requirement",
        *(f"criterion__trial__{path}" for path in TRIAL),
    )

    def trial(self, target: Any) -> Trial:
        """The trial of its criterion."""
        found: Trial = target.criterion.trial
        return found

    def heading(self, target: Any) -> str:
        return f"{self.title}: {target.criterion.requirement.ref}, {target.words}"

    def cancel_url(self, target: Any) -> str:
        """The runs of the trial."""
        return reverse("admin:trial_runs", args=[self.trial(target).pk])


class LeaveOutForm(forms.Form):
    """Why it does not count."""

    reason = forms.CharField(
        label="Reason",
        widget=long_text(3),
        help_text="It stands beside the run, which stays in the picture.",
    )


@register_act
class LeaveOutRun(OnRun):
    """Lets a run count no more."""

    title = "Leave out a run"
    verb = "Leave it out"
    success = "The run no longer counts."
    form_class = LeaveOutForm
    service = leave_out_run


@register_act
class TakeBackRun(OnRun):
    """Lets a run count again."""

    title = "Take a run back in"
    verb = "Take it back in"
    success = "The run counts again."
    service = take_back_run


# The page that makes a run token and shows its secret once, in the answer to the POST.
#
# It is no act, for the reason that the page of vendors' tokens is none.


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


# The runs of a trial as programs reported them, and the files that they came in.

SHOWN = 100


def trial_runs(request: HttpRequest, trial_id: uuid.UUID) -> HttpResponse:
    """Tokens, reports and runs of one trial; the newest first."""
    check_query(request, filters={"page"})
    user = reader(request)
    trial = find_trial(user, trial_id)
    evaluation = trial.candidate.evaluation
    open_answers(request, evaluation)
    refusal = why_not(check_make_run_token, trial, user)
    so_far = reported_so_far(trial)
    pages = Paginator(runs_of(trial), SHOWN)
    pages.count = so_far.runs  # counted already
    return show(
        request,
        evaluation,
        "trials/runs.html",
        title=f"Runs: {trial.title}",
        tab="trials",
        crumbs=crumbs_to(evaluation, ("Trials", "trials"), ("Runs", "")),
        trial=trial,
        may_make=refusal is None,
        why_no_token=refusal.sentence if refusal else "",
        may_change=why_not(check_trial, trial, user) is None,
        tokens=tokens_of(trial),
        reports=list(reports_of(trial)[:SHOWN_REPORTS]),
        so_far=so_far,
        page=pages.get_page(request.GET.get("page")),
        query="",
    )


TYPES = {ReportFormat.JUNIT: "application/xml"}


def run_file(request: HttpRequest, report_id: uuid.UUID) -> HttpResponse:
    """The file of a report as an attachment, as it came."""
    check_query(request)
    rows = RunReport.objects.visible_to(reader(request))
    found = rows.select_related("trial__candidate__evaluation").filter(pk=report_id)
    report = found.first()
    if report is None:
        raise NotFound
    open_answers(request, report.trial.candidate.evaluation)
    kind = TYPES.get(ReportFormat(report.format), "application/json")
    download: Any = attachment(report.stored_as, name=report.name, content_type=kind)
    answer: HttpResponse = download
    return answer


site.register_page("trials/<uuid:trial_id>/runs/", trial_runs, "trial_runs")
site.register_page("run-reports/<uuid:report_id>/file/", run_file, "run_file")
