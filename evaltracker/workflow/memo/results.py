"""The results of a memo as a pure function of its inputs, so that they can be replayed.

No database and no clock: everything comes from the JSON that `inputs` gathered.
"""

from collections.abc import Sequence
from typing import Any

from evaltracker.workflow.memo.cells import knows_lists
from evaltracker.workflow.memo.certainty import Draws, draw_all
from evaltracker.workflow.memo.costing import cost_results
from evaltracker.workflow.memo.counting import Counted, count, share_text
from evaltracker.workflow.memo.weighing import weigh
from trials import scoring

# Those whose memos this program counts again, each by its own rules.
FORMULAS = ("1", "2", scoring.FORMULA_VERSION)
# What explains a number; the number itself is what has to come out again.
WORDS = frozenset({"working", "opportunity_working", "total_working", "sentence"})


def compute_results(inputs: dict[str, Any], draws: Draws = draw_all) -> dict[str, Any]:
    """Fit, people's score, total, knock-outs, promises and cost per candidate id; and
    as `robustness` how far the first place rests on the agreed weights.

    Formula 1 knew no robustness; a memo that was counted with it is counted so.
    `draws` finds the draws of formula 3: counted here, unless somebody kept them.
    """
    counted = [count(candidate, inputs) for candidate in inputs["candidates"]]
    return results_of(inputs, counted, draws)


def results_of(
    inputs: dict[str, Any], counted: Sequence[Counted], draws: Draws = draw_all
) -> dict[str, Any]:
    """The same, of candidates that are counted already."""
    results = {
        option.candidate["id"]: candidate_results(option, inputs) for option in counted
    }
    if inputs["formula_version"] != "1":
        results["robustness"] = weigh(inputs, counted, draws)
    return results


def replay(memo: dict[str, Any]) -> list[str]:
    """What differs between the frozen results and the same inputs counted again.

    Empty if the decision holds. What the words say around a number may be put better
    since, and figures may have come beside those that were frozen; neither is a
    difference. A memo is counted with the formula that it was made with; one that this
    program does not know is said to be so.
    """
    inputs = memo["inputs"]
    if inputs["formula_version"] not in FORMULAS:
        return [
            f"the memo was counted with formula {inputs['formula_version']}, "
            f"this program knows {', '.join(FORMULAS)}"
        ]
    names = {candidate["id"]: candidate["name"] for candidate in inputs["candidates"]}
    names["robustness"] = "Robustness"
    again, frozen = compute_results(inputs), memo["results"]
    lost = [
        f"the candidate {key} is not in the inputs" for key in frozen.keys() - again
    ]
    for key, fields in again.items():
        if key not in frozen:
            lost.append(f"{names[key]} has no results")
            continue
        lost += differing(names[key], frozen[key], fields)
    return lost


def differing(where: str, frozen: Any, again: Any) -> list[str]:
    """A sentence for each frozen number that did not come out again, but for words.

    `where` is the way to it: “Acme ML, cost, likely”.
    """
    if isinstance(frozen, dict) and isinstance(again, dict):
        pairs = [(field, value, again.get(field)) for field, value in frozen.items()]
    elif isinstance(frozen, list) and isinstance(again, list):
        if len(frozen) != len(again):
            return [f"{where}: frozen {len(frozen)} lines, counted again {len(again)}"]
        pairs = [
            (named(value, place), value, other)
            for place, (value, other) in enumerate(zip(frozen, again, strict=True), 1)
        ]
    elif frozen != again:
        return [f"{where}: frozen {frozen!r}, counted again {again!r}"]
    else:
        return []
    return [
        sentence
        for field, pair, other in pairs
        if field not in WORDS
        for sentence in differing(f"{where}, {field}", pair, other)
    ]


def named(line: Any, place: int) -> str:
    """What a line of a list is called: its kind, else its number."""
    return (
        str(line["kind"]) if isinstance(line, dict) and "kind" in line else str(place)
    )


def candidate_results(counted: Counted, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the formulas say of one candidate."""
    fit = counted.fit
    return {
        "fit": share_text(fit.value),
        "fit_of_tested": share_text(fit.of_tested),
        "asked": fit.coverage.asked,
        "answered": fit.coverage.answered,
        "tested": fit.coverage.tested,
        **more_counts(counted, inputs),
        "people": share_text(counted.people.value),
        "total": share_text(counted.total.value),
        "total_working": counted.total.working,
        "knock_outs": counted.knock_outs,
        "standings": {row.key: str(row.standing) for row in fit.rows},
        "promises": promises(counted.promises),
        **cost_results(counted.candidate, inputs),
    }


def more_counts(counted: Counted, inputs: dict[str, Any]) -> dict[str, Any]:
    """What stands beside *tested* since demos are told apart from trials."""
    if not knows_lists(inputs):
        return {}
    coverage = counted.fit.coverage
    return {
        "shown": coverage.shown,
        "researched": coverage.researched,
        "promises_in_demos": promises(counted.promises.demos),
    }


def promises(record: scoring.SourceRecord) -> dict[str, Any]:
    """The promise record; counts stay hidden below five tested claims."""
    tally = record.overall
    if record.hidden:
        return {"tested": tally.tested, "hidden": True}
    return {
        "tested": tally.tested,
        "hidden": False,
        "held": tally.held,
        "partly": tally.partly,
        "failed": tally.failed,
    }
