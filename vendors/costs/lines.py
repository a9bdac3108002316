"""What a quantity costs: by the unit, by tiers, or by the package.

A tier begins *above* a number of units; up to and including that number the one before
it holds. The line's own amounts are the first tier, which begins above 0.

A renewal rise may be a percentage of other lines; see `vendors.costs.totals`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.errors import gettext as _
from evaltracker.money import written
from evaltracker.rows.cells import read_local, typed
from evaltracker.toolbox import measures
from vendors.costs.kinds import RISE, CostKind, LineState

_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")


def read_decimal(text: str) -> Decimal:
    """Read a plain ASCII decimal: digits, at most one point, no sign, no exponent.

    Anything else raises ``ValueError`` with the sentence for the person.
    """
    if not _PLAIN.fullmatch(text.strip(" ")):
        sentence = _(
            "“%(text)s” is not a plain number. Write digits and at most one point, "
            "such as 1234.50."
        )
        raise ValueError(sentence % {"text": text[:40]})
    return Decimal(text.strip(" "))


def check_shares(shares: Iterable[Decimal]) -> None:
    amounts = tuple(shares)
    if any(not share.is_finite() or share <= 0 for share in amounts):
        raise ValueError("Every payment share must be above 0%.")
    total = sum(amounts, Decimal(0))
    if total != 100:
        raise ValueError(f"The payment shares sum to {total}%, not to 100%.")


MOST_TIERS = 20
type Money3 = tuple[Decimal, Decimal, Decimal]
type Exact3 = tuple[Fraction, Fraction, Fraction]
_NOTHING: Exact3 = (Fraction(0), Fraction(0), Fraction(0))


class Labelled(StrEnum):
    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


@dataclass(frozen=True, slots=True)
class Tier:
    """The amounts that hold above a number of units; see the module."""

    above: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal

    @property
    def amounts(self) -> Money3:
        return self.low, self.likely, self.high


def contradiction(pricing: Pricing, tiers: Sequence[Tier]) -> str | None:
    if pricing == Pricing.PER_UNIT:
        if tiers:
            return _("a price by the unit has no tiers.")
        return None
    if pricing == Pricing.PERCENT:
        if tiers:
            return _("a percentage has no tiers.")
        return None
    return _tier_contradiction(tiers)


def _tier_contradiction(tiers: Sequence[Tier]) -> str | None:
    if not 1 <= len(tiers) <= MOST_TIERS:
        sentence = _("tiers are 1 to %(most)s after the first, not %(count)s.")
        return sentence % {"most": MOST_TIERS, "count": len(tiers)}
    last = Decimal(0)
    for tier in tiers:
        if not tier.above.is_finite() or tier.above <= last:
            return _("each tier must begin above the one before it, the first above 0.")
        last = tier.above
        if not all(amount.is_finite() and amount >= 0 for amount in tier.amounts):
            return _("the amounts of a tier must be 0 or more.")
        if not tier.low <= tier.likely <= tier.high:
            return _("low, likely and high of a tier must be in that order.")
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
    if reached[0]:
        tier_name = f"tier above {written(reached[0])}"
    else:
        tier_name = "first tier"
    if pricing == Pricing.PACKAGE:
        return f"package of {price} for {written(quantity)} ({tier_name})"
    if pricing == Pricing.VOLUME:
        return f"{written(quantity)} × {price} ({tier_name})"
    parts = []
    for number, (above, amounts) in enumerate(steps):
        if number + 1 < len(steps):
            last = steps[number + 1][0]
        else:
            last = quantity
        units = min(quantity, last) - above
        if units > 0:
            parts.append(f"{written(units)} × {written(amounts[1])}")
    return " + ".join(parts) or "0"


def read_tiers(text: str, currency: str = "") -> tuple[Tier, ...]:
    """Read tiers as people type them, one a line: “100: 8” or “100: 7 / 8 / 9”.

    The number before the colon is the threshold, after it stands the likely amount,
    or low / likely / high. Anything else raises ``ValueError`` with the sentence.
    """
    tiers = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        above, colon, prices = line.partition(":")
        parts = prices.split("/")
        if not colon or len(parts) not in (1, 3):
            sentence = _(
                "Tier line %(line)s: write “100: 8” above 100 units, or “100: 7 / 8 / "
                "9” for low, likely, high."
            )
            raise ValueError(sentence % {"line": number})
        read = [read_local(part, "price", currency) for part in parts]
        read = [read_local(above, "number"), *read]
        numbers = [cell.value for cell in read if cell.value is not None]
        if len(numbers) < len(read):
            cells = zip((above, *parts), read, strict=True)
            wrong = next(part for part, cell in cells if cell.value is None)
            sentence = _(
                "Tier line %(line)s: “%(text)s” is no number of one meaning. Write it "
                "as 1200.50."
            )
            raise ValueError(sentence % {"line": number, "text": wrong.strip()[:40]})
        low, likely, high = numbers[1:] * (3 // len(parts))
        tiers.append(Tier(numbers[0], low, likely, high))
    return tuple(tiers)


def stored_tier(tier: Tier) -> dict[str, str]:
    names = ("above", "low", "likely", "high")
    return {name: measures.written(getattr(tier, name)) for name in names}


def write_tiers(tiers: Iterable[Tier]) -> str:
    return "\n".join(
        f"{typed(tier.above)}: "
        + " / ".join(map(typed, tier.amounts if tier.low < tier.high else (tier.low,)))
        for tier in tiers
    )


def _graduated(steps: Sequence[tuple[Fraction, Money3]], quantity: Fraction) -> Exact3:
    low, likely, high = _NOTHING
    for number, (above, amounts) in enumerate(steps):
        if number + 1 < len(steps):
            last = steps[number + 1][0]
        else:
            last = quantity
        units = max(Fraction(0), min(quantity, last) - above)
        of = _exact(amounts)
        low = low + units * of[0]
        likely = likely + units * of[1]
        high = high + units * of[2]
    return low, likely, high


def _exact(amounts: Money3) -> Exact3:
    low, likely, high = amounts
    return Fraction(low), Fraction(likely), Fraction(high)


_TOO_MUCH = Decimal(10) ** 15
MOST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class CostLineFacts:
    """One cost line. Only a *priced* one carries money.

    ``low``, ``likely`` and ``high`` are for one unit; ``quantity`` is how many.
    With tiers they are those of the first (see ``vendors.costs.lines``).
    A renewal rise may be per cent a year instead (see ``vendors.costs.totals``).
    ``rate_to_base`` turns the currency into the base currency: base = amount *
    rate; ``rate_source`` says whose rate of what date that is. A line that
    contradicts itself is refused with a sentence.
    """

    kind: CostKind
    state: LineState = LineState.UNSAID
    low: Decimal | None = None
    likely: Decimal | None = None
    high: Decimal | None = None
    currency: str | None = None
    recurrence: Recurrence = Recurrence.ONCE
    quantity: Decimal = Decimal(1)
    rate_to_base: Decimal | None = None
    note: str = ""
    label: str = ""
    unit: str = ""
    pricing: Pricing = Pricing.PER_UNIT
    tiers: tuple[Tier, ...] = ()
    rate_source: str = ""

    def __post_init__(self) -> None:
        problem = _contradiction(self)
        if problem:
            raise ValueError(f"{self.kind.title}: {problem}")

    @property
    def amounts(self) -> tuple[Decimal, Decimal, Decimal]:
        if self.low is None or self.likely is None or self.high is None:
            raise ValueError(f"The line for {self.kind.name} has no price.")
        return self.low, self.likely, self.high

    @property
    def name(self) -> str:
        if self.label:
            return f"{self.kind.name} ({self.label})"
        return self.kind.name


def _contradiction(line: CostLineFacts) -> str | None:
    bounds = (line.low, line.likely, line.high)
    if line.state != LineState.PRICED:
        return _unpriced_contradiction(line, bounds)
    amounts = [amount for amount in bounds if amount is not None]
    if len(amounts) < 3:
        return "a priced line needs a low, a likely and a high amount."
    problem = _no_amounts(amounts, line.tiers)
    if problem:
        return problem
    if not line.currency:
        return "a price needs its currency."
    if not line.quantity.is_finite() or line.quantity < 0:
        return "the quantity must be 0 or more."
    rate = line.rate_to_base
    if rate is not None and not (rate.is_finite() and rate > 0):
        return "the exchange rate must be above 0."
    problem = contradiction(line.pricing, line.tiers)
    if line.pricing == Pricing.PERCENT:
        return no_percentage(line.kind.counts_as, line.label, amounts) or problem
    return problem


def _unpriced_contradiction(
    line: CostLineFacts, bounds: Sequence[Decimal | None]
) -> str | None:
    if any(amount is not None for amount in bounds):
        return f"a line that is {line.state.replace('_', ' ')} carries no amount."
    if line.tiers:
        return "only a priced line has tiers."
    return None


def _no_amounts(amounts: Sequence[Decimal], tiers: Sequence[Tier]) -> str | None:
    if not all(amount.is_finite() and abs(amount) < _TOO_MUCH for amount in amounts):
        return f"amounts must be 0 or more, or a credit, and below {_TOO_MUCH:f}."
    if sorted(amounts) != list(amounts):
        return "low, likely and high must be in that order."
    return mixed_credit(amounts) or (
        "a credit has no tiers." if amounts[0] < 0 and tiers else None
    )


def mixed_credit(amounts: Sequence[Decimal]) -> str | None:
    """Return the sentence for a range across 0, or None: a credit is all below it."""
    if amounts[0] < 0 < amounts[-1]:
        return _("amounts are all 0 or more, or for a credit all 0 or less.")
    return None


def no_percentage(counts_as: str, label: str, amounts: Sequence[Decimal]) -> str | None:
    if counts_as != RISE:
        return _("only the kind that counts as the price change can be a percentage.")
    if label:
        return _("a rise in per cent is one line for all parts, so it names no part.")
    if amounts[0] < 0:
        return _("a rise is 0 or more.")
    if amounts[-1] > MOST_PERCENT:
        return _("a rise is at most %(most)s%% a year.") % {"most": MOST_PERCENT}
    return None
