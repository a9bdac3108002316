"""A total against the budget, and points for price."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from evaltracker.money import written
from vendors.costs import line_costs
from vendors.costs.curves import _ZERO
from vendors.costs.lines import Money3
from vendors.costs.totals import TotalCost


class BudgetVerdict(StrEnum):
    INSIDE = "inside"
    COULD_BE_OVER = "could be over"
    OVER = "over"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the envelope against what a candidate costs.

    ``by`` is how far over (at the high amount if it only could be over), or what is
    left to spare when inside. ``complete`` is false while kinds of cost are unsaid:
    what is inside is so only as far as it is known.
    """

    name: str
    limit: Decimal
    low: Decimal
    likely: Decimal
    high: Decimal
    verdict: BudgetVerdict
    by: Decimal
    complete: bool
    working: str

    @property
    def sentence(self) -> str:
        amount = written(self.by)
        if self.verdict == BudgetVerdict.NOT_KNOWN:
            return "not known: no price"
        if self.verdict == BudgetVerdict.OVER:
            return f"over by {amount}"
        if self.complete:
            open_kinds = ""
        else:
            open_kinds = ", as far as it is known"
        if self.verdict == BudgetVerdict.COULD_BE_OVER:
            return f"could be over by {amount} (high){open_kinds}"
        return f"inside, {amount} to spare{open_kinds}"


def envelope(
    total: TotalCost,
    *,
    whole: Decimal | None = None,
    once: Decimal | None = None,
    yearly: Decimal | None = None,
) -> tuple[Limit, ...]:
    """Hold a candidate's total against each limit that was set.

    *Over* if the likely amount is above the limit, *could be over* if only the high
    one is. A year is a full one at today's prices, neither risen nor discounted.
    """
    at_once = tuple(row for row in total.rows if row.once)
    limits = []
    if whole is not None:
        parts = tuple((row, row.amounts) for row in total.rows)
        limits.append(_limit("over the horizon", whole, parts, total))
    if once is not None:
        paid = tuple((row, row.amounts) for row in at_once)
        limits.append(_limit("paid once", once, paid, total))
    if yearly is not None:
        recurring = tuple((row, row.yearly) for row in total.rows)
        limits.append(_limit("a year", yearly, recurring, total))
    return tuple(limits)


def _limit(
    name: str,
    limit: Decimal,
    parts: tuple[tuple[line_costs.CostRow, Money3 | None], ...],
    total: TotalCost,
) -> Limit:
    counted = [(row, amounts) for row, amounts in parts if amounts is not None]
    low, likely, high = (
        sum((amounts[place] for _, amounts in counted), _ZERO) for place in range(3)
    )
    if not total.is_priced:
        verdict = BudgetVerdict.NOT_KNOWN
        by = _ZERO
    elif likely > limit:
        verdict = BudgetVerdict.OVER
        by = likely - limit
    elif high > limit:
        verdict = BudgetVerdict.COULD_BE_OVER
        by = high - limit
    else:
        verdict = BudgetVerdict.INSIDE
        by = limit - likely
    terms = [f"{row.name} {written(amounts[1])}" for row, amounts in counted]
    return Limit(
        name=name,
        limit=limit,
        low=low,
        likely=likely,
        high=high,
        verdict=verdict,
        by=by,
        complete=total.complete,
        working=f"{' + '.join(terms) or 'nothing'} = {written(likely)}",
    )


def price_points[K](
    prices: Mapping[K, Decimal],
    *,
    most: Decimal = Decimal(100),
    ceiling: Decimal | None = None,
) -> dict[K, Fraction | None]:
    """Return lowest price × most points ÷ price; None for what is above the ceiling.

    The formula of many public purchases, such as the State of Alaska's (request for
    proposals “ARIES Automated Renewals”, 2021, section 6.11). A price above the
    ceiling is out and does not set the lowest. A price of 0, or one that credits bring
    below it, earns all points; nothing can be had beside it. Exact; the page rounds.
    """
    if any(not price.is_finite() for price in prices.values()):
        raise ValueError("A price must be a number.")
    running = {
        key: max(price, Decimal(0))
        for key, price in prices.items()
        if ceiling is None or price <= ceiling
    }
    lowest = Fraction(min(running.values(), default=Decimal(0)))
    points: dict[K, Fraction | None] = dict.fromkeys(prices)
    for key, price in running.items():
        if price:
            share = lowest / Fraction(price)
        else:
            share = Fraction(1)
        points[key] = Fraction(most) * share
    return points
