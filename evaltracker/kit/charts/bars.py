"""Horizontal bars of shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaltracker.kit.charts.labels import label_of, per_cent

# A row of bars: its height, and where the bar begins and may end.
ROW, BAR_LEFT, BAR_RIGHT = 24, 146, 316


@dataclass(frozen=True, slots=True)
class Row:
    """What is to be drawn as a bar; `strong` stands out, `out` is out of the choice."""

    name: str
    share: float | None
    strong: bool = False
    out: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label and value; `width` is None where there is no value."""

    label: str
    value: str
    y: int
    width: float | None
    strong: bool


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of shares, 0 to 1, under one title."""

    title: str
    words: str
    height: int
    bars: tuple[Bar, ...]


def bars(title: str, rows: Sequence[Row]) -> Bars:
    """Horizontal bars in the order given."""
    said = ", ".join(f"{row.name} {per_cent(row.share)}" for row in rows)
    return Bars(
        title=title,
        words=f"{title}: {said}.",
        height=ROW * len(rows),
        bars=tuple(
            Bar(
                label=label_of(row.name, out=row.out),
                value=per_cent(row.share),
                y=ROW * place,
                width=None
                if row.share is None
                else round((BAR_RIGHT - BAR_LEFT) * row.share, 1),
                strong=row.strong,
            )
            for place, row in enumerate(rows)
        ),
    )
