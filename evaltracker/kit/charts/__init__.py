"""Charts as geometry: what a template draws as SVG, with its words and its numbers.

Two kinds: `lanes`, one line for each thing (bars, ranges, dots), and `scatter`. Drawn
so narrow that on a phone a unit is about a pixel; `both` draws a wide form beside it.
No script, no other host; colours are the page's own, so that dark mode and print
follow. What colour says, shape or a word says too. Templates stand in
`evaltracker/templates/evaltracker/charts/`.
"""

from evaltracker.kit.charts.labels import cut, per_cent, short, width_of
from evaltracker.kit.charts.lane_parts import (
    NARROW,
    SMALL,
    WIDE,
    Axis,
    Lane,
    Lanes,
    Mark,
    Span,
)
from evaltracker.kit.charts.lanes import both, lanes
from evaltracker.kit.charts.scales import scale
from evaltracker.kit.charts.scatter import Dot, Point, Scatter, scatter

__all__ = [
    "NARROW",
    "SMALL",
    "WIDE",
    "Axis",
    "Dot",
    "Lane",
    "Lanes",
    "Mark",
    "Point",
    "Scatter",
    "Span",
    "both",
    "cut",
    "lanes",
    "per_cent",
    "scale",
    "scatter",
    "short",
    "width_of",
]
