"""Amounts against shares, with whiskers and a limit."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaltracker.kit.charts.labels import label_of, per_cent, short

# Left, right, upper and lower edge.
type Box = tuple[float, float, float, float]

LEFT, RIGHT, TOP, BOTTOM = 40, 350, 28, 228
# How wide a letter is, about.
LETTER = 6.2
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
class Dot:
    """A point in its place, with its label beside it.

    `true_y` is where its share stands; `y` where it is drawn, apart from the others.
    """

    point: Point
    x: float
    y: float
    low: float
    high: float
    label: str
    label_x: float
    label_y: float
    true_y: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid and what it says."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scatter:
    """Amounts across, shares up; `limit` is where the budget stands, if it does."""

    title: str
    words: str
    dots: tuple[Dot, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    limit: Tick | None
    limit_anchor: str


def scatter(
    title: str, points: Sequence[Point], limit: float | None, currency: str
) -> Scatter:
    """Every point in its place. Amounts begin at nothing; shares begin where the
    points do, in steps of ten, and the axis says so."""
    step, end = scale(max([point.high for point in points] + [limit or 0]))
    floor, top = span([point.share for point in points])
    where = None if limit is None else across(limit, end)
    return Scatter(
        title=title,
        words=". ".join(sentence(point, limit, currency) for point in points) + ".",
        dots=placed(points, end, floor, top),
        across=tuple(
            Tick(across(step * number, end), short(step * number))
            for number in range(round(end / step) + 1)
        ),
        up=tuple(
            Tick(up(tenth / 10, floor, top), f"{tenth * 10} %")
            for tenth in range(round(floor * 10), round(top * 10) + 1)
        ),
        limit=None if where is None else Tick(where, f"budget {short(limit or 0)}"),
        limit_anchor="end" if where and where > (LEFT + RIGHT) / 2 else "start",
    )


def sentence(point: Point, limit: float | None, currency: str) -> str:
    """A point in words."""
    least = "" if point.whole else "at least "
    over = ", over the budget" if limit is not None and point.likely > limit else ""
    name = f"{point.name} ({point.mark})" if point.mark else point.name
    return (
        f"{name}: {per_cent(point.share)} fit for {least}{point.likely:,.0f} "
        f"{currency}{over}"
    )


def placed(
    points: Sequence[Point], end: float, floor: float, top: float
) -> tuple[Dot, ...]:
    """Points from the top, each label where it hides no mark and no other label."""
    true = [
        (across(point.likely, end), up(point.share, floor, top)) for point in points
    ]
    places = moved_apart(true)
    taken: list[Box] = [(x - 7, x + 7, y - 7, y + 7) for x, y in places]
    taken += [
        (across(point.low, end), across(point.high, end), y - 1, y + 1)
        for point, (_, y) in zip(points, places, strict=True)
    ]
    dots = []
    for point, (x, y), (_, true_y) in sorted(
        zip(points, places, true, strict=True), key=lambda row: (row[1][1], row[1][0])
    ):
        label = label_of(point.name, out=point.out)
        half = len(label) * LETTER / 2
        middle = round(min(max(x, LEFT + half), RIGHT - half), 1)
        line = round(next(free(middle, half, y, taken)), 1)
        taken.append((middle - half, middle + half, line - 9, line + 3))
        low, high = across(point.low, end), across(point.high, end)
        dots.append(Dot(point, x, y, low, high, label, middle, line, true_y))
    return tuple(dots)


def moved_apart(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The places, those that would cover an earlier one moved up or down beside it."""
    kept: list[tuple[float, float]] = []
    for x, y in places:
        steps = (step * side for step in range(16) for side in (1, -1))
        tries = (round(y + MARK * step, 1) for step in steps)
        kept.append((x, next((new for new in tries if fits(x, new, kept)), y)))
    return kept


def fits(x: float, y: float, kept: Sequence[tuple[float, float]]) -> bool:
    """Whether a mark there is within the plot and covers none of those."""
    free_of_all = all(abs(x - a) >= MARK or abs(y - b) >= MARK for a, b in kept)
    return TOP <= y <= BOTTOM and free_of_all


def free(middle: float, half: float, y: float, taken: Sequence[Box]) -> Iterator[float]:
    """Base lines for a label, the nearest to its mark first, that hide nothing."""
    for away in range(0, 120, 4):
        for line in (y - 10 - away, y + 18 + away):
            hides = any(
                left < middle + half
                and middle - half < right
                and upper < line + 3
                and line - 9 < lower
                for left, right, upper, lower in taken
            )
            if not hides and TOP - 8 <= line <= BOTTOM - 2:
                yield line
    yield y - 10


def span(shares: Sequence[float]) -> tuple[float, float]:
    """Tenths around all shares, at least three of them, within 0 and 1."""
    low = math.floor(min(shares) * 10 + 1e-9)
    high = math.ceil(max(shares) * 10 - 1e-9)
    while high - low < 3:
        low, high = (low - 1, high) if low else (low, high + 1)
    return low / 10, high / 10


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


def across(amount: float, end: float) -> float:
    """Where an amount stands."""
    return round(LEFT + (RIGHT - LEFT) * amount / end, 1)


def up(share: float, floor: float, top: float) -> float:
    """Where a share stands; the page's y goes down."""
    return round(BOTTOM - (BOTTOM - TOP) * (share - floor) / (top - floor), 1)
