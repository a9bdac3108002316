"""One candidate counted from the JSON of a memo, every sum with its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from evaltracker.workflow.memo.cells import cell_states
from trials import scoring

PLACES = 4
# What the cells of a candidate of a memo's inputs come to.
type States = Callable[
    [dict[str, Any], dict[str, Any]], Mapping[str, scoring.CellState]
]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the formulas make of one candidate; `knock_outs` are refs."""

    candidate: dict[str, Any]
    cells: Mapping[str, scoring.CellState]
    fit: scoring.Fit
    people: scoring.PeopleScore
    total: scoring.Total
    knock_outs: list[str]
    promises: scoring.PromiseRecord


def count(item: dict[str, Any], inputs: dict[str, Any]) -> Counted:
    """Count one of the candidates of `inputs`, on the day that they name."""
    asked = [requirement_facts(row) for row in inputs["requirements"]]
    cells = cell_states(item, inputs)
    return count_known(
        item,
        inputs,
        cells,
        fit=scoring.fit({row.key: row.weight for row in asked}, cells),
        knock_outs=[row.key for row in scoring.knock_outs(asked, cells)],
        promises=scoring.promise_record(asked, cells),
    )


def count_known(
    item: dict[str, Any],
    inputs: dict[str, Any],
    cells: Mapping[str, scoring.CellState],
    *,
    fit: scoring.Fit,
    knock_outs: list[str],
    promises: scoring.PromiseRecord,
) -> Counted:
    """The same where it is known what the cells come to."""
    people = scoring.people_score(score_facts(item), category_weights(inputs))
    share = Decimal(inputs["brief"]["evidence_share"])
    return Counted(
        candidate=item,
        cells=cells,
        fit=fit,
        people=people,
        total=scoring.total(fit.value, people.value, share),
        knock_outs=knock_outs,
        promises=promises,
    )


def category_weights(inputs: dict[str, Any]) -> dict[str, Decimal]:
    """What each category weighs when people's scores are added up."""
    return {row["name"]: Decimal(row["weight"] or 0) for row in inputs["categories"]}


def requirement_facts(row: dict[str, Any]) -> scoring.RequirementFacts:
    """A requirement read back from JSON; its key is the ref."""
    return scoring.RequirementFacts(
        key=row["ref"],
        category=row["category"],
        weight=Decimal(row["weight"]),
        priority=scoring.Priority(row["priority"]),
    )


def score_facts(score_fact: dict[str, Any]) -> list[scoring.ScoreFacts]:
    """Everybody's scores; once the consensus is open, what it made of them.

    Memos from before there were settlements say nothing of them and count as then.
    """
    given = [
        scoring.ScoreFacts(row["category__name"], row["value"])
        for row in score_fact["scores"]
    ]
    settled = score_fact.get("settled")
    if settled is None:
        return given
    return scoring.agreed_scores(
        given, {row["category__name"]: Decimal(row["value"]) for row in settled}
    )


def share_text(share: Fraction | None) -> str | None:
    """A share as a decimal with four places, halves up; None stays None."""
    return None if share is None else str(scoring.rounded(share, PLACES))
