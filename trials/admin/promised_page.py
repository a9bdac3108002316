"""Every planned date of an evaluation: slipped, still to come, and settled."""

from collections import Counter

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.paging import page_number
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from trials.selectors.counted import counted_once, standing_ledger
from trials.selectors.promised import Promised, promised
from vendors.admin.conflict_question import open_answers

ON_A_PAGE = 100
GROUPS = ("slipped", "coming", "settled")


@evaluation_page("promised", "Promised dates")
def promised_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The candidates in the choice, their planned dates and how these moved."""
    check_query(request, filters=("page",))
    open_answers(request, evaluation)
    found = counted_once(evaluation, "promised dates", _promised)
    pages = Paginator(found, ON_A_PAGE)
    page = pages.page(page_number(request, pages.num_pages))
    return show(
        request,
        evaluation,
        "trials/promised.html",
        title="Promised dates",
        tab="matrix",
        crumbs=crumbs_to(evaluation, ("Matrix", "matrix"), ("Promised dates", "")),
        slipped=[promise for promise in page if promise.slipped],
        coming=[promise for promise in page if promise.is_coming],
        settled=[promise for promise in page if group_of(promise) == "settled"],
        numbers=Counter(map(group_of, found)),
        page=page,
    )


def group_of(promise: Promised) -> str:
    """Under which heading it stands."""
    if promise.slipped:
        return "slipped"
    return "coming" if promise.is_coming else "settled"


def _promised(evaluation: Evaluation) -> list[Promised]:
    """The slipped first, then those to come, then what is settled."""
    found = promised(standing_ledger(evaluation).of_active())
    return sorted(found, key=lambda promise: GROUPS.index(group_of(promise)))
