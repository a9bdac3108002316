"""What vendors ask and propose, with the answers that all of them read."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from evaltracker.pages.evaluation_menu import waits_on
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from vendors.admin.candidate_rows import has_a_part, proposals_of, questions_of
from vendors.admin.conflict_question import ask_first
from vendors.admin.pages import reader
from vendors.choices import ProposalState
from vendors.models import Proposal, Question


@evaluation_page("questions", "Questions", order=48, group="Market")
def questions_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Questions, the open ones first, and requirements that vendors propose."""
    check_query(request)
    user = reader(request)
    ask_first(request, evaluation)
    questions = questions_of(evaluation)
    proposals = proposals_of(evaluation)
    return show(
        request,
        evaluation,
        "vendors/questions.html",
        title="Questions",
        tab="questions",
        owns=is_owner(user, evaluation),
        part=has_a_part(user, evaluation),
        questions=questions,
        open_questions=sum(question.answered_at is None for question in questions),
        proposals=proposals,
        open_proposals=sum(proposal.ruled_at is None for proposal in proposals),
    )


@waits_on("questions")
def open_questions(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Questions that the owner has to answer."""
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    rows: QuerySet[Any] = Question.objects.filter(evaluation=evaluation)
    return rows.filter(answered_at__isnull=True)


@waits_on("questions")
def open_proposals(user: User, evaluation: Evaluation) -> QuerySet[Any] | None:
    """Proposed requirements that the owner has to accept or decline."""
    if not (evaluation.is_open and is_owner(user, evaluation)):
        return None
    rows: QuerySet[Any] = Proposal.objects.filter(candidate__evaluation=evaluation)
    return rows.filter(state=ProposalState.OPEN)
