"""A curve of costs as a drawing: numbers and words only, the template escapes them."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from evaltracker.money import written
from vendors.costs import Curve

WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 120, 28, 30, 236
TICKS = 4
# Closer than this, two words under the axis would run into each other.
APART = 90


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on an axis with its words."""

    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that the template places."""

    line: str
    jumps: str
    amounts: list[Mark]
    volumes: list[Mark]
    planned: Mark
    budget: Mark | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = BOTTOM


def draw(curve: Curve, budget: Decimal | None) -> Drawing:
    """Draw a curve from nothing up, its jumps apart; the budget if it is near."""
    highest = max(amount for _, amount in curve.points)
    if budget is not None and budget <= 2 * highest:
        highest = max(highest, budget)
    else:
        budget = None
    step = _step(highest)
    last = curve.points[-1][0]
    steps = max(1, int((highest / step).to_integral_value(ROUND_CEILING)))
    ceiling = step * steps

    def across(volume: Decimal) -> int:
        return round(LEFT + (WIDTH - RIGHT - LEFT) * volume / last)

    def down(amount: Decimal) -> int:
        return round(BOTTOM - (BOTTOM - TOP) * amount / ceiling)

    line: list[str] = []
    jumps: list[str] = []
    before: tuple[Decimal, str] | None = None
    for volume, amount in curve.points:
        here = f"{across(volume)} {down(amount)}"
        if before is not None and before[0] == volume:
            jumps.append(f"M{before[1]} L{here}")
            line.append(f"M{here}")
        else:
            line.append(f"{'L' if line else 'M'}{here}")
        before = (volume, here)
    return Drawing(
        line=" ".join(line),
        jumps=" ".join(jumps),
        amounts=[
            Mark(down(step * number), written(step * number))
            for number in range(steps + 1)
        ],
        volumes=_spread([Mark(across(it), written(it)) for it in _volumes(curve)]),
        planned=Mark(across(curve.volume), written(curve.volume)),
        budget=None if budget is None else Mark(down(budget), written(budget)),
    )


def _volumes(curve: Curve) -> list[Decimal]:
    """The volumes under the axis: the thresholds, and where it begins and ends."""
    return list(dict.fromkeys(volume for volume, _ in curve.points))


def _spread(marks: list[Mark]) -> list[Mark]:
    """Those with room; the table beside the drawing names all."""
    kept: list[Mark] = []
    for mark in marks:
        if not kept or mark.at - kept[-1].at >= APART:
            kept.append(mark)
    return kept


def _step(highest: Decimal) -> Decimal:
    """A round step that reaches `highest` in about four."""
    if highest <= 0:
        return Decimal(1)
    rough = highest / TICKS
    unit = Decimal(10) ** rough.adjusted()
    return next(unit * it for it in (1, 2, 5, 10) if unit * it >= rough)
