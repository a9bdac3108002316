"""Which values of the brief's lists verdicts, and what they judge, speak of."""

from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.requirements.services.scopes import USES, Used
from trials.models import Criterion, Evidence, Excuse, ScriptItem
from vendors.list_uses import named_in

# By table: how a place is called, and where its candidate and its requirement stand.
PLACES: dict[Any, tuple[str, str, str]] = {
    Evidence: ("a verdict on", "claim__candidate__name", "claim__requirement__ref"),
    Criterion: ("a criterion of", "trial__candidate__name", "requirement__ref"),
    ScriptItem: ("a script item on", "demo__candidate__name", "requirement__ref"),
    Excuse: ("the excuse of", "candidate__name", "requirement__ref"),
}


@USES.add
def uses_in_verdicts(evaluation: Evaluation) -> Used:
    """Of verdicts, criteria, script items and excuses, whatever became of them."""
    return named_in(
        (f"{what} {ref} of {candidate}", named)
        for model, (what, *paths) in PLACES.items()
        for candidate, ref, named in model.objects.in_evaluation(
            evaluation
        ).values_list(*paths, "named_values")
    )
