"""For which lists of the brief a requirement must hold."""

from collections.abc import Collection

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Demand, Requirement, Scope
from evaltracker.evaluations.policy import is_published
from evaltracker.requirements.publishing import tell_followers
from evaltracker.requirements.services.scopes import check_write_lists


def check_demand(requirement: Requirement, by: By) -> None:
    """The owner marks a requirement until answers close."""
    check_write_lists(requirement.evaluation, by)


@transaction.atomic
def demand(
    *, requirement: Requirement, scopes: Collection[Scope], by: By
) -> Requirement:
    """Let a requirement hold for every value of exactly these lists.

    It makes no new revision: answers stand, and are asked for the values that they
    lack. Lists that are the same write nothing.

    Raises:
        Forbidden: not the owner. Refused: answers have closed. Invalid: a list of
        another evaluation.

    """
    before = list(Scope.objects.filter(demands__requirement=requirement))
    if {scope.pk for scope in before} == {scope.pk for scope in scopes}:
        return requirement
    check_demand(requirement, by)
    evaluation = requirement.evaluation
    if any(scope.evaluation_id != evaluation.pk for scope in scopes):
        raise Invalid("The list belongs to another evaluation.")
    requirement.demands.exclude(scope__in=scopes).delete()
    Demand.objects.bulk_create(
        Demand(requirement=requirement, scope=scope)
        for scope in scopes
        if scope not in before
    )
    journal.record(
        evaluation=evaluation,
        action="requirement.held_against",
        subject=requirement,
        by=by,
        before={"must_hold_for": [scope.name for scope in before]},
        after={"must_hold_for": [scope.name for scope in scopes]},
    )
    if is_published(evaluation):
        tell_followers(evaluation, changed=[requirement])
    return requirement
