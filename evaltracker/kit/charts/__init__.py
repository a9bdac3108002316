"""Charts as geometry: what a template draws as SVG, with its words and its numbers.

Drawn 360 units wide, so that on a phone a unit is about a pixel and text can be read.
No script, no other host; colours are the page's own, so that dark mode and print
follow. What colour says, shape or a word says too. Templates stand in
`evaltracker/templates/evaltracker/charts/`.
"""

from evaltracker.kit.charts.bars import Bars, Row, bars
from evaltracker.kit.charts.labels import label_of, per_cent, short
from evaltracker.kit.charts.scatter import Dot, Point, Scatter, scatter

__all__ = [
    "Bars",
    "Dot",
    "Point",
    "Row",
    "Scatter",
    "bars",
    "label_of",
    "per_cent",
    "scatter",
    "short",
]
