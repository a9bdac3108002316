"""Lanes: a name, a track with bars or dots on it, and words beside or below it.

One drawing has one form. A page that is read on desks and phones draws two, and the
style sheet shows the one that fits.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

OUT = " (out)"
# The size of letters, in units; smaller ones stand under a name.
LETTERS = 11.0
SMALL_LETTERS = 9.5
# Widths of letters as parts of their size; what is in neither takes most letters' room.
NARROW = 0.36
MOST = 0.58
BROAD = 0.72
WHOLE = 1.0
SLIM = frozenset("fijlrtI.,:;'’|!()[] ·-")
WIDE = frozenset("mwMW@%—…&")


@lru_cache(maxsize=4096)
def width_of(text: str, size: float = LETTERS) -> float:
    """How wide a text is at most, about; its font is the reader's own."""
    return round(sum(map(_part, text)) * size, 1)


def cut(text: str, room: float, size: float = LETTERS) -> str:
    """As much of a text as has room; the whole one stands in the table."""
    if width_of(text, size) <= room:
        return text
    start = text
    while start and width_of(start + "…", size) > room:
        start = start[:-1]
    return f"{start.rstrip()}…"


def per_cent(share: float | None) -> str:
    """“62%”, or a dash where there is nothing to divide by."""
    if share is None:
        return "–"
    return f"{share * 100:.0f}%"


def short(amount: float) -> str:
    """“250k”, “1.5M”: for an axis, where there is no room."""
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"{amount / size:.4g}{letter}"
    return f"{amount:.4g}"


def _part(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return WHOLE
    if letter in WIDE:
        return WHOLE
    if letter in SLIM:
        return NARROW
    return BROAD if letter.isupper() else MOST


# How high a bar is.
BAR = 12
SMALL_KINDS = frozenset({"note", "head", "heading", "tick"})


@dataclass(frozen=True, slots=True)
class Form:
    """How wide it is drawn, and where tracks begin: at 0 each is below its name."""

    name: str
    width: int
    left: int


LANE_PARTS_WIDE = Form("wide", 760, 176)
SMALL = Form("small", 360, 146)
LANE_PARTS_NARROW = Form("narrow", 340, 0)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a track: `bar`, `likely`, `high`, `range` or `unknown` (hatched)."""

    start: float
    end: float
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class LaneMark:
    """A dot on a track for one or for many, or with another kind a stroke."""

    at: float
    many: int = 1
    kind: str = "dot"


@dataclass(frozen=True, slots=True)
class Lane:
    """What is to be drawn as one lane; `tone` is blank or a class of the style
    sheet: `lead`, `over`, `warn` or `out`. `heading` stands above it, and those after.
    """

    name: str
    value: str
    spans: tuple[Span, ...] = ()
    marks: tuple[LaneMark, ...] = ()
    cells: tuple[str, ...] = ()
    note: str = ""
    tone: str = ""
    heading: str = ""

    @property
    def words(self) -> str:
        rest = ", ".join(filter(None, (self.value, *self.cells, self.note)))
        return f"{self.name}: {rest}"


@dataclass(frozen=True, slots=True)
class LaneLabel:
    """Words in their place; `kind` is a class of the style sheet."""

    x: float
    y: float
    words: str
    kind: str
    anchor: str = "start"

    @property
    def box(self) -> tuple[float, float, float, float]:
        small = self.kind in SMALL_KINDS
        size = SMALL_LETTERS if small else LETTERS
        wide = width_of(self.words, size)
        left = self.x - {"start": 0.0, "middle": wide / 2, "end": wide}[self.anchor]
        return left, left + wide, self.y - size * 0.8, self.y + size * 0.2


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    kind: str


@dataclass(frozen=True, slots=True)
class LaneDot:
    """A mark in its place; `label` says for how many it stands, if for many."""

    x: float
    radius: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """One lane in its place: `y` is the upper edge of its track."""

    tone: str
    y: float
    bars: tuple[Bar, ...]
    dots: tuple[LaneDot, ...]
    texts: tuple[LaneLabel, ...]

    @property
    def middle(self) -> float:
        return self.y + BAR / 2

    @property
    def above(self) -> float:
        return self.y - 3

    @property
    def below(self) -> float:
        return self.y + BAR + 3


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Lanes:
    title: str
    words: str
    form: Form
    height: float
    left: float
    right: float
    top: float
    bottom: float
    rows: tuple[Drawn, ...]
    texts: tuple[LaneLabel, ...]
    grid: tuple[Tick, ...]
    limit: Tick | None

    @property
    def track(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Axis:
    """From `start` to `end`; ticks by amount, and a limit if there is one.

    `heads` stand over the columns; `rooms` says how wide each column is, the first of
    them the value's.
    """

    end: float
    start: float = 0.0
    ticks: tuple[tuple[float, str], ...] = ()
    limit: tuple[float, str] | None = None
    heads: tuple[str, ...] = ("",)
    rooms: tuple[int, ...] = (44,)


ROW = 26
LINE = 15
GAP = 8
# A dot, one for many, how far apart dots of one place stand, and how many may.
DOT = 5.0
BIG_DOT = 8.5
DOT_STEP = 8.0
FEW = 4
BETWEEN = " · "
NOTHING = "–"


@dataclass(slots=True)
class _Pen:
    form: Form
    axis: Axis
    y: float = 0.0
    rows: list[Drawn] = field(default_factory=list)
    texts: list[LaneLabel] = field(default_factory=list)

    @property
    def right(self) -> float:
        if self.form.left:
            taken = sum(room + GAP for room in self.axis.rooms)
        else:
            taken = 0
        return self.form.width - taken

    def across(self, amount: float) -> float:
        start = self.axis.start
        end = self.axis.end
        share = min(max((amount - start) / (end - start), 0.0), 1.0)
        return round(self.form.left + (self.right - self.form.left) * share, 1)

    def columns(self) -> list[float]:
        ends = []
        at = self.right
        for room in self.axis.rooms:
            at += GAP + room
            ends.append(at)
        return ends

    def lane(self, lane: Lane) -> None:
        if lane.heading:
            self.y += GAP
            self.texts.append(LaneLabel(0, self.y + 10, lane.heading, "heading"))
            self.y += LINE + 2
        if self.form.left:
            place = self._name_beside
        else:
            place = self._name_above
        y, texts, height = place(lane)
        self.rows.append(
            Drawn(
                lane.tone,
                y,
                tuple(self._bar(span) for span in lane.spans),
                tuple(dot for mark in lane.marks for dot in self._dots(mark)),
                tuple(texts),
            )
        )
        self.y += height

    def _name_beside(self, lane: Lane) -> tuple[float, list[LaneLabel], float]:
        line = self.y + 17
        room = self.form.left - GAP
        texts = [LaneLabel(0, line, cut(lane.name, room), "name")]
        cells = (lane.value, *lane.cells)
        columns = zip(self.columns(), self.axis.rooms, cells, strict=False)
        for place, (at, wide, cell) in enumerate(columns):
            kind = "cell" if place else "value"
            texts.append(LaneLabel(at, line, cut(cell, wide) or NOTHING, kind, "end"))
        if not lane.note:
            return self.y + 7, texts, ROW
        note = cut(lane.note, self.form.width, SMALL_LETTERS)
        texts.append(LaneLabel(0, line + LINE - 1, note, "note"))
        return self.y + 7, texts, ROW + LINE

    def _name_above(self, lane: Lane) -> tuple[float, list[LaneLabel], float]:
        wide = self.form.width
        line = self.y + 14
        value = cut(lane.value, wide / 2)
        room = wide - width_of(value) - GAP
        texts = [
            LaneLabel(0, line, cut(lane.name, room), "name"),
            LaneLabel(wide, line, value, "value", "end"),
        ]
        y = self.y + 20
        line = y + BAR + 2
        heads = self.axis.heads[1:]
        cells = [
            f"{head.lower()} {cell}"
            for head, cell in zip(heads, lane.cells, strict=False)
            if cell
        ]
        for row in wrapped(cells, wide):
            line += LINE
            texts.append(LaneLabel(0, line, row, "cell"))
        if lane.note:
            line += LINE - 1
            note = cut(lane.note, wide, SMALL_LETTERS)
            texts.append(LaneLabel(0, line, note, "note"))
        return y, texts, line - self.y + 12

    def _bar(self, span: Span) -> Bar:
        left = self.across(span.start)
        right = self.across(span.end)
        return Bar(left, round(right - left, 1), span.kind)

    def _dots(self, mark: LaneMark) -> list[LaneDot]:
        """One dot for each of few, side by side; one with a number for many."""
        middle = self.across(mark.at)
        if mark.kind != "dot":
            return [LaneDot(middle, 0, mark.kind, "")]
        if mark.many > FEW:
            return [
                LaneDot(self._inside(middle, BIG_DOT), BIG_DOT, "dot", f"×{mark.many}")
            ]
        middle = self._inside(middle, DOT + (mark.many - 1) * DOT_STEP / 2)
        first = middle - (mark.many - 1) * DOT_STEP / 2
        places = (round(first + DOT_STEP * number, 1) for number in range(mark.many))
        return [LaneDot(place, DOT, "dot", "") for place in places]

    def _inside(self, middle: float, half: float) -> float:
        """The same place, moved so that nothing of it leaves the track."""
        return min(max(middle, self.form.left + half), self.right - half)


def draw_lanes(
    title: str, given: Sequence[Lane], axis: Axis, form: Form = SMALL
) -> Lanes:
    pen = _Pen(form, axis)
    if form.left and any(axis.heads):
        pen.y = LINE + 4
        pen.texts += [
            LaneLabel(at, 10, head, "head", "end")
            for at, head in zip(pen.columns(), axis.heads, strict=True)
            if head
        ]
    limit = None
    if axis.limit:
        at = pen.across(axis.limit[0])
        limit = Tick(at, axis.limit[1])
        pen.texts.append(
            _within(LaneLabel(at, pen.y + 10, axis.limit[1], "limit"), pen)
        )
        pen.y += LINE + 2
    top = pen.y
    for lane in given:
        pen.lane(lane)
    bottom = pen.y
    ticks = tuple(Tick(pen.across(at), label) for at, label in axis.ticks)
    for tick in ticks:
        text = LaneLabel(tick.at, bottom + 11, tick.label, "tick", "middle")
        pen.texts.append(_within(text, pen))
    return Lanes(
        title=title,
        words=f"{title}: {'; '.join(lane.words for lane in given)}.",
        form=form,
        height=bottom + (LINE if ticks else 2),
        left=form.left,
        right=pen.right,
        top=top,
        bottom=bottom,
        rows=tuple(pen.rows),
        texts=tuple(pen.texts),
        grid=ticks,
        limit=limit,
    )


def both(title: str, given: Sequence[Lane], axis: Axis) -> tuple[Lanes, Lanes]:
    """For desks and for phones; one of them is shown."""
    return draw_lanes(title, given, axis, LANE_PARTS_WIDE), draw_lanes(
        title, given, axis, LANE_PARTS_NARROW
    )


def wrapped(pieces: Sequence[str], room: float) -> list[str]:
    """Pieces in as few lines as have room for them, none broken in two."""
    lines: list[str] = []
    for piece in pieces:
        if lines:
            longer = f"{lines[-1]}{BETWEEN}{piece}"
        else:
            longer = piece
        if lines and width_of(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(cut(piece, room))
    return lines


def _within(text: LaneLabel, pen: _Pen) -> LaneLabel:
    """The same words about their place, moved so that they stay over the tracks."""
    wide = text.box[1] - text.box[0]
    left = text.x - wide / 2
    left = max(min(left, pen.form.width - wide), 0.0)
    return LaneLabel(round(left, 1), text.y, text.words, text.kind)
