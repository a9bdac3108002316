"""Total cost as the horizon or a quantity grows, and where it jumps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from fractions import Fraction

from evaltracker.enumerations import Pricing
from evaltracker.money import written
from vendors.costs import line_costs
from vendors.costs.kinds import LineState
from vendors.costs.lines import CostLineFacts, amounts_at
from vendors.costs.totals import TotalCost, is_percentage, more_by, share_of

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
        return next(
            (cliff for cliff in self.cliffs if cliff.above >= self.volume), None
        )


def curves(
    total: TotalCost, lines: Sequence[CostLineFacts], terms: line_costs.Terms
) -> tuple[Curve, ...]:
    """Draw a curve for every volume that a tiered price hangs on.

    Lines in the same unit and quantity grow together (a licence and its single
    sign-on, both for 25 users); all others stay as they are. Lines in a currency
    without a rate have no curve.
    """
    counted = [line for line in lines if _counts(line, terms)]
    rises = tuple(share_of(line.amounts[1]) for line in lines if is_percentage(line))
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
    terms: line_costs.Terms
    rises: tuple[Fraction, ...]


def _curve(total: TotalCost, moved: Sequence[CostLineFacts], how: Counting) -> Curve:
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
            cliffs.append(Cliff(at, before, after, _jumps(moved, at, how)))
    names = tuple(line.name for line in moved)
    return Curve(_unit(moved[0]), names, volume, tuple(points), tuple(cliffs))


def _likely(
    line: CostLineFacts, volume: Decimal, how: Counting, *, just_above: bool = False
) -> Decimal:
    terms = how.terms
    rate = line_costs.rate_of(line, terms.currency) or Fraction(0)
    paid = line_costs.payments(line, terms)
    paid += sum((more_by(line, rise, terms) for rise in how.rises), Fraction(0))
    price = amounts_at(
        line.amounts, line.pricing, line.tiers, Fraction(volume), just_above=just_above
    )
    return line_costs.cents(price[1] * paid * rate)


def _jumps(moved: Iterable[CostLineFacts], at: Decimal, how: Counting) -> str:
    parts = []
    for line in moved:
        before = _likely(line, at, how)
        after = _likely(line, at, how, just_above=True)
        if before != after:
            parts.append(f"{line.name} {written(before)} → {written(after)}")
    return ", ".join(parts)


def _counts(line: CostLineFacts, terms: line_costs.Terms) -> bool:
    priced = line.state == LineState.PRICED and not is_percentage(line)
    return priced and line_costs.rate_of(line, terms.currency) is not None


def _unit(line: CostLineFacts) -> str:
    return line.unit.strip().casefold()
