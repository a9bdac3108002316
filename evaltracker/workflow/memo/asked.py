"""What a memo freezes of what was asked: lists of the brief, and requirements."""

from typing import Any

from evaltracker.evaluations.models import Evaluation
from trials.selectors import Ledger
from vendors.selectors.demands import lists_of


def lists_inputs(evaluation: Evaluation) -> dict[str, list[str]]:
    """The lists of the brief that have values which nobody retired."""
    return {name: values for name, values in lists_of(evaluation).items() if values}


def requirement_inputs(book: Ledger) -> list[dict[str, Any]]:
    """What was asked, in which lists it must hold, which metric it was to move."""
    moved = {
        key: (metric or "", excuse)
        for key, metric, excuse in book.evaluation.requirements.values_list(
            "pk", "metric__name", "metric_excuse"
        )
    }
    return [
        {
            "ref": row.ref,
            "category": row.category,
            "text": row.text,
            "priority": row.priority,
            "weight": row.weight,
            "metric": moved[row.pk][0],
            "metric_excuse": moved[row.pk][1],
            "lists": list(dict.fromkeys(value.list_name for value in row.demanded)),
        }
        for row in book.rows
    ]
