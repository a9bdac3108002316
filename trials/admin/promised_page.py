"""Every planned date of an evaluation: slipped, still to come, and settled."""

from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from trials.selectors import ledger
from trials.selectors.promised import promised
from vendors.admin.conflict_question import ask_first
from vendors.selectors import active_candidates


@evaluation_page("promised", "Promised dates")
def promised_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The candidates in the choice, their planned dates and how these moved."""
    check_query(request)
    ask_first(request, evaluation)
    found = promised(ledger(evaluation, list(active_candidates(evaluation))))
    return show(
        request,
        evaluation,
        "trials/promised.html",
        title="Promised dates",
        tab="matrix",
        crumbs=crumbs_to(evaluation, ("Matrix", "matrix"), ("Promised dates", "")),
        slipped=[promise for promise in found if promise.slipped],
        coming=[promise for promise in found if promise.is_coming],
        settled=[
            promise for promise in found if not (promise.slipped or promise.is_coming)
        ],
    )
