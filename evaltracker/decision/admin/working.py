"""The sums behind one candidate's numbers, row by row."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from evaltracker.decision.admin.comparison import Comparison
from evaltracker.decision.memo.inputs import StandingMemo
from evaltracker.decision.memo.results import Counted, cost_results
from evaltracker.money import written
from evaltracker.toolbox import measures
from evaltracker.toolbox.charts import per_cent
from trials.scoring import TOP_SCORE, rounded

type Mark = Literal["", "gone", "new"]


NOT_COUNTED = {
    "not_applicable": "not applicable, left out",
    "not_scored": "weight 0, not scored",
}


@dataclass(frozen=True, slots=True)
class Row:
    ref: str
    text: str
    category: str
    weight: Decimal
    credit: str
    points: str
    why: str


@dataclass(frozen=True, slots=True)
class Working:
    """Every sum; people's and money's are blank while they are sealed."""

    rows: list[Row]
    points: str
    weight: Decimal
    fit: str
    tested: list[Row]
    people: list[dict[str, str]]
    people_sum: str
    total: str
    promises: list[dict[str, str]]
    better: tuple[str, ...]
    nevers: tuple[str, ...]
    slipped: tuple[str, ...]
    tally: Any
    cost: dict[str, Any] | None
    cost_rows: list[dict[str, str]]
    worth: list[str]


def working_of(standing: StandingMemo, key: str, comparison: Comparison) -> Working:
    inputs = standing.inputs
    counted = next(one for one in standing.counted if one.candidate["id"] == key)
    rows = fit_rows(counted, inputs)
    tried = {
        row.key for row in counted.fit.rows if row.tested and row.points is not None
    }
    # Counted again, for an older memo kept fewer words of it.
    result = cost_results(counted.candidate, inputs)
    people = comparison.people_open
    return Working(
        rows=rows,
        points=measures.written(counted.fit.points),
        weight=counted.fit.weight,
        fit=exact(counted.fit.value),
        tested=[row for row in rows if row.ref in tried],
        people=score_rows(counted) if people else [],
        people_sum=exact(counted.people.value) if people else "",
        total=counted.total.working if people else "",
        promises=promise_rows(counted),
        better=counted.promises.better_than_claimed,
        nevers=counted.promises.honest_nevers,
        slipped=counted.promises.slipped,
        tally=counted.promises.overall,
        cost=result["cost"] if comparison.prices_open else None,
        cost_rows=cost_rows(result["cost"]) if comparison.prices_open else [],
        worth=worth(result, inputs["brief"]["currency"])
        if comparison.prices_open
        else [],
    )


def fit_rows(counted: Counted, inputs: dict[str, Any]) -> list[Row]:
    asked = {row["ref"]: row for row in inputs["requirements"]}
    return [
        Row(
            ref=row.key,
            text=asked[row.key]["text"],
            category=asked[row.key]["category"],
            weight=row.weight,
            credit="–" if row.credit is None else measures.written(row.credit),
            points="–" if row.points is None else measures.written(row.points),
            why=NOT_COUNTED.get(row.state, row.working),
        )
        for row in counted.fit.rows
    ]


def score_rows(counted: Counted) -> list[dict[str, str]]:
    return [
        {
            "category": row.category,
            "weight": measures.written(row.weight),
            "score": "nobody scored it"
            if row.value is None
            else f"{written(rounded(row.value * TOP_SCORE, 2))} of {TOP_SCORE}",
            "points": "–"
            if row.value is None
            else measures.written(
                rounded(row.value * TOP_SCORE * Fraction(row.weight), 2)
            ),
        }
        for row in counted.people.rows
    ]


def promise_rows(counted: Counted) -> list[dict[str, str]]:
    """What was said to be there and what a test found; none below five."""
    if counted.promises.hidden:
        return []
    return [
        {
            "ref": row.key,
            "said": str(row.said).replace("_", " "),
            "found": f"{row.found.verdict} in the {row.found.source}",
        }
        for row in counted.promises.rows
    ]


def cost_rows(cost: dict[str, Any]) -> list[dict[str, str]]:
    return [
        row | {"likely": written(Decimal(row["likely"])) if row["likely"] else "–"}
        for row in cost["rows"]
    ]


def worth(result: dict[str, Any], currency: str) -> list[str]:
    said = [
        f"{what} {written(Decimal(found['amount']), currency)}: {found['working']}."
        for what, found in (
            ("Hours saved are worth", result["value"]),
            ("Opportunity cost until it is live is", result["opportunity"]),
        )
        if found
    ]
    return said or ["What the hours saved are worth has not been said."]


def exact(share: Fraction | None) -> str:
    if share is None:
        return "nothing to divide by"
    return f"{rounded(share, 3)}, {per_cent(float(share))}"
