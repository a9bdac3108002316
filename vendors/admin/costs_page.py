"""The costs of an evaluation: sealed until they open, and never a silent zero."""

import uuid
from collections.abc import Collection

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import NotFound, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.kit.clock import today_in
from evaltracker.pages.query import check_query
from evaltracker.pages.sealed_entries import SEALS
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from stakeholders.policy import is_leadership
from vendors.admin.conflict_question import open_answers
from vendors.admin.cost_bars import cost_bars
from vendors.admin.cost_chart import draw
from vendors.admin.cost_rows import (
    by_points,
    compared,
    cost_columns,
    curves_of,
    payments_of,
    running,
    without_rate,
)
from vendors.admin.pages import reader
from vendors.models import Candidate, Conflict, ExchangeRate
from vendors.policy import may_read_contacts, may_see_prices
from vendors.selectors.opening import NOBODY, opening_state
from vendors.selectors.quotes import quotes_seen


@evaluation_page("costs", "Costs", order=100, group="Market")
def costs_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """All candidates: budget, checklist, rates; amounts only once prices are open."""
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    columns = cost_columns(evaluation, running(evaluation))
    sealed = not may_see_prices(user, evaluation)
    quotes = quotes_seen(evaluation)
    return show(
        request,
        evaluation,
        "vendors/costs.html",
        title="Costs",
        tab="costs",
        owns=is_owner(user, evaluation),
        edits=why_not(check_owned, evaluation, user) is None,
        sealed=sealed,
        opening=opening_state(evaluation, user),
        nobody=NOBODY,
        columns=columns,
        compared=compared(columns),
        bars=None if sealed else cost_bars(columns, evaluation.budget),
        budgets=[] if sealed else by_points(columns),
        unpriced=[column.candidate for column in columns if not column.has_price],
        untouched=[column.candidate for column in columns if column.untouched],
        quotes=[
            (column.candidate, quotes[column.candidate.pk])
            for column in columns
            if column.candidate.pk in quotes
        ],
        today=today_in(evaluation.zone),
        rates=ExchangeRate.objects.filter(evaluation=evaluation),
        without_rate=without_rate(evaluation, columns),
        here=request.get_full_path(),
    )


def candidate_costs(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    """One candidate's sheet: each line with its working, and all that follows."""
    check_query(request)
    user = reader(request)
    seen = Candidate.objects.visible_to(user).select_related("evaluation__owner")
    candidate = seen.filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound
    evaluation = candidate.evaluation
    open_answers(request, evaluation)
    (column,) = cost_columns(evaluation, [candidate])
    sealed = not may_see_prices(user, evaluation)
    curves = () if sealed else curves_of(column)
    return show(
        request,
        evaluation,
        "vendors/candidate_costs.html",
        title=f"Costs of {candidate}",
        tab="costs",
        crumbs=crumbs_to(evaluation, ("Costs", "costs"), (str(candidate), "")),
        owns=is_owner(user, evaluation),
        sealed=sealed,
        opening=opening_state(evaluation, user),
        nobody=NOBODY,
        one=column,
        curves=[(curve, draw(curve, evaluation.budget)) for curve in curves],
        payments=[] if sealed else payments_of(column),
    )


site.register_page(
    "candidates/<uuid:candidate_id>/costs/", candidate_costs, "candidate_costs"
)


def opened_prices(user: User, evaluation: Evaluation, ids: Collection[str]) -> set[str]:
    """All lines, or none."""
    return set(ids) if may_see_prices(user, evaluation) else set()


def opened_interests(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """The owner reads all declarations, Leadership the owner's, everybody their own."""
    if is_owner(user, evaluation):
        return set(ids)
    theirs = Q(person=user)
    if is_leadership(user, evaluation):
        theirs |= Q(person=evaluation.owner_id)
    own = Conflict.objects.filter(theirs, pk__in=ids)
    return {str(pk) for pk in own.values_list("pk", flat=True)}


def opened_contacts(
    user: User, evaluation: Evaluation, ids: Collection[str]
) -> set[str]:
    """All names and addresses, or none."""
    return set(ids) if may_read_contacts(user, evaluation) else set()


SEALS.register("costline", opened_prices)
SEALS.register("conflict", opened_interests)
SEALS.register("contact", opened_contacts)
