"""The total cost of each candidate as a bar, for readers to whom prices are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from evaltracker.kit.charts import Axis, Lane, Lanes, Span, both, scale, short
from evaltracker.kit.text import listed
from vendors.admin.cost_rows import CostColumn

# More bars than these nobody compares by eye; the table has all.
DRAWN = 15
NOT_STATED = "not stated"
# Of the axis: what is not stated is seen behind the dearest, too.
ROOM = 1.1


@dataclass(frozen=True, slots=True)
class CostBars:
    """The picture, what its parts mean, and what it leaves out."""

    charts: tuple[Lanes, ...]
    key: list[tuple[str, str]]
    left_out: str


def cost_bars(columns: Sequence[CostColumn], budget: Decimal | None) -> CostBars | None:
    """Bars from nothing to low, likely and high; None while no price is known."""
    priced = [column for column in columns if column.has_price]
    unpriced = [column for column in columns if not column.has_price]
    drawn = priced[:DRAWN]
    if not drawn:
        return None
    most = max(float(column.total.high) for column in drawn)
    step, end = scale(max(most, float(budget or 0)) * ROOM)
    ticks = [(step * number, short(step * number)) for number in range(9)]
    axis = Axis(
        end,
        ticks=tuple(tick for tick in ticks if tick[0] <= end),
        limit=None
        if budget is None
        else (float(budget), f"budget {short(float(budget))}"),
        heads=("likely",),
        rooms=(96,),
    )
    lanes = [_lane(column, end, budget) for column in drawn]
    said = [
        (f"Not drawn: {_names(priced[DRAWN:])}.", priced[DRAWN:]),
        (f"No price yet for {_names(unpriced)}.", unpriced),
    ]
    return CostBars(
        both("Total cost: low, likely, high", lanes, axis),
        _key([span.kind for lane in lanes for span in lane.spans]),
        " ".join(sentence for sentence, columns in said if columns),
    )


def _names(columns: Sequence[CostColumn]) -> str:
    return listed([str(column.candidate) for column in columns])


def _lane(column: CostColumn, end: float, budget: Decimal | None) -> Lane:
    name, total = str(column.candidate), column.total
    low, likely, high = (
        # Credits can bring a total below nothing, where no bar is drawn.
        max(float(amount), 0.0)
        for amount in (total.low, total.likely, total.high)
    )
    spans = [Span(0, low), Span(low, likely, "likely"), Span(likely, high, "high")]
    if not total.complete:
        spans.append(Span(high, end, "unknown"))
    coverage = total.coverage
    missing = coverage.total - coverage.known
    over = budget is not None and total.likely > budget
    notes = [
        "over the budget" if over else "",
        f"{missing} of {coverage.total} kinds {NOT_STATED}" if missing else "",
    ]
    return Lane(
        name,
        short(likely) if total.complete else f"{short(likely)} or more",
        spans=tuple(span for span in spans if span.end > span.start),
        note=" · ".join(filter(None, notes)),
        tone="over" if over else "",
    )


def _key(kinds: Sequence[str]) -> list[tuple[str, str]]:
    words = (
        ("bar", "up to the low estimate"),
        ("likely", "from low to likely"),
        ("high", "from likely to high"),
        ("unknown", "not stated: nobody knows how much"),
    )
    return [pair for pair in words if pair[0] in kinds]
