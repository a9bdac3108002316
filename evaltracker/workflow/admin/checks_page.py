"""After the award: the contract, the metrics, and what was promised and holds now."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import is_owner
from evaltracker.kit.clock import today_in
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.workflow.admin.decision_page import is_decided
from evaltracker.workflow.admin.metric_picture import metric_picture
from evaltracker.workflow.models import PromiseCheck
from evaltracker.workflow.selectors.contracts import is_near, term_of
from evaltracker.workflow.selectors.metric_values import metric_rows
from evaltracker.workflow.selectors.promises import (
    chosen_of,
    outcomes_of,
    promised_rows,
)
from trials.admin.acts.base import takes_part
from vendors.admin.conflict_question import open_answers


@evaluation_page(
    "promise_checks",
    "After the award",
    order=113,
    group="Decision",
    visible=is_decided,
)
def checks_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The contract's dates, what the metrics are now, and every promise's story."""
    check_query(request)
    user: Any = request.user
    open_answers(request, evaluation)
    today = today_in(evaluation.zone)
    candidate = chosen_of(evaluation)
    rows = PromiseCheck.objects.in_evaluation(evaluation)
    checks = list(rows.select_related("closed_by", "candidate__evaluation"))
    promised = promised_rows(candidate, checks) if candidate and checks else []
    metrics = metric_rows(evaluation, checks, today) if checks else []
    term = term_of(evaluation) if candidate else None
    return show(
        request,
        evaluation,
        "workflow/promise_checks.html",
        title="After the award",
        tab="promise_checks",
        candidate=candidate,
        term=term,
        near=term is not None and is_near(term),
        metrics=metrics,
        picture=metric_picture(metrics),
        checks=outcomes_of(checks),
        rows=[(row, list(zip(checks, row.verdicts, strict=True))) for row in promised],
        today=today,
        is_owner=is_owner(user, evaluation),
        part=takes_part(user, evaluation),
    )
