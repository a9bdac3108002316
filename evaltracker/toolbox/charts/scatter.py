"""Amounts against shares, with whiskers and a limit."""

import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from evaltracker.toolbox.charts.lanes import (
    BAR,
    LETTERS,
    OUT,
    SMALL_KINDS,
    SMALL_LETTERS,
    Drawn,
    LaneLabel,
    Lanes,
    Tick,
    cut,
    per_cent,
    short,
    width_of,
)
from evaltracker.toolbox.text import SANS, SANS_BOLD

# Putting labels where they hide nothing: always the same for the same marks.

# For letters that the shipped faces lack; those of a machine, the image has the first.
SYSTEM = (
    Path("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
)
# No typeface has it.
NO_LETTER = "\U0010fffe"
ELSEWHERE = "(name in the text)"


def writable(
    text: str, *, bold: bool, others: Iterable[Path] = SYSTEM
) -> tuple[str, Path]:
    """The text and a typeface that has all of its letters.

    Where no typeface here has them, words that send the reader to the text, which
    names it: never a row of empty boxes.
    """
    shipped = SANS_BOLD if bold else SANS
    for face in (shipped, *others):
        if face.exists() and all(_has(face, letter) for letter in text):
            return text, face
    return ELSEWHERE, shipped


@lru_cache(maxsize=4096)
def _has(face: Path, letter: str) -> bool:
    if letter.isspace():
        return True
    font = _small(face)
    return bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))


@lru_cache(maxsize=8)
def _small(face: Path) -> Any:
    return ImageFont.truetype(face, 20)


# Left, right, upper and lower edge.
type Box = tuple[float, float, float, float]

# How high a label is, how near it comes to its mark, and how far it may go from it.
HEIGHT = 13.0
NEAR = 10.0
FAR = 130
STEP = 5
# Further than this, a line leads to it.
TOLD_APART = 16.0
# So much nearer a label is to its own mark than to others.
CLEAR = 5.0
# In so many parts the way of such a line is looked at.
WAY = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    x: float
    y: float
    width: float


@lru_cache(maxsize=64)
def place_labels(
    wanted: tuple[Wanted, ...],
    marks: tuple[Box, ...],
    lines: tuple[Box, ...],
    within: Box,
) -> tuple[Box | None, ...]:
    """A box for each label, the upper ones first; None where there is no room.

    None leaves `within` or meets a mark or another label. As far as there is room, none
    is nearer to another mark, and none lies on a thin line.
    """
    order = sorted(range(len(wanted)), key=lambda n: (wanted[n].y, wanted[n].x, n))
    placed: list[Box | None] = [None] * len(wanted)
    thin = list(lines)
    for number in order:
        mark = wanted[number]
        labels = [box for box in placed if box]
        others = [other for other in wanted if (other.x, other.y) != (mark.x, mark.y)]
        tries = [box for box in _around(mark) if _holds(within, box)]
        free = [box for box in tries if not meets(box, [*marks, *labels])]
        box = placed[number] = _best(mark, free, others, labels, thin)
        thin += _steps(mark, box) if box else []
    return tuple(placed)


def _best(
    mark: Wanted,
    free: Sequence[Box],
    others: Sequence[Wanted],
    labels: Sequence[Box],
    thin: Sequence[Box],
) -> Box | None:
    best = None
    fewest = 9
    for box in free:
        distance = away(mark, box)
        faults = (
            2 * any(meets(step, labels) for step in _steps(mark, box))
            + 2 * any(away(other, box) < distance + CLEAR for other in others)
            + meets(box, thin)
        )
        if faults < fewest:
            best = box
            fewest = faults
        if not faults:
            break
    return best


def away(mark: Wanted, box: Box) -> float:
    x, y = nearest(mark, box)
    return max(abs(x - mark.x), abs(y - mark.y))


def _steps(mark: Wanted, box: Box) -> list[Box]:
    x, y = nearest(mark, box)
    if not lead(mark, box):
        return []
    parts = [part / WAY for part in range(1, WAY)]
    places = [(mark.x + (x - mark.x) * at, mark.y + (y - mark.y) * at) for at in parts]
    return [(a - 1, a + 1, b - 1, b + 1) for a, b in places]


def meets(box: Box, others: Sequence[Box]) -> bool:
    left, right, upper, lower = box
    return any(
        a < right and left < b and c < lower and upper < d for a, b, c, d in others
    )


def nearest(mark: Wanted, box: Box) -> tuple[float, float]:
    return min(max(mark.x, box[0]), box[1]), min(max(mark.y, box[2]), box[3])


def lead(mark: Wanted, box: Box) -> str:
    """The way from a mark to a label that is not beside it; blank where it is."""
    x, y = nearest(mark, box)
    far = away(mark, box) > TOLD_APART
    if far:
        return f"M{mark.x} {mark.y}L{x:.1f} {y:.1f}"
    return ""


def _around(mark: Wanted) -> Iterator[Box]:
    """Places around a mark, the nearest first: right, left, above, below, corners."""
    half = HEIGHT / 2
    wide = mark.width
    for further in range(0, FAR, STEP):
        near = NEAR + further
        right = mark.x + near
        left = mark.x - near - wide
        middle = mark.x - wide / 2
        above = mark.y - near - HEIGHT
        level = mark.y - half
        below = mark.y + near
        for x, y in (
            *((right, level), (left, level), (middle, above), (middle, below)),
            *((right, above), (right, below), (left, above), (left, below)),
            *((mark.x, above), (mark.x - wide, above)),
            *((mark.x, below), (mark.x - wide, below)),
        ):
            yield round(x, 1), round(x + wide, 1), round(y, 1), round(y + HEIGHT, 1)


def _holds(within: Box, box: Box) -> bool:
    left, right, upper, lower = within
    return left <= box[0] and box[1] <= right and upper <= box[2] and box[3] <= lower


# Pixels a unit: at 84 mm across some 330 to the inch.
SCALE = 3
# Room for the title above, and between it and the lanes.
HEAD = 22
INK = "#16202a"
SOFT = "#5b6773"
GROUND = "#edf0f2"
BARS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "": {"bar": "#8794a0", "likely": "#b4bdc5", "high": "#d0d6db"},
        "lead": {"bar": "#0b7568", "likely": "#58a399", "high": "#9cc8c2"},
        "out": {"bar": "#8794a0"},
        "over": {"bar": "#b3261e", "likely": "#cb6a64", "high": "#e0a4a1"},
    }
)
LIMIT = "#b3261e"
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


@lru_cache(maxsize=8)
def _font(face: Path, size: float) -> Any:
    return ImageFont.truetype(face, round(size * SCALE))


def png_of(chart: Lanes) -> bytes:
    size = (chart.form.width * SCALE, round((chart.height + HEAD + 4) * SCALE))
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    _write(pen, LaneLabel(0, -HEAD + 12, chart.title, "title"), bold=True)
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
            colour = colours.get(bar.kind, colours["bar"])
            hollow = row.tone == "out"
            _box(pen, bar.x, row.y, bar.width, colour, hollow=hollow)
    for text in row.texts:
        leads = row.tone == "lead" and text.kind in ("name", "value", "note")
        _write(pen, text, bold=leads)


def _box(
    pen: Any, x: float, y: float, width: float, colour: str, *, hollow: bool = False
) -> None:
    if width > 0:
        edges = _pixels((x, y + HEAD, x + width, y + HEAD + BAR))
        fill = None if hollow else colour
        pen.rounded_rectangle(edges, 3 * SCALE, fill, outline=colour, width=SCALE)


def _hatch(pen: Any, x: float, width: float, y: float) -> None:
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


def _write(pen: Any, text: LaneLabel, *, bold: bool = False) -> None:
    if text.kind in SMALL_KINDS:
        size = SMALL_LETTERS
    else:
        size = LETTERS
    colour = LIMIT if text.kind == "limit" else SOFT
    if text.kind in ("name", "value", "title", "cell") or bold:
        colour = INK
    label, face = writable(text.words, bold=bold)
    pen.text(
        (text.x * SCALE, (text.y + HEAD) * SCALE),
        label,
        fill=colour,
        font=_font(face, size + (text.kind == "title")),
        anchor=ANCHORS[text.anchor],
    )


def _pixels(edges: tuple[float, ...]) -> list[int]:
    return [round(edge * SCALE) for edge in edges]


def scale(most: float) -> tuple[float, float]:
    """A round step and a round end at or above `most`, in three to six steps."""
    if most <= 0:
        return 1.0, 4.0
    unit = 10.0 ** (len(f"{most:.0f}") - 2)
    step = next(
        unit * factor
        for factor in (0.5, 1, 2, 2.5, 5, 10, 20)
        if unit * factor * 5 >= most
    )
    return step, step * max(1, -(-most // step))


LEFT = 40
RIGHT = 344
TOP = 28
BOTTOM = 228
# Where labels may stand, and how wide one may be.
WITHIN: Box = (LEFT + 2, 358, TOP - 4, BOTTOM - 1)
WIDEST = 170.0
# How wide a mark is with its edge or ring.
MARK = 16


@dataclass(frozen=True, slots=True)
class Point:
    """What is to be put into a scatter; low and high are the ends of its whisker."""

    name: str
    kind: str
    low: float
    likely: float
    high: float
    share: float
    whole: bool
    out: bool
    # A word that sets it apart, such as “first”; it is ringed.
    mark: str = ""


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point in its place, with its label beside it.

    `true_y` is where its share stands; `y` where it is drawn, apart from the others.
    `box` is where its label stands, None if there is no room; `lead` the way there.
    """

    point: Point
    x: float
    y: float
    low: float
    high: float
    label: str
    box: Box | None
    lead: str
    true_y: float

    @property
    def label_x(self) -> float:
        if self.box:
            return self.box[0]
        return self.x

    @property
    def label_y(self) -> float:
        if self.box:
            return self.box[3] - 3
        return self.y


@dataclass(frozen=True, slots=True)
class Scatter:
    """Amounts across, shares up; `limit` is where the budget stands, if it does."""

    title: str
    words: str
    dots: tuple[PlacedPoint, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    limit: Tick | None
    limit_anchor: str

    @property
    def unnamed(self) -> list[str]:
        return [dot.point.name for dot in self.dots if dot.box is None]


def draw_scatter(
    title: str, points: Sequence[Point], limit: float | None, currency: str
) -> Scatter:
    """Every point in its place. Amounts begin at nothing; shares begin where the
    points do, in steps of ten, and the axis says so."""
    step, end = scale(max([point.high for point in points] + [limit or 0]))
    floor, top = span([point.share for point in points])
    if limit is None:
        limit_at = None
        limit_tick = None
    else:
        limit_at = across(limit, end)
        limit_tick = Tick(limit_at, f"budget {short(limit)}")
    is_limit_right = limit_at is not None and limit_at > (LEFT + RIGHT) / 2
    return Scatter(
        title=title,
        words=". ".join(sentence(point, limit, currency) for point in points) + ".",
        dots=placed(points, end, floor, top, limit_at),
        across=tuple(
            Tick(across(step * number, end), short(step * number))
            for number in range(round(end / step) + 1)
        ),
        up=tuple(
            Tick(up(tenth / 10, floor, top), f"{tenth * 10}%")
            for tenth in range(round(floor * 10), round(top * 10) + 1)
        ),
        limit=limit_tick,
        limit_anchor="end" if is_limit_right else "start",
    )


def sentence(point: Point, limit: float | None, currency: str) -> str:
    least = "" if point.whole else "at least "
    if limit is not None and point.likely > limit:
        over = ", over the budget"
    else:
        over = ""
    if point.mark:
        name = f"{point.name} ({point.mark})"
    else:
        name = point.name
    return (
        f"{name}: {per_cent(point.share)} fit for {least}{point.likely:,.0f} "
        f"{currency}{over}"
    )


def placed(
    points: Sequence[Point], end: float, floor: float, top: float, limit: float | None
) -> tuple[PlacedPoint, ...]:
    """Points from the top, each label where it hides no mark and no other label."""
    true = [
        (across(point.likely, end), up(point.share, floor, top)) for point in points
    ]
    places = moved_apart(true)
    labels = [label_for(point) for point in points]
    wanted = [
        Wanted(x, y, width_of(label))
        for (x, y), label in zip(places, labels, strict=True)
    ]
    marks: list[Box] = [(x - 9, x + 9, y - 9, y + 9) for x, y in places]
    lines: list[Box] = [
        (across(point.low, end), across(point.high, end), y - 3, y + 3)
        for point, (_, y) in zip(points, places, strict=True)
    ]
    lines += [
        (x - 2, x + 2, min(y, true_y), max(y, true_y))
        for (x, y), (_, true_y) in zip(places, true, strict=True)
    ]
    if limit is not None:
        lines.append((limit - 2, limit + 2, TOP, BOTTOM))
    boxes = place_labels(tuple(wanted), tuple(marks), tuple(lines), WITHIN)
    dots = []
    for point, (x, y), (_, true_y), want, box, label in zip(
        points, places, true, wanted, boxes, labels, strict=True
    ):
        low = across(point.low, end)
        high = across(point.high, end)
        way = lead(want, box) if box else ""
        dots.append(PlacedPoint(point, x, y, low, high, label, box, way, true_y))
    return tuple(sorted(dots, key=lambda dot: (dot.y, dot.x)))


def label_for(point: Point) -> str:
    """Its name and what sets it apart: “Acme · first”."""
    if point.mark:
        tail = f" · {point.mark}"
    else:
        tail = OUT if point.out else ""
    return cut(point.name, WIDEST - width_of(tail)) + tail


def moved_apart(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The places, those that would cover an earlier one moved up or down beside it."""
    placed: list[tuple[float, float]] = []
    for x, y in places:
        steps = (step * side for step in range(16) for side in (1, -1))
        tries = (round(y + MARK * step, 1) for step in steps)
        placed.append((x, next((new for new in tries if fits(x, new, placed)), y)))
    return placed


def fits(x: float, y: float, kept: Sequence[tuple[float, float]]) -> bool:
    free_of_all = all(abs(x - a) >= MARK or abs(y - b) >= MARK for a, b in kept)
    return TOP <= y <= BOTTOM and free_of_all


def span(shares: Sequence[float]) -> tuple[float, float]:
    """Tenths around all shares, at least three of them, within 0 and 1."""
    low = math.floor(min(shares) * 10 + 1e-9)
    high = math.ceil(max(shares) * 10 - 1e-9)
    while high - low < 3:
        low, high = (low - 1, high) if low else (low, high + 1)
    return low / 10, high / 10


def across(amount: float, end: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * amount / end, 1)


def up(share: float, floor: float, top: float) -> float:
    """Where a share stands; the page's y goes down."""
    return round(BOTTOM - (BOTTOM - TOP) * (share - floor) / (top - floor), 1)
