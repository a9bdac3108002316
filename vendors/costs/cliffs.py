"""Where the total jumps as the volume grows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from fractions import Fraction

from evaltracker.money import written
from vendors.costs.kinds import Line, LineState
from vendors.costs.rises import is_percentage, likely_rises, more_by
from vendors.costs.terms import Terms, cents, payments, rate_of
from vendors.costs.tiers import Pricing, amounts_at
from vendors.costs.total import TotalCost

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cliff:
    """A volume above which the likely total is another one at once."""

    above: Decimal
    before: Decimal
    after: Decimal
    working: str

    @property
    def jump(self) -> Decimal:
        """Return by how much it jumps; below 0 where it falls."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Curve:
    """The likely total by volume: straight between its points, jumping where two
    points share a volume."""

    unit: str
    names: tuple[str, ...]
    volume: Decimal
    points: tuple[tuple[Decimal, Decimal], ...]
    cliffs: tuple[Cliff, ...]

    @property
    def next_cliff(self) -> Cliff | None:
        """Return the first cliff at or past the volume that is planned."""
        return next(
            (cliff for cliff in self.cliffs if cliff.above >= self.volume), None
        )


def curves(total: TotalCost, lines: Sequence[Line], terms: Terms) -> tuple[Curve, ...]:
    """Draw a curve for every volume that a tiered price hangs on.

    Lines in the same unit and quantity grow together (a licence and its single
    sign-on, both for 25 users); all others stay as they are. Lines in a currency
    without a rate have no curve.
    """
    counted = [line for line in lines if _counts(line, terms)]
    rises = likely_rises(lines)
    tiered = [line for line in counted if line.pricing != Pricing.PER_UNIT]
    volumes = dict.fromkeys((_unit(line), line.quantity) for line in tiered)
    return tuple(
        _curve(
            total,
            [
                line
                for line in counted
                if (_unit(line), line.quantity) == (unit, volume)
                and (unit or line.pricing != Pricing.PER_UNIT)
            ],
            Counting(terms, rises),
        )
        for unit, volume in volumes
    )


@dataclass(frozen=True, slots=True)
class Counting:
    """What every point of a curve is counted with: the terms, and likely rises."""

    terms: Terms
    rises: tuple[Fraction, ...]


def _curve(total: TotalCost, moved: Sequence[Line], how: Counting) -> Curve:
    volume = moved[0].quantity
    now = sum((_likely(line, volume, how) for line in moved), _ZERO)
    rest = total.likely - now
    thresholds = sorted({tier.above for line in moved for tier in line.tiers})
    end = (max(thresholds[-1], volume) * Decimal("1.25")).to_integral_value(ROUND_UP)
    points: list[tuple[Decimal, Decimal]] = []
    cliffs = []
    for at in sorted({_ZERO, volume, end, *thresholds}):
        before = rest + sum((_likely(line, at, how) for line in moved), _ZERO)
        after = rest + sum(
            (_likely(line, at, how, just_above=True) for line in moved), _ZERO
        )
        points.append((at, before))
        if after != before:
            points.append((at, after))
        if after != before and at:
            cliffs.append(Cliff(at, before, after, _words(moved, at, how)))
    names = tuple(line.name for line in moved)
    return Curve(_unit(moved[0]), names, volume, tuple(points), tuple(cliffs))


def _likely(
    line: Line, volume: Decimal, how: Counting, *, just_above: bool = False
) -> Decimal:
    terms = how.terms
    rate = rate_of(line, terms.currency) or Fraction(0)
    paid = payments(line, terms)
    paid += sum((more_by(line, rise, terms) for rise in how.rises), Fraction(0))
    price = amounts_at(
        line.amounts,
        line.pricing,
        line.tiers,
        Fraction(volume),
        just_above=just_above,
    )
    return cents(price[1] * paid * rate)


def _words(moved: Iterable[Line], at: Decimal, how: Counting) -> str:
    """Which lines jump there, and from what to what."""
    parts = []
    for line in moved:
        before = _likely(line, at, how)
        after = _likely(line, at, how, just_above=True)
        if before != after:
            parts.append(f"{line.name} {written(before)} → {written(after)}")
    return ", ".join(parts)


def _counts(line: Line, terms: Terms) -> bool:
    priced = line.state == LineState.PRICED and not is_percentage(line)
    return priced and rate_of(line, terms.currency) is not None


def _unit(line: Line) -> str:
    return line.unit.strip().casefold()
