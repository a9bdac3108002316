"""People's scores as dots on a line for each category, a drawing for each candidate."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evaltracker.evaluations.models import Category
from evaltracker.kit.charts import Axis, Lane, Lanes, Mark, Span, lanes
from evaltracker.kit.text import listed_few
from trials.admin.given import Given
from trials.scoring import TOP_SCORE

# Room for dots beside the worst and the best score.
EDGE = 0.5
AXIS = Axis(
    TOP_SCORE + EDGE,
    start=-EDGE,
    ticks=tuple((float(value), str(value)) for value in range(TOP_SCORE + 1)),
    heads=("median",),
    rooms=(40,),
)


@dataclass(frozen=True, slots=True)
class ScoreDots:
    """The drawings, what stands far apart in them, and what they leave out."""

    charts: list[Lanes]
    far_apart: list[str]
    left_out: list[str]


def score_dots(rows: Sequence[tuple[Category, list[Given]]]) -> ScoreDots | None:
    """The scores that the reader may see; None if there are none."""
    if not any(cell.scores for _, cells in rows for cell in cells):
        return None
    drawings: dict[str, list[Lane]] = {}
    far_apart, unscored, aside = [], [], False
    for category, cells in rows:
        for cell in cells:
            where = f"{category} of {cell.name}"
            aside = aside or bool(cell.aside)
            if not cell.scores:
                unscored.append(where)
                continue
            drawings.setdefault(cell.name, []).append(_lane(str(category), cell))
            if cell.to_settle:
                far_apart.append(where)
    charts = [
        lanes(cell.name, drawings[cell.name], AXIS)
        for cell in rows[0][1]
        if cell.name in drawings
    ]
    left_out = [f"Not scored yet: {listed_few(unscored)}."] if unscored else []
    if aside:
        left_out.append(
            "Scores that do not count for a conflict of interest are not drawn."
        )
    return ScoreDots(charts, far_apart, left_out)


def _lane(name: str, cell: Given) -> Lane:
    values = Counter(score.value for score in cell.scores)
    middle = cell.spread.median if cell.settled is None else cell.settled.value
    settled = "" if cell.settled is None else f"settled at {float(middle or 0):g}"
    wide = cell.spread.is_wide
    apart = f"far apart, {min(values)} to {max(values)}" if wide else ""
    return Lane(
        name,
        cell.median,
        spans=(Span(min(values), max(values), "range"),),
        marks=(
            *((Mark(float(middle or 0), kind="middle"),) if len(values) > 1 else ()),
            *(Mark(value, many) for value, many in sorted(values.items())),
        ),
        note=", ".join(filter(None, (apart, settled))),
        tone="warn" if cell.to_settle else "",
    )
