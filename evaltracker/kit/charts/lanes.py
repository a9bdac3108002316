"""Lanes: a name, a track with bars or dots on it, and words beside or below it.

One drawing has one form. A page that is read on desks and phones draws two, and the
style sheet shows the one that fits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evaltracker.kit.charts.labels import SMALL_LETTERS, cut, width_of
from evaltracker.kit.charts.lane_parts import (
    BAR,
    NARROW,
    SMALL,
    WIDE,
    Axis,
    Bar,
    Dot,
    Drawn,
    Form,
    Lane,
    Lanes,
    Mark,
    Span,
    Text,
    Tick,
)

ROW, LINE, GAP = 26, 15, 8
# A dot, one for many, how far apart dots of one place stand, and how many may.
DOT, BIG_DOT, DOT_STEP, FEW = 5.0, 8.5, 8.0, 4
BETWEEN, NOTHING = " · ", "–"


@dataclass(slots=True)
class _Pen:
    """Where lanes are drawn and what has been so far."""

    form: Form
    axis: Axis
    y: float = 0.0
    rows: list[Drawn] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    @property
    def right(self) -> float:
        taken = sum(room + GAP for room in self.axis.rooms) if self.form.left else 0
        return self.form.width - taken

    def across(self, amount: float) -> float:
        """Where an amount stands."""
        start, end = self.axis.start, self.axis.end
        share = min(max((amount - start) / (end - start), 0.0), 1.0)
        return round(self.form.left + (self.right - self.form.left) * share, 1)

    def columns(self) -> list[float]:
        """Where each column ends."""
        ends, at = [], self.right
        for room in self.axis.rooms:
            at += GAP + room
            ends.append(at)
        return ends

    def lane(self, lane: Lane) -> None:
        """Draw one and go below it."""
        if lane.heading:
            self.y += GAP
            self.texts.append(Text(0, self.y + 10, lane.heading, "heading"))
            self.y += LINE + 2
        place = self._beside if self.form.left else self._below
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

    def _beside(self, lane: Lane) -> tuple[float, list[Text], float]:
        line, room = self.y + 17, self.form.left - GAP
        texts = [Text(0, line, cut(lane.name, room), "name")]
        said = (lane.value, *lane.cells)
        columns = zip(self.columns(), self.axis.rooms, said, strict=False)
        for place, (at, wide, words) in enumerate(columns):
            kind = "cell" if place else "value"
            texts.append(Text(at, line, cut(words, wide) or NOTHING, kind, "end"))
        if not lane.note:
            return self.y + 7, texts, ROW
        note = cut(lane.note, self.form.width, SMALL_LETTERS)
        texts.append(Text(0, line + LINE - 1, note, "note"))
        return self.y + 7, texts, ROW + LINE

    def _below(self, lane: Lane) -> tuple[float, list[Text], float]:
        wide, line = self.form.width, self.y + 14
        value = cut(lane.value, wide / 2)
        room = wide - width_of(value) - GAP
        texts = [
            Text(0, line, cut(lane.name, room), "name"),
            Text(wide, line, value, "value", "end"),
        ]
        y = self.y + 20
        line = y + BAR + 2
        heads = self.axis.heads[1:]
        said = [
            f"{head.lower()} {words}"
            for head, words in zip(heads, lane.cells, strict=False)
            if words
        ]
        for words in wrapped(said, wide):
            line += LINE
            texts.append(Text(0, line, words, "cell"))
        if lane.note:
            line += LINE - 1
            note = cut(lane.note, wide, SMALL_LETTERS)
            texts.append(Text(0, line, note, "note"))
        return y, texts, line - self.y + 12

    def _bar(self, span: Span) -> Bar:
        left, right = self.across(span.start), self.across(span.end)
        return Bar(left, round(right - left, 1), span.kind)

    def _dots(self, mark: Mark) -> list[Dot]:
        """One dot for each of few, side by side; one with a number for many."""
        middle = self.across(mark.at)
        if mark.kind != "dot":
            return [Dot(middle, 0, mark.kind, "")]
        if mark.many > FEW:
            return [Dot(self._inside(middle, BIG_DOT), BIG_DOT, "dot", f"×{mark.many}")]
        middle = self._inside(middle, DOT + (mark.many - 1) * DOT_STEP / 2)
        first = middle - (mark.many - 1) * DOT_STEP / 2
        places = (round(first + DOT_STEP * number, 1) for number in range(mark.many))
        return [Dot(place, DOT, "dot", "") for place in places]

    def _inside(self, middle: float, half: float) -> float:
        """The same place, moved so that nothing of it leaves the track."""
        return min(max(middle, self.form.left + half), self.right - half)


def lanes(title: str, given: Sequence[Lane], axis: Axis, form: Form = SMALL) -> Lanes:
    """The lanes in the order given."""
    pen = _Pen(form, axis)
    if form.left and any(axis.heads):
        pen.y = LINE + 4
        pen.texts += [
            Text(at, 10, head, "head", "end")
            for at, head in zip(pen.columns(), axis.heads, strict=True)
            if head
        ]
    limit = None
    if axis.limit:
        at = pen.across(axis.limit[0])
        limit = Tick(at, axis.limit[1])
        pen.texts.append(_within(Text(at, pen.y + 10, axis.limit[1], "limit"), pen))
        pen.y += LINE + 2
    top = pen.y
    for lane in given:
        pen.lane(lane)
    bottom = pen.y
    ticks = tuple(Tick(pen.across(at), label) for at, label in axis.ticks)
    for tick in ticks:
        text = Text(tick.at, bottom + 11, tick.label, "tick", "middle")
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
    return lanes(title, given, axis, WIDE), lanes(title, given, axis, NARROW)


def wrapped(pieces: Sequence[str], room: float) -> list[str]:
    """Pieces in as few lines as have room for them, none broken in two."""
    lines: list[str] = []
    for piece in pieces:
        longer = f"{lines[-1]}{BETWEEN}{piece}" if lines else piece
        if lines and width_of(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(cut(piece, room))
    return lines


def _within(text: Text, pen: _Pen) -> Text:
    """The same words about their place, moved so that they stay over the tracks."""
    wide = text.box[1] - text.box[0]
    left = text.x - wide / 2
    left = max(min(left, pen.form.width - wide), 0.0)
    return Text(round(left, 1), text.y, text.words, text.kind)
