"""What vendors have not answered yet, and reminding them of it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import is_owner
from evaltracker.kit.clock import database_now
from evaltracker.pages.acts import Outcome, register_act
from evaltracker.pages.evaluation_acts import OnEvaluation
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import crumbs_to, evaluation_page, page_address, show
from vendors.admin.acts.base import OnCandidate
from vendors.admin.conflict_question import open_answers
from vendors.admin.pages import reader
from vendors.selectors.chases import GAP, MOST, Chase, chases
from vendors.services.mailing import invited_candidates
from vendors.services.reasking import chase, chase_all, check_chase, check_chase_all

LIMITS = (
    f"A vendor is reminded at most every {GAP.days} days, and {MOST} times without an "
    "answer. The mail holds numbers, no words of a requirement or answer."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One vendor's open must-haves, and whether it can be reminded now."""

    chase: Chase
    why_not: str


@evaluation_page("unanswered", "Not answered yet")
def unanswered_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """By invited candidate: must-haves without an answer, and answers to confirm."""
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    now = database_now()
    candidates = list(invited_candidates(evaluation))
    lines = [
        Line(chase, chase.why_not(now)) for chase in chases(evaluation, candidates)
    ]
    is_open = evaluation.claims_are_open(now)
    owns = is_owner(user, evaluation)
    return show(
        request,
        evaluation,
        "vendors/unanswered.html",
        title="Not answered yet",
        tab="candidates",
        crumbs=crumbs_to(
            evaluation, ("Candidates", "candidates"), ("Not answered yet", "")
        ),
        lines=sorted(
            (line for line in lines if not line.chase.waiting.is_done),
            key=lambda item: -len(item.chase.waiting.open_musts),
        ),
        done=[line.chase.candidate for line in lines if line.chase.waiting.is_done],
        is_open=is_open,
        owns=owns,
        may_chase=owns and is_open and any(not line.why_not for line in lines),
        limits=LIMITS,
        here=request.path,
    )


@register_act
class ChaseVendor(OnCandidate):
    """Reminds one vendor of what it has not answered."""

    name = "chase-vendor"
    title = "Remind the vendor"
    verb = "Send the reminder"
    help = f"Each of its contacts gets a mail. {LIMITS}"
    service = chase
    rule = check_chase

    def success_message(self, target: Any, outcome: Outcome) -> str:
        return f"{target.vendor} is reminded within half a minute."

    def cancel_url(self, target: Any) -> str:
        """The page of what is open."""
        return page_address(target.evaluation, "unanswered", f"candidate-{target.pk}")


@register_act
class ChaseAll(OnEvaluation):
    """Reminds every vendor that has not answered and may be reminded now."""

    tab = "candidates"
    name = "chase-all"
    title = "Remind all"
    verb = "Send the reminders"
    help = f"Each contact of each vendor whose turn it is gets a mail. {LIMITS}"
    success = "The vendors are reminded within half a minute."
    service = chase_all
    rule = check_chase_all

    def cancel_url(self, target: Any) -> str:
        """The page of what is open."""
        return page_address(target, "unanswered")
