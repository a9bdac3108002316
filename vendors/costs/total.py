"""Total cost over the horizon, with its rows and with what nobody has said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaltracker.money import written
from vendors.costs.kinds import CostKind, Line, LineState, Recurrence

LONGEST_HORIZON = 600
_MONTHS = 12
# What the other side may raise at renewal: everything that it invoices again and
# again. Own people and own machines do not follow a vendor's price list.
RISING = frozenset({CostKind.LICENCE, CostKind.SUPPORT, CostKind.SECURITY_EXTRAS})


@dataclass(frozen=True, slots=True)
class CostRow:
    """One line over the whole horizon, in the base currency, to the cent.

    Amounts are ``None`` where there is nothing to add: included, excluded,
    unsaid, or a price in a currency without a rate.
    """

    kind: CostKind
    state: LineState
    low: Decimal | None
    likely: Decimal | None
    high: Decimal | None
    working: str


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


@dataclass(frozen=True, slots=True)
class _Terms:
    horizon_months: int
    planning_factor: Fraction
    rise: Fraction
    discount: Fraction
    currency: str


def total_cost(
    lines: Iterable[Line],
    *,
    checklist: Sequence[CostKind],
    currency: str,
    horizon_months: int,
    planning_factor: Decimal = Decimal(1),
    renewal_rise: Decimal | None = None,
    discount_rate: Decimal = Decimal(0),
) -> TotalCost:
    """Add up what is priced and name what is not.

    1. A line is paid once (in the first year), every month, or at the start of
       each year begun.
    2. Engineer time is multiplied by the planning factor.
    3. ``renewal_rise`` (% per year) lifts licence, support and security extras
       from the second year on; ``None`` means nobody has said, and the kind stays
       unsaid unless a line settles it.
    4. ``discount_rate`` (% per year) lowers later years; the first stays as is.
    5. A kind is known if it has a line and none of its lines is unsaid. A price in
       another currency without a rate is not known either.

    Rows are rounded to the cent and the totals are their sums, so low is never
    above likely nor likely above high, and the order of lines never matters.
    """
    terms = _terms(
        horizon_months, planning_factor, renewal_rise, discount_rate, currency
    )
    given = tuple(lines)
    if renewal_rise is not None and any(
        line.kind == CostKind.RENEWAL_RISE and line.state == LineState.PRICED
        for line in given
    ):
        raise ValueError(
            "Give the renewal rise as a percentage or as a line, not both."
        )
    rows = tuple(_row(line, terms) for line in given)
    return TotalCost(
        low=sum((row.low or Decimal(0) for row in rows), Decimal(0)),
        likely=sum((row.likely or Decimal(0) for row in rows), Decimal(0)),
        high=sum((row.high or Decimal(0) for row in rows), Decimal(0)),
        currency=currency,
        rows=rows,
        coverage=_coverage(rows, checklist, rise_known=renewal_rise is not None),
    )


def _terms(
    horizon: int,
    factor: Decimal,
    rise: Decimal | None,
    discount: Decimal,
    currency: str,
) -> _Terms:
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise ValueError(f"The horizon must be 1 to {LONGEST_HORIZON} months.")
    if not factor.is_finite() or factor <= 0:
        raise ValueError("The planning factor must be above 0.")
    for name, rate in (("renewal rise", rise or Decimal(0)), ("discount", discount)):
        if not rate.is_finite() or not 0 <= rate <= 1000:
            raise ValueError(f"The {name} must be from 0 to 1000 %.")
    return _Terms(
        horizon_months=horizon,
        planning_factor=Fraction(factor),
        rise=Fraction(rise or 0) / 100,
        discount=Fraction(discount) / 100,
        currency=currency,
    )


def _row(line: Line, terms: _Terms) -> CostRow:
    if line.state != LineState.PRICED:
        return CostRow(line.kind, line.state, None, None, None, line.state.value)
    rate = _rate(line, terms.currency)
    if rate is None:
        words = f"in {line.currency}, without a rate to {terms.currency}"
        return CostRow(line.kind, LineState.UNSAID, None, None, None, words)
    times = _payments(line, terms) * Fraction(line.quantity) * rate
    low, likely, high = (cents(Fraction(amount) * times) for amount in line.amounts)
    return CostRow(line.kind, line.state, low, likely, high, _words(line, terms))


def _rate(line: Line, currency: str) -> Fraction | None:
    if line.currency == currency:
        return Fraction(1)
    return None if line.rate_to_base is None else Fraction(line.rate_to_base)


def _payments(line: Line, terms: _Terms) -> Fraction:
    """Count the payments over the horizon, each weighed by its year's rates."""
    rise = terms.rise if line.kind in RISING else Fraction(0)
    factor = (
        terms.planning_factor if line.kind == CostKind.ENGINEER_TIME else Fraction(1)
    )
    if line.recurrence == Recurrence.ONCE:
        return factor
    count = Fraction(0)
    for year, first in enumerate(range(0, terms.horizon_months, _MONTHS)):
        months = min(_MONTHS, terms.horizon_months - first)
        paid = months if line.recurrence == Recurrence.MONTHLY else 1
        count += paid * ((1 + rise) / (1 + terms.discount)) ** year
    return factor * count


def _words(line: Line, terms: _Terms) -> str:
    low, likely, high = (written(one) for one in line.amounts)
    price = f"{likely}" if low == high else f"{likely} ({low} to {high})"
    words = f"{price} {line.currency}"
    if line.quantity != 1:
        words += f" for each of {_plain(Fraction(line.quantity))}"
    words += f", {line.recurrence}"
    if line.recurrence != Recurrence.ONCE:
        words += f" over {terms.horizon_months} months"
        if terms.rise and line.kind in RISING:
            words += f", rising {_percent(terms.rise)} a year"
        if terms.discount:
            words += f", discounted {_percent(terms.discount)} a year"
    if line.kind == CostKind.ENGINEER_TIME and terms.planning_factor != 1:
        words += f", planning factor {_plain(terms.planning_factor)}"
    if line.currency != terms.currency:
        words += f", at {line.rate_to_base} {terms.currency}"
    return words


def _plain(value: Fraction) -> str:
    return f"{(Decimal(value.numerator) / Decimal(value.denominator)).normalize():f}"


def _percent(value: Fraction) -> str:
    return f"{_plain(value * 100)} %"


def cents(value: Fraction) -> Decimal:
    """Round to the cent, halves up."""
    whole = (200 * value.numerator + value.denominator) // (2 * value.denominator)
    return Decimal(whole).scaleb(-2)


def _coverage(
    rows: tuple[CostRow, ...], checklist: Sequence[CostKind], *, rise_known: bool
) -> CostCoverage:
    states: dict[CostKind, set[LineState]] = {}
    for row in rows:
        states.setdefault(row.kind, set()).add(row.state)
    if rise_known:
        states[CostKind.RENEWAL_RISE] = {LineState.PRICED}
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
