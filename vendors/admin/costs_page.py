"""The costs of an evaluation: sealed until they open, and never a silent zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.seals import register_seal
from evaltracker.evaluations.admin.workspace import evaluation_page, show
from evaltracker.evaluations.policy import is_owner
from vendors.admin.asking import ask_first
from vendors.admin.cost_rows import compared, cost_columns
from vendors.admin.pages import reader
from vendors.models import Conflict
from vendors.policy import may_see_prices

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.models import Evaluation, User


@evaluation_page("costs", "Costs", order=100)
def costs_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """Side by side and one by one; only coverage for whom prices are sealed."""
    check_query(request)
    user = reader(request)
    ask_first(request, evaluation)
    columns = cost_columns(evaluation)
    sealed = not may_see_prices(user, evaluation)
    return show(
        request,
        evaluation,
        "vendors/costs.html",
        title="Costs",
        tab="costs",
        owns=is_owner(user, evaluation),
        sealed=sealed,
        columns=columns,
        compared=[] if sealed else compared(columns),
    )


def opened_prices(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """All lines, or none."""
    return set(ids) if may_see_prices(user, evaluation) else set()


def opened_interests(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """The owner reads all declarations, everybody their own."""
    if is_owner(user, evaluation):
        return set(ids)
    own = Conflict.objects.of(user).filter(pk__in=ids)
    return {str(pk) for pk in own.values_list("pk", flat=True)}


register_seal("costline", opened_prices)
register_seal("conflict", opened_interests)
