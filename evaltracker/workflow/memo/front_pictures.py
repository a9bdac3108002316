"""Two pictures for the memo's first page: how candidates stand, and what they cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evaltracker.kit.charts import SMALL, Axis, Lane, Lanes, Span, lanes, scale, short
from evaltracker.workflow.memo.markdown import amount, percent
from evaltracker.workflow.memo.options import pursued, rank

type Row = dict[str, Any]

# More than these nobody compares by eye; the table of all options has them.
DRAWN = 6
OUT = "eliminated"
# What is not stated is seen behind the dearest, too.
ROOM = 1.1


@dataclass(frozen=True, slots=True)
class Picture:
    """Lanes, and the same as a table: its heads and rows, and what is left out.

    `key` names it on a page.
    """

    key: str
    chart: Lanes
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    @property
    def title(self) -> str:
        """What the picture shows, as it is headed."""
        return self.chart.title


def pictures_of(inputs: Row, results: Row) -> tuple[Picture, ...]:
    """Both, of those whom the memo compares; none while nobody is compared."""
    compared = sorted(
        (row for row in inputs["candidates"] if pursued(row, results[row["id"]])),
        key=lambda row: (row["state"] == OUT, rank(results[row["id"]])),
    )
    found = (stand(inputs, results, compared), costs(inputs, results, compared))
    return tuple(picture for picture in found if picture)


def stand(inputs: Row, results: Row, compared: list[Row]) -> Picture | None:
    """A bar for each: its total, or while people's scores are sealed its fit."""
    if not compared:
        return None
    total = bool(inputs["consensus"])
    name = "total" if total else "fit"
    title = "How candidates stand: total" if total else "How candidates stand: fit"
    shown = compared[:DRAWN]
    lines = [
        Lane(
            row["name"],
            share(part := results[row["id"]][name]),
            spans=() if part is None else (Span(0, float(part)),),
            note=note(inputs, results, row),
            tone=tone(inputs, results, row),
        )
        for row in shown
    ]
    columns = ("fit", "people", "total") if total else ("fit",)
    head = ("Candidate", *map(str.capitalize, columns), "Where it stands")
    rows = tuple(
        (
            row["name"],
            *(share(results[row["id"]][each]) for each in columns),
            note(inputs, results, row) or "in the running",
        )
        for row in shown
    )
    chart = lanes(title, lines, Axis(1.0), SMALL)
    return Picture("stand", chart, head, rows, rest(compared))


def costs(inputs: Row, results: Row, compared: list[Row]) -> Picture | None:
    """Bars from nothing to low, likely and high; None while no price is known."""
    priced = [row for row in compared if results[row["id"]]["cost"]["known"]]
    if not priced:
        return None
    brief, shown = inputs["brief"], priced[:DRAWN]
    budget = float(brief["budget"]) if brief["budget"] else None
    most = max(float(results[row["id"]]["cost"]["high"]) for row in shown)
    step, end = scale(max(most, budget or 0) * ROOM)
    ticks = [(step * number, short(step * number)) for number in range(7)]
    axis = Axis(
        end,
        ticks=tuple(tick for tick in ticks if tick[0] <= end)[::2],
        limit=None if budget is None else (budget, f"budget {short(budget)}"),
        rooms=(92,),
    )
    lines = [cost_lane(inputs, results, row, end, budget) for row in shown]
    head = ("Candidate", "Low", "Likely", "High", "Not stated")
    rows = tuple(cost_row(row["name"], results[row["id"]]["cost"]) for row in shown)
    title = f"Cost over {brief['horizon_months']} months, {brief['currency']}"
    unpriced = [row["name"] for row in compared if row not in priced]
    left = f"No price is known of {', '.join(unpriced)}." if unpriced else ""
    said = " ".join(filter(None, (rest(priced), left)))
    return Picture("costs", lanes(title, lines, axis, SMALL), head, rows, said)


def cost_lane(
    inputs: Row, results: Row, row: Row, end: float, budget: float | None
) -> Lane:
    """One candidate's cost: solid to low, paler to likely and to high."""
    cost = results[row["id"]]["cost"]
    low, likely, high = (float(cost[each]) for each in ("low", "likely", "high"))
    spans = [Span(0, low), Span(low, likely, "likely"), Span(likely, high, "high")]
    whole = cost["known"] == cost["kinds"]
    if not whole:
        spans.append(Span(high, end, "unknown"))
    over = budget is not None and likely > budget
    marks = [
        note(inputs, results, row),
        "over the budget" if over else "",
        "" if whole else f"{cost['kinds'] - cost['known']} kinds not stated",
    ]
    return Lane(
        row["name"],
        short(likely) if whole else f"{short(likely)} or more",
        spans=tuple(span for span in spans if span.end > span.start),
        note=" · ".join(filter(None, marks)),
        tone=tone(inputs, results, row) or ("over" if over else ""),
    )


def cost_row(name: str, cost: Row) -> tuple[str, ...]:
    """The same in words."""
    left = cost["kinds"] - cost["known"]
    kinds = f"{left} of {cost['kinds']} kinds" if left else "nothing"
    return (name, *(amount(cost[each]) for each in ("low", "likely", "high")), kinds)


def note(inputs: Row, results: Row, row: Row) -> str:
    """What sets a candidate apart, in words."""
    if row["id"] == inputs["choice"]["candidate"]:
        return "chosen"
    if row["state"] == OUT:
        return "eliminated"
    return "knocked out" if results[row["id"]]["knock_outs"] else ""


def tone(inputs: Row, results: Row, row: Row) -> str:
    """How it is drawn: the choice stands out, and who is out steps back."""
    said = note(inputs, results, row)
    return "lead" if said == "chosen" else "out" if said else ""


def share(part: str | None) -> str:
    """“88%”: as short as the two numbers of certainty beside it."""
    return percent(part)


def rest(rows: Iterable[Row]) -> str:
    """Whom the picture leaves out."""
    names = [row["name"] for row in rows][DRAWN:]
    return f"Not drawn: {', '.join(names)}." if names else ""
