"""The comparison drawn: cost against fit, and the fit of every category."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evaltracker.evaluations.charts import (
    Bars,
    Point,
    Row,
    Scatter,
    bars,
    per_cent,
    scatter,
)
from evaltracker.workflow.memo.counting import count
from evaltracker.workflow.memo.text import KINDS, pursued
from trials.scoring.buy_in import fit_by_category

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaltracker.workflow.admin.comparison import Comparison, Option

# More than these nobody compares by eye; the table has all.
DRAWN = 12
OUT = "eliminated"


@dataclass(frozen=True, slots=True)
class ByCategory:
    """The fit of each category, drawn and as the rows of a table."""

    names: list[str]
    charts: list[Bars]
    rows: list[tuple[str, list[str]]]
    left_out: int


def drawn(memo: dict[str, Any], comparison: Comparison) -> list[Option]:
    """Whom the charts show: those whom the memo compares, else all that are still in.

    Whoever was tried and then eliminated is drawn too, and said to be out.
    """
    given = {one["id"]: one for one in memo["inputs"]["candidates"]}
    compared = [
        one
        for one in comparison.options
        if pursued(given[one.key], memo["results"][one.key])
    ]
    still = [one for one in comparison.options if one.state != OUT]
    return compared or still


def by_category(memo: dict[str, Any], options: Sequence[Option]) -> ByCategory:
    """Bars for every category in which somebody earned something."""
    inputs = memo["inputs"]
    category_of = {row["ref"]: row["category"] for row in inputs["requirements"]}
    given = {one["id"]: one for one in inputs["candidates"]}
    shown = options[:DRAWN]
    fits = {
        one.key: fit_by_category(count(given[one.key], inputs).fit.rows, category_of)
        for one in shown
    }
    charts, rows = [], []
    for name in [row["name"] for row in inputs["categories"]]:
        found = {key: fit.get(name) for key, fit in fits.items()}
        if not any(found.values()):
            continue
        drawn_rows = [
            Row(
                one.name,
                None if (share := found[one.key]) is None else float(share),
                strong=one.leads,
                out=one.state == OUT,
            )
            for one in shown
        ]
        charts.append(bars(name, drawn_rows))
        rows.append((name, [per_cent(one.share) for one in drawn_rows]))
    return ByCategory(
        [one.name for one in shown], charts, rows, len(options) - len(shown)
    )


def cost_against_fit(
    memo: dict[str, Any], options: Sequence[Option], currency: str
) -> Scatter | None:
    """Everybody of whom fit and a price are known; None if that is nobody.

    Only for readers to whom prices are open.
    """
    given = {one["id"]: one for one in memo["inputs"]["candidates"]}
    budget = memo["inputs"]["brief"]["budget"]
    points = [
        point(given[one.key], memo["results"][one.key])
        for one in options
        if one.cost and memo["results"][one.key]["fit"] is not None
    ]
    if not points:
        return None
    limit = None if budget is None else float(Decimal(budget))
    return scatter("Total cost against fit", points, limit, currency)


def point(one: dict[str, Any], result: dict[str, Any]) -> Point:
    """A candidate's place."""
    cost = result["cost"]
    return Point(
        name=one["name"],
        kind=one["kind"],
        low=float(cost["low"]),
        likely=float(cost["likely"]),
        high=float(cost["high"]),
        share=float(result["fit"]),
        whole=cost["known"] == cost["kinds"],
        out=one["state"] == OUT,
    )


def key_to(chart: Scatter) -> list[tuple[str, str]]:
    """What the marks that were drawn mean: a shape and its words."""
    points = [one.point for one in chart.dots]
    kinds = [(kind, KINDS[kind]) for kind in KINDS]
    key = [pair for pair in kinds if any(one.kind == pair[0] for one in points)]
    if not all(one.whole for one in points):
        said = "hollow: some kinds of cost are not known, so it costs at least this"
        key.append(("hollow", said))
    if any(one.out for one in points):
        key.append(("out", "dashed: eliminated"))
    return key
