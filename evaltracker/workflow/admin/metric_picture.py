"""How far each metric has come from where it was to its target, as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaltracker.kit.charts import Axis, Lane, Lanes, Mark, Span, both
from evaltracker.kit.text import listed
from evaltracker.workflow.selectors.metric_values import MetricRow

# What is past its target is seen, too.
END = 1.25


@dataclass(frozen=True, slots=True)
class MetricPicture:
    """The picture, and what it leaves out."""

    charts: tuple[Lanes, ...]
    left_out: str


def metric_picture(rows: Sequence[MetricRow]) -> MetricPicture | None:
    """A bar to the latest value of each metric that can be drawn; None without one."""
    lanes, left_out = [], []
    for row in rows:
        lane = lane_of(row)
        if lane is not None:
            lanes.append(lane)
        elif row.given:
            left_out.append(f"“{row.metric}”")
    if not lanes:
        return None
    axis = Axis(
        END,
        ticks=((0.0, "before"), (1.0, "target")),
        heads=("latest",),
        rooms=(96,),
    )
    title = "How far each metric has come from before to its target"
    said = f"Not drawn, as its values are no numbers of one unit: {listed(left_out)}."
    return MetricPicture(both(title, lanes, axis), said if left_out else "")


def lane_of(row: MetricRow) -> Lane | None:
    """Its way so far: a bar to the latest value, a stroke for each before."""
    ways = [
        (place.value.value, place.check.months, way)
        for place in row.places
        if place.value is not None and (way := row.way(place.value.value)) is not None
    ]
    if not ways:
        return None
    value, _, latest = ways[-1]
    words = [f"{each} after {months} months" for each, months, _ in ways]
    metric = row.metric
    return Lane(
        metric.name,
        value,
        spans=(Span(0.0, max(latest, 0.0)),) if latest > 0 else (),
        marks=tuple(Mark(way, kind="stroke") for _, _, way in ways[:-1]),
        note=f"{metric.baseline} before, {metric.target} wanted; {listed(words)}",
        tone="lead" if latest >= 1 else "",
    )
