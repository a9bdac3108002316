"""The candidates of an evaluation: who is in the choice, and who says what when."""

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import is_owner
from evaltracker.kit.clock import database_now
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from vendors.admin.candidate_rows import (
    candidate_groups,
    has_a_part,
)
from vendors.admin.conflict_question import ask_first, undeclared_by
from vendors.admin.pages import reader
from vendors.choices import CandidateKind
from vendors.policy import claims_are_closed


@evaluation_page("candidates", "Candidates", order=40, group="Market")
def candidates_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Candidates, and the window for claims."""
    check_query(request, filters={"kind"})
    user = reader(request)
    ask_first(request, evaluation)
    owns = is_owner(user, evaluation)
    part = has_a_part(user, evaluation)
    kind = request.GET.get("kind", "")
    known = kind in CandidateKind.values
    groups = candidate_groups(evaluation, user, filters={"kind": kind} if known else {})
    return show(
        request,
        evaluation,
        "vendors/candidates.html",
        title="Candidates",
        tab="candidates",
        owns=owns,
        undeclared=undeclared_by(user, evaluation),
        part=part,
        kind=kind if known else "",
        kinds=CandidateKind.choices,
        groups=groups,
        total=sum(len(group.rows) for group in groups),
        window=window_of(evaluation),
        in_research=evaluation.is_open and evaluation.stage == Stage.RESEARCH,
        may_add=evaluation.is_open
        and evaluation.stage in (Stage.REQUIREMENTS, Stage.RESEARCH),
        unseen=sum(row.unseen for group in groups for row in group.rows),
    )


def window_of(evaluation: Evaluation) -> str:
    """Whether vendors may write: `unopened`, `open` or `closed`."""
    now = database_now()
    if evaluation.claims_opened_at is None:
        return "unopened"
    if claims_are_closed(evaluation, now):
        return "closed"
    return "open" if evaluation.claims_are_open(now) else "closed"
