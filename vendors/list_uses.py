"""Which values of the brief's lists answers and rulings speak of."""

from collections.abc import Iterator
from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.scopes import USES, Used
from vendors.answered_values import answered
from vendors.models import Claim, Ruling
from vendors.selectors.demands import lists_of


@USES.add
def uses_in_answers(evaluation: Evaluation) -> Used:
    """Every revision counts: older ones are still read, and were judged."""
    lists = lists_of(evaluation)
    claims = Claim.objects.in_evaluation(evaluation).order_by("candidate__name")
    rows = claims.values_list(
        *("candidate__name", "requirement__ref", "holds_for"),
        *("environments", "availability"),
    )
    used: Used = {}
    for candidate, ref, held, environments, availability in rows:
        for key in sorted(answered(held, environments, availability, lists)):
            place = f"{ref} of {candidate}"
            if place not in used.setdefault(key, []):
                used[key].append(place)
    return used


@USES.add
def uses_in_rulings(evaluation: Evaluation) -> Used:
    """Rulings that name values."""
    rows = Ruling.objects.in_evaluation(evaluation).values_list(
        "candidate__name", "requirement__ref", "named_values"
    )
    return named_in(
        (f"the ruling on {ref} of {candidate}", named) for candidate, ref, named in rows
    )


def named_in(rows: Iterator[tuple[str, Any]]) -> Used:
    """By list and value, the places that name it."""
    used: Used = {}
    for place, named in rows:
        for name, values in named.items():
            for value in values:
                used.setdefault((name, value), []).append(place)
    return used
