"""For which lists of the brief a requirement must hold."""

from collections.abc import Collection, Mapping

from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Demand, Evaluation, Requirement, Scope
from evaltracker.evaluations.policy import is_published
from evaltracker.requirements.publishing import tell_followers
from evaltracker.requirements.services.scopes import check_write_lists

# What the column of a file, and of a plan, is called.
MUST_HOLD_FOR = "must_hold_for"


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


def demand_many(
    evaluation: Evaluation, said: Mapping[Requirement, Mapping[str, object]], by: By
) -> dict[Requirement, str]:
    """Write what a file says of lists; what stood before, of those that change.

    A requirement of which it says nothing keeps its lists. The import is journalled.

    Raises:
        Refused: answers have closed. Invalid: the brief has no such list.

    """
    lists = {scope.name: scope for scope in evaluation.scopes.all()}
    stood: dict[object, list[str]] = {}
    rows = Demand.objects.filter(scope__evaluation=evaluation)
    for key, name in rows.values_list("requirement", "scope__name"):
        stood.setdefault(key, []).append(name)
    before, made = {}, []
    for requirement, values in said.items():
        names = [it for it in str(values.get(MUST_HOLD_FOR, "")).split("; ") if it]
        if unknown := [name for name in names if name not in lists]:
            raise Invalid(f"The brief has no list “{unknown[0]}”.")
        former = stood.get(requirement.pk, [])
        if MUST_HOLD_FOR in values and {*names} != {*former}:
            before[requirement] = "; ".join(sorted(former))
            made += [Demand(requirement=requirement, scope=lists[it]) for it in names]
    if before:
        check_write_lists(evaluation, by)
        Demand.objects.filter(requirement__in=list(before)).delete()
        Demand.objects.bulk_create(made, batch_size=500)
    return before
