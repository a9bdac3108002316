"""Total cost over the horizon, with its rows and with what nobody has said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vendors.costs.kinds import CostKind, Line, LineState
from vendors.costs.rises import is_percentage, risen
from vendors.costs.rows import CostRow, cost_row
from vendors.costs.terms import read_terms


@dataclass(frozen=True, slots=True)
class CostCoverage:
    """How much of the checklist is known, and what is not."""

    known: int
    total: int
    unsaid: tuple[CostKind, ...]
    excluded: tuple[CostKind, ...]


@dataclass(frozen=True, slots=True)
class TotalCost:
    """The sum of the rows. It is a floor, not a total, unless ``complete``."""

    low: Decimal
    likely: Decimal
    high: Decimal
    currency: str
    rows: tuple[CostRow, ...]
    coverage: CostCoverage

    @property
    def complete(self) -> bool:
        """Say whether every kind of the checklist is known."""
        return not self.coverage.unsaid

    @property
    def caution(self) -> str:
        """Return the sentence that must stand beside an incomplete total."""
        unsaid, excluded = self.coverage.unsaid, self.coverage.excluded
        parts = []
        if unsaid:
            names = ", ".join(kind.label for kind in unsaid)
            parts.append(
                f"Incomplete: {len(unsaid)} of {self.coverage.total} kinds of cost "
                f"are not known ({names}), so the real total is higher or unknown."
            )
        if excluded:
            names = ", ".join(kind.label for kind in excluded)
            parts.append(f"Not part of the offer: {names}.")
        return " ".join(parts)


def total_cost(
    lines: Iterable[Line],
    *,
    checklist: Sequence[CostKind],
    currency: str,
    horizon_months: int,
    planning_factor: Decimal = Decimal(1),
    discount_rate: Decimal = Decimal(0),
) -> TotalCost:
    """Add up what is priced and name what is not.

    1. A line is paid once (in the first year), every month, or at the start of
       each year begun; tiers make the price of its quantity.
    2. Engineer time is multiplied by the planning factor.
    3. A renewal rise in per cent a year is a row of its own: what licence, support
       and security extras cost more from the second year on.
    4. ``discount_rate`` (% per year) lowers later years; the first stays as is.
    5. A kind is known if it has a line and none of its lines is unsaid. A price in
       another currency without a rate is not known either.

    Rows are rounded to the cent and the totals are their sums, so low is never
    above likely nor likely above high, and the order of lines never matters.
    """
    terms = read_terms(horizon_months, planning_factor, discount_rate, currency)
    given = tuple(lines)
    rows = tuple(
        risen(line, given, terms) if is_percentage(line) else cost_row(line, terms)
        for line in given
    )
    return TotalCost(
        low=sum((row.low or Decimal(0) for row in rows), Decimal(0)),
        likely=sum((row.likely or Decimal(0) for row in rows), Decimal(0)),
        high=sum((row.high or Decimal(0) for row in rows), Decimal(0)),
        currency=currency,
        rows=rows,
        coverage=_coverage(rows, checklist),
    )


def _coverage(rows: tuple[CostRow, ...], checklist: Sequence[CostKind]) -> CostCoverage:
    states: dict[CostKind, set[LineState]] = {}
    for row in rows:
        states.setdefault(row.kind, set()).add(row.state)
    # A kind off the checklist that somebody brought up is asked for as well.
    kinds = (*checklist, *sorted(set(states) - set(checklist)))
    unsaid = tuple(
        kind
        for kind in kinds
        if LineState.UNSAID in states.get(kind, {LineState.UNSAID})
    )
    return CostCoverage(
        known=len(kinds) - len(unsaid),
        total=len(kinds),
        unsaid=unsaid,
        excluded=tuple(
            kind for kind in kinds if states.get(kind) == {LineState.EXCLUDED}
        ),
    )
