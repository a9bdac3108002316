"""Every planned date of an evaluation: slipped, still to come, and settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.workspace import crumbs_to, evaluation_page, show
from trials.selectors import ledger
from trials.selectors.promised import promised
from vendors.admin.asking import ask_first
from vendors.selectors import active_candidates

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.models import Evaluation


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
        slipped=[one for one in found if one.slipped],
        coming=[one for one in found if one.is_coming],
        settled=[one for one in found if not (one.slipped or one.is_coming)],
    )
