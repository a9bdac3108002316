"""The runs of a trial as programs reported them, and the files that they came in."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound, why_not
from evaltracker.kit.downloads import attachment
from evaltracker.pages.query import check_query
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, show
from trials.admin.trial_pages import find_trial
from trials.choices import ReportFormat
from trials.models import RunReport
from trials.policy import check_trial
from trials.selectors.runs import (
    SHOWN_REPORTS,
    reported_so_far,
    reports_of,
    runs_of,
    tokens_of,
)
from trials.services.run_tokens import check_make_run_token
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader

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
