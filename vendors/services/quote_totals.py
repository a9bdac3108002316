"""What the lines of a quote add up to, by when it falls due."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from vendors.choices import Pricing, Recurrence
from vendors.costs import Pricing as HowPriced
from vendors.costs import amounts_at
from vendors.services.quote_lines import QuotedLine

CENT = Decimal("0.01")


def totals_of(lines: Iterable[QuotedLine]) -> dict[str, Decimal]:
    """The likely sum of each that is due once, monthly and yearly; a rise in percent
    is of other lines, and is in none."""
    sums: dict[str, Fraction] = {}
    for line in lines:
        if not line.is_priced or line.pricing == Pricing.PERCENT:
            continue
        low, likely, high = (
            Decimal(0) if amount is None else amount
            for amount in (line.low, line.likely, line.high)
        )
        pricing, quantity = HowPriced(line.pricing), Fraction(line.quantity)
        paid = amounts_at((low, likely, high), pricing, line.tiers, quantity)[1]
        sums[line.recurrence] = sums.get(line.recurrence, Fraction(0)) + paid
    return {
        due: _rounded(sums[due]) for due in map(str, Recurrence.values) if due in sums
    }


def _rounded(amount: Fraction) -> Decimal:
    whole = Decimal(amount.numerator) / Decimal(amount.denominator)
    return whole.quantize(CENT, rounding=ROUND_HALF_UP)
