"""The values of the brief that acts offer and services read, by list."""

from typing import Any

from evaltracker.evaluations.models import Demand, Evaluation, Requirement
from vendors.named_values import Named, read_named_values, without_empty
from vendors.selectors.demands import demanded, lists_of


def read_item_values(said: object, evaluation: Evaluation) -> Named:
    """The values that a criterion, a script item, an excuse or a ruling names; where it
    names none of a list, the list is left out.

    Raises:
        Invalid: as `read_named_values` does.

    """
    return without_empty(read_named_values(said, lists_of(evaluation)))


def demanded_of(requirement: Requirement) -> Named:
    """The lists in whose every value the requirement must hold, if they have any."""
    return without_empty(demanded(requirement))


def demanded_in(evaluation: Evaluation) -> dict[Any, Named]:
    """The same by requirement, of a whole evaluation, in three queries."""
    asked = Demand.objects.filter(requirement__evaluation=evaluation)
    rows = asked.order_by("scope__position", "scope__name").values_list(
        "requirement_id", "scope__name"
    )
    marked = list(rows)
    lists = lists_of(evaluation) if marked else {}
    found: dict[Any, Named] = {}
    for requirement, name in marked:
        if lists[name]:
            found.setdefault(requirement, {})[name] = lists[name]
    return found
