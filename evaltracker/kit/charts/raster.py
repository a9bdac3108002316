"""Lanes as a PNG, for files that take no SVG: the same geometry, the same words."""

import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from evaltracker.kit.charts.labels import LETTERS, SMALL_LETTERS
from evaltracker.kit.charts.lane_parts import BAR, SMALL_KINDS, Drawn, Lanes, Text
from evaltracker.kit.charts.letters import writable

# Pixels a unit: at 84 mm across some 330 to the inch.
SCALE = 3
# Room for the title above, and between it and the lanes.
HEAD = 22
INK, SOFT, GROUND = "#16202a", "#5b6773", "#edf0f2"
BARS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "": {"bar": "#8794a0", "likely": "#b4bdc5", "high": "#d0d6db"},
        "lead": {"bar": "#0b7568", "likely": "#58a399", "high": "#9cc8c2"},
        "out": {"bar": "#ccd3d8", "likely": "#dde2e6", "high": "#e6eaed"},
        "over": {"bar": "#b3261e", "likely": "#cb6a64", "high": "#e0a4a1"},
    }
)
LIMIT = "#b3261e"
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


@lru_cache(maxsize=8)
def _font(face: Path, size: float) -> Any:
    return ImageFont.truetype(face, round(size * SCALE))


def png_of(chart: Lanes) -> bytes:
    """The lanes under their title, on white."""
    size = (chart.form.width * SCALE, round((chart.height + HEAD + 4) * SCALE))
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    _write(pen, Text(0, -HEAD + 12, chart.title, "title"), bold=True)
    for row in chart.rows:
        _lane(pen, chart, row)
    if chart.limit:
        _line(pen, chart.limit.at, chart.top, chart.bottom, LIMIT, 1.5)
    for text in chart.texts:
        _write(pen, text)
    content = io.BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()


def _lane(pen: Any, chart: Lanes, row: Drawn) -> None:
    _box(pen, chart.left, row.y, chart.track, GROUND)
    colours = BARS.get(row.tone, BARS[""])
    for bar in row.bars:
        if bar.kind == "unknown":
            _hatch(pen, bar.x, bar.width, row.y)
        else:
            _box(pen, bar.x, row.y, bar.width, colours.get(bar.kind, colours["bar"]))
    for text in row.texts:
        leads = row.tone == "lead" and text.kind in ("name", "value", "note")
        _write(pen, text, bold=leads)


def _box(pen: Any, x: float, y: float, width: float, colour: str) -> None:
    if width > 0:
        edges = (x, y + HEAD, x + width, y + HEAD + BAR)
        pen.rounded_rectangle(_pixels(edges), 3 * SCALE, fill=colour)


def _hatch(pen: Any, x: float, width: float, y: float) -> None:
    """Strokes from the lower left to the upper right."""
    for step in range(0, int(width), 6):
        end = min(x + step + BAR, x + width)
        rise = end - (x + step)
        edges = (x + step, y + HEAD + BAR, end, y + HEAD + BAR - rise)
        pen.line(_pixels(edges), fill=BARS[""]["likely"], width=SCALE)


def _line(
    pen: Any, x: float, top: float, bottom: float, colour: str, width: float
) -> None:
    edges = _pixels((x, top + HEAD, x, bottom + HEAD))
    pen.line(edges, fill=colour, width=round(width * SCALE))


def _write(pen: Any, text: Text, *, bold: bool = False) -> None:
    size = SMALL_LETTERS if text.kind in SMALL_KINDS else LETTERS
    colour = LIMIT if text.kind == "limit" else SOFT
    if text.kind in ("name", "value", "title", "cell") or bold:
        colour = INK
    words, face = writable(text.words, bold=bold)
    pen.text(
        (text.x * SCALE, (text.y + HEAD) * SCALE),
        words,
        fill=colour,
        font=_font(face, size + (text.kind == "title")),
        anchor=ANCHORS[text.anchor],
    )


def _pixels(edges: tuple[float, ...]) -> list[int]:
    return [round(edge * SCALE) for edge in edges]
