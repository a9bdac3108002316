"""The memo of an evaluation as it stands, counted once for each of its versions."""

import datetime
from fractions import Fraction
from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.memo.as_of import planned_dates
from evaltracker.workflow.memo.brief_answers import AnsweredBrief, answered_briefs
from evaltracker.workflow.memo.counting import count
from evaltracker.workflow.memo.inputs import gather_inputs
from evaltracker.workflow.memo.kept_draws import last_draws
from evaltracker.workflow.memo.results import compute_results
from evaltracker.workflow.models import Decision, KeptDraws
from trials.scoring.buy_in import fit_by_category
from trials.selectors.counted import counted_once

type Fits = dict[str, dict[str, Fraction]]


def standing_memo(evaluation: Evaluation) -> dict[str, Any]:
    """Inputs and results: frozen with the decision, or as they stand with the last
    draws that were kept; those come later, and are no part of the version."""
    drawn = KeptDraws.objects.filter(evaluation=evaluation)
    key = drawn.values_list("digest", "entries").first()
    return counted_once(evaluation, f"memo with draws {key}", _memo)


def standing_fits(evaluation: Evaluation) -> Fits:
    """The fit of every category by candidate in that memo."""
    return counted_once(
        evaluation,
        "fit by category",
        lambda evaluation: fits_of(standing_memo(evaluation)["inputs"]),
    )


def standing_dates(evaluation: Evaluation) -> list[tuple[datetime.date, int]]:
    """The dates ahead that something in that memo rests on, with how much."""
    return counted_once(
        evaluation,
        "planned dates",
        lambda evaluation: planned_dates(standing_memo(evaluation)["inputs"]),
    )


def standing_briefs(evaluation: Evaluation, *, prices: bool) -> list[AnsweredBrief]:
    """What every finalist in that memo answers to the brief; without `prices` what it
    costs is sealed."""
    return counted_once(
        evaluation,
        f"brief answered {'with' if prices else 'without'} prices",
        lambda evaluation: answered_briefs(standing_memo(evaluation), prices=prices),
    )


def fits_of(inputs: dict[str, Any]) -> Fits:
    """The fit of every category by candidate, of inputs that may be of another day."""
    category_of = {row["ref"]: row["category"] for row in inputs["requirements"]}
    return {
        candidate["id"]: fit_by_category(count(candidate, inputs).fit.rows, category_of)
        for candidate in inputs["candidates"]
    }


def _memo(evaluation: Evaluation) -> dict[str, Any]:
    decision = Decision.objects.filter(evaluation=evaluation).first()
    if decision is not None and decision.decided_at is not None:
        return {key: decision.memo[key] for key in ("inputs", "results")}
    inputs = gather_inputs(evaluation)
    results = compute_results(inputs, last_draws(evaluation))
    return {"inputs": inputs, "results": results}
