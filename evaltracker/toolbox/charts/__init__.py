"""Charts as geometry: what a template draws as SVG, with its words and its numbers.

Two kinds: `lanes`, one line for each thing (bars, ranges, dots), and `scatter`. Drawn
so narrow that on a phone a unit is about a pixel; `both` draws a wide form beside it.
No script, no other host; colours are the page's own, so that dark mode and print
follow. What colour says, shape or a word says too. Templates stand in
`evaltracker/templates/evaltracker/charts/`.
"""

from evaltracker.toolbox.charts.lanes import LANE_PARTS_NARROW as NARROW
from evaltracker.toolbox.charts.lanes import LANE_PARTS_WIDE as WIDE
from evaltracker.toolbox.charts.lanes import (
    SMALL,
    Axis,
    Lane,
    LaneMark,
    Lanes,
    Span,
    both,
    cut,
    draw_lanes,
    per_cent,
    short,
    width_of,
)
from evaltracker.toolbox.charts.scatter import (
    Point,
    Scatter,
    draw_scatter,
    png_of,
    scale,
)
