"""What a quantity costs: by the unit, by tiers, or by the package.

A tier begins *above* a number of units; up to and including that number the one before
it holds. The line's own amounts are the first tier, which begins above 0.

A renewal rise may be a percentage of other lines; see `vendors.costs.rises`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evaltracker import measures
from evaltracker.money import written
from vendors.costs.money import read_decimal

MOST_TIERS = 20
type Money3 = tuple[Decimal, Decimal, Decimal]
type Exact3 = tuple[Fraction, Fraction, Fraction]
_NOTHING: Exact3 = (Fraction(0), Fraction(0), Fraction(0))


class Pricing(StrEnum):
    """How the quantity makes the price; ``label`` is what users read."""

    PER_UNIT = "per_unit"
    GRADUATED = "graduated"
    VOLUME = "volume"
    PACKAGE = "package"
    PERCENT = "percent"

    @property
    def label(self) -> str:
        """Return the words for a page."""
        return _LABELS[self]


_LABELS = {
    Pricing.PER_UNIT: "One price for every unit",
    Pricing.GRADUATED: "Graduated: each unit at the price of its own tier",
    Pricing.VOLUME: "Volume: all units at the price of the tier reached",
    Pricing.PACKAGE: "Package: one price for the whole tier",
    Pricing.PERCENT: "Per cent a year, on what is invoiced again",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """The amounts that hold above a number of units; see the module."""

    above: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal

    @property
    def amounts(self) -> Money3:
        """Return low, likely and high."""
        return self.low, self.likely, self.high


def contradiction(pricing: Pricing, tiers: Sequence[Tier]) -> str | None:
    """Return the sentence for tiers that make no sense, or None."""
    if pricing == Pricing.PER_UNIT:
        return "a price by the unit has no tiers." if tiers else None
    if pricing == Pricing.PERCENT:
        return "a percentage has no tiers." if tiers else None
    if not 1 <= len(tiers) <= MOST_TIERS:
        return f"tiers are 1 to {MOST_TIERS} after the first, not {len(tiers)}."
    last = Decimal(0)
    for tier in tiers:
        if not tier.above.is_finite() or tier.above <= last:
            return "each tier must begin above the one before it, the first above 0."
        last = tier.above
        if not all(amount.is_finite() and amount >= 0 for amount in tier.amounts):
            return "the amounts of a tier must be 0 or more."
        if not tier.low <= tier.likely <= tier.high:
            return "low, likely and high of a tier must be in that order."
    return None


def amounts_at(
    first: Money3,
    pricing: Pricing,
    tiers: Sequence[Tier],
    quantity: Fraction,
    *,
    just_above: bool = False,
) -> Exact3:
    """Return what `quantity` costs once: low, likely, high.

    - *per unit*: quantity × price.
    - *graduated*: each unit at the price of the tier that it falls in; without jumps.
    - *volume*: every unit at the price of the tier that the quantity reaches, so the
      sum jumps at each threshold, up or down.
    - *package*: the price of the tier is for all of it, however much is used; nothing
      bought costs nothing.

    `just_above` gives the limit from above, which differs at thresholds only.
    """
    steps = [(Fraction(0), first), *((Fraction(t.above), t.amounts) for t in tiers)]
    if pricing == Pricing.GRADUATED:
        return _graduated(steps, quantity)
    reached = first
    for above, amounts in steps:
        if above < quantity or (just_above and above == quantity):
            reached = amounts
    if pricing == Pricing.PACKAGE:
        if quantity == 0 and not just_above:
            return _NOTHING
        return _exact(reached)
    low, likely, high = _exact(reached)
    return low * quantity, likely * quantity, high * quantity


def tier_words(
    first: Money3, pricing: Pricing, tiers: Sequence[Tier], quantity: Decimal
) -> str:
    """How a tiered price came about, at its likely amounts: “100 × 10 + 50 × 8”."""
    steps = [(Decimal(0), first), *((tier.above, tier.amounts) for tier in tiers)]
    reached = max((step for step in steps if step[0] < quantity), default=steps[0])
    price = written(reached[1][1])
    where = f"tier above {written(reached[0])}" if reached[0] else "first tier"
    if pricing == Pricing.PACKAGE:
        return f"package of {price} for {written(quantity)} ({where})"
    if pricing == Pricing.VOLUME:
        return f"{written(quantity)} × {price} ({where})"
    parts = []
    for number, (above, amounts) in enumerate(steps):
        last = steps[number + 1][0] if number + 1 < len(steps) else quantity
        units = min(quantity, last) - above
        if units > 0:
            parts.append(f"{written(units)} × {written(amounts[1])}")
    return " + ".join(parts) or "0"


def read_tiers(text: str) -> tuple[Tier, ...]:
    """Read tiers as people type them, one a line: “100: 8” or “100: 7 / 8 / 9”.

    The number before the colon is the threshold, after it stands the likely amount,
    or low / likely / high. Anything else raises ``ValueError`` with the sentence.
    """
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        above, colon, prices = line.partition(":")
        given = prices.split("/")
        if not colon or len(given) not in (1, 3):
            raise ValueError(
                f"Tier line {number}: write it such as “100: 8”, or “100: 7 / 8 / 9” "
                "for low, likely and high above 100 units."
            )
        try:
            threshold, *amounts = (read_decimal(name) for name in (above, *given))
        except ValueError as error:
            raise ValueError(f"Tier line {number}: {error}") from None
        low, likely, high = amounts * 3 if len(amounts) == 1 else amounts
        found.append(Tier(threshold, low, likely, high))
    return tuple(found)


def stored_tier(tier: Tier) -> dict[str, str]:
    """Return a tier as it is stored, each number as plain text."""
    return {
        "above": measures.written(tier.above),
        "low": measures.written(tier.low),
        "likely": measures.written(tier.likely),
        "high": measures.written(tier.high),
    }


def write_tiers(tiers: Iterable[Tier]) -> str:
    """Write tiers the way `read_tiers` reads them."""
    return "\n".join(
        f"{measures.written(tier.above)}: {measures.written(tier.likely)}"
        if tier.low == tier.high
        else f"{measures.written(tier.above)}: "
        + " / ".join(measures.written(amount) for amount in tier.amounts)
        for tier in tiers
    )


def _graduated(steps: Sequence[tuple[Fraction, Money3]], quantity: Fraction) -> Exact3:
    low, likely, high = _NOTHING
    for number, (above, amounts) in enumerate(steps):
        last = steps[number + 1][0] if number + 1 < len(steps) else quantity
        units = max(Fraction(0), min(quantity, last) - above)
        of = _exact(amounts)
        low, likely, high = (
            low + units * of[0],
            likely + units * of[1],
            high + units * of[2],
        )
    return low, likely, high


def _exact(amounts: Money3) -> Exact3:
    low, likely, high = amounts
    return Fraction(low), Fraction(likely), Fraction(high)
