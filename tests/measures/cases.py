"""A measure that tests ask for, and what claims say to it."""

from functools import cache
from typing import Any

from evaltracker.evaluations.models import Requirement
from evaltracker.requirements.services.requirements import change_requirement
from evaltracker.toolbox.measures import kept_measure

LATENCY: dict[str, Any] = {
    **{"quantity": "latency", "unit": "ms", "direction": "at_most"},
    **{"bound": "20", "statistic": "p95", "tolerance": "2"},
}
WORDS = "p95 latency at most 20 ms, tolerance 2 ms"


@cache
def kept() -> dict[str, Any]:
    """As it is kept. The table of units is read when somebody asks for this."""
    return kept_measure(LATENCY)


def measured(requirement: Requirement, **other: Any) -> Requirement:
    """The requirement with this measure."""
    measure = {**LATENCY, **other}
    return change_requirement(
        requirement=requirement, measure=measure, by=requirement.evaluation.owner
    )
