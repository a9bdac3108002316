"""The budget as an envelope: what is paid once, what a year, and all of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from evaltracker.money import written
from vendors.costs.rows import CostRow
from vendors.costs.tiers import Money3
from vendors.costs.total import TotalCost

_ZERO = Decimal(0)


class Verdict(StrEnum):
    """How an amount stands to its limit."""

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
    verdict: Verdict
    by: Decimal
    complete: bool
    working: str

    @property
    def sentence(self) -> str:
        """Return the verdict in words."""
        amount = written(self.by)
        if self.verdict == Verdict.NOT_KNOWN:
            return "not known: no price"
        if self.verdict == Verdict.OVER:
            return f"over by {amount}"
        open_kinds = "" if self.complete else ", as far as it is known"
        if self.verdict == Verdict.COULD_BE_OVER:
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
    parts: tuple[tuple[CostRow, Money3 | None], ...],
    total: TotalCost,
) -> Limit:
    counted = [(row, amounts) for row, amounts in parts if amounts is not None]
    low, likely, high = (
        sum((amounts[place] for _, amounts in counted), _ZERO) for place in range(3)
    )
    if not any(row.amounts is not None for row in total.rows):
        verdict, by = Verdict.NOT_KNOWN, _ZERO
    elif likely > limit:
        verdict, by = Verdict.OVER, likely - limit
    elif high > limit:
        verdict, by = Verdict.COULD_BE_OVER, high - limit
    else:
        verdict, by = Verdict.INSIDE, limit - likely
    words = [f"{row.name} {written(amounts[1])}" for row, amounts in counted]
    return Limit(
        name=name,
        limit=limit,
        low=low,
        likely=likely,
        high=high,
        verdict=verdict,
        by=by,
        complete=total.complete,
        working=f"{' + '.join(words) or 'nothing'} = {written(likely)}",
    )
