"""The comparison drawn: cost against fit, and the fit of every category."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.kit.charts import (
    Axis,
    Lane,
    Lanes,
    Point,
    Scatter,
    Span,
    lanes,
    per_cent,
    scatter,
)
from evaltracker.kit.text import listed
from evaltracker.workflow.admin.comparison import Comparison, Option
from evaltracker.workflow.memo.options import KINDS, pursued
from evaltracker.workflow.memo.standing import Fits

# More than these nobody compares by eye; the table has all.
DRAWN = 12
OUT = "eliminated"
NOT_TRIED = "eliminated before it was tried"
NOT_PURSUED = "considered and not pursued"


@dataclass(frozen=True, slots=True)
class ByCategory:
    """The fit of each category, drawn and as the rows of a table."""

    names: list[str]
    charts: list[Lanes]
    rows: list[tuple[str, list[str]]]
    left_out: int
    missing: list[str]


def drawn(memo: dict[str, Any], comparison: Comparison) -> list[Option]:
    """Whom the charts show: those whom the memo compares, else all that are still in.

    Whoever was tried and then eliminated is drawn too, and said to be out.
    """
    given = {candidate["id"]: candidate for candidate in memo["inputs"]["candidates"]}
    compared = [
        option
        for option in comparison.options
        if pursued(given[option.key], memo["results"][option.key])
    ]
    still = [option for option in comparison.options if option.state != OUT]
    return compared or still


def by_category(
    memo: dict[str, Any],
    fits: Fits,
    comparison: Comparison,
    options: Sequence[Option],
) -> ByCategory:
    """Bars for every category in which somebody earned something."""
    keys = {option.key for option in options}
    absent = [option.name for option in comparison.options if option.key not in keys]
    shown = options[:DRAWN]
    charts, rows = [], []
    for name in [row["name"] for row in memo["inputs"]["categories"]]:
        found = {option.key: fits[option.key].get(name) for option in shown}
        if not any(found.values()):
            continue
        shares = [
            None if (share := found[option.key]) is None else float(share)
            for option in shown
        ]
        drawn_lanes = [lane(*pair) for pair in zip(shown, shares, strict=True)]
        charts.append(lanes(name, drawn_lanes, Axis(1.0)))
        rows.append((name, [per_cent(share) for share in shares]))
    return ByCategory(
        [option.name for option in shown],
        charts,
        rows,
        len(options) - len(shown),
        absent,
    )


def lane(option: Option, share: float | None) -> Lane:
    """The fit of one candidate in a category; no bar where nothing applies."""
    return Lane(
        option.name,
        per_cent(share),
        spans=() if share is None else (Span(0, share),),
        tone="out" if option.state == OUT else "lead" if option.leads else "",
    )


def cost_against_fit(
    memo: dict[str, Any], options: Sequence[Option], currency: str
) -> Scatter | None:
    """Everybody of whom fit and a price are known; None if that is nobody.

    Only for readers to whom prices are open.
    """
    given = {candidate["id"]: candidate for candidate in memo["inputs"]["candidates"]}
    budget = memo["inputs"]["brief"]["budget"]
    points = [
        point(given[option.key], memo["results"][option.key], mark_of(option))
        for option in options
        if option.cost and memo["results"][option.key]["fit"] is not None
    ]
    if not points:
        return None
    limit = None if budget is None else float(Decimal(budget))
    return scatter("Total cost against fit", points, limit, currency)


def mark_of(option: Option) -> str:
    """What sets a candidate apart: it is chosen, or first."""
    return "chosen" if option.chosen else "first" if option.leads else ""


def not_drawn(
    memo: dict[str, Any], comparison: Comparison, options: Sequence[Option]
) -> list[str]:
    """Who is missing from the picture of cost and fit, by why."""
    drawn_keys = {option.key for option in options}
    found: dict[str, list[str]] = {}
    for option in comparison.options:
        if option.key not in drawn_keys:
            why = NOT_TRIED if option.state == OUT else NOT_PURSUED
        elif not option.cost:
            why = "no price is known"
        elif memo["results"][option.key]["fit"] is None:
            why = "nothing of it is scored"
        else:
            continue
        found.setdefault(why, []).append(option.name)
    return [f"{listed(names)} ({why})" for why, names in found.items()]


def point(row: dict[str, Any], result: dict[str, Any], mark: str = "") -> Point:
    cost = result["cost"]
    return Point(
        name=row["name"],
        kind=row["kind"],
        # Credits can bring a total below nothing, where the axis begins.
        low=max(float(cost["low"]), 0.0),
        likely=max(float(cost["likely"]), 0.0),
        high=max(float(cost["high"]), 0.0),
        share=float(result["fit"]),
        whole=cost["known"] == cost["kinds"],
        out=row["state"] == OUT,
        mark=mark,
    )


def key_to(chart: Scatter) -> list[tuple[str, str]]:
    """What the marks that were drawn mean: a shape and its words."""
    points = [dot.point for dot in chart.dots]
    kinds = [(kind, KINDS[kind]) for kind in KINDS]
    key = [pair for pair in kinds if any(point.kind == pair[0] for point in points)]
    marks = sorted({point.mark for point in points if point.mark})
    if marks:
        key.append(("ring", f"ringed: {' or '.join(marks)}"))
    if not all(point.whole for point in points):
        said = "hollow: some kinds of cost are not known, so it costs at least this"
        key.append(("hollow", said))
    if any(point.out for point in points):
        key.append(("out", "dashed: eliminated"))
    return key
