"""Prices in the cells of a spreadsheet; what is not certain stays a text."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from evaltracker.tabular import Row, header_key
from vendors.choices import CostState, Recurrence
from vendors.costs import parse_amount, read_decimal
from vendors.imports.cost_words import STATES

PLACES = Decimal("0.0001")
MOST = Decimal(10) ** 12
PERIODS = {
    "month": Recurrence.MONTHLY,
    "year": Recurrence.YEARLY,
    "once": Recurrence.ONCE,
}


@dataclass(frozen=True, slots=True)
class Price:
    """What one cell says: an amount with what is sure of it, a state, or neither.

    `text` is the cell where it says more than the amount; `problem` why it is no
    amount.
    """

    amount: Decimal | None = None
    state: CostState | None = None
    currency: str = ""
    unit: str = ""
    recurrence: Recurrence | None = None
    text: str = ""
    problem: str = ""


def read_price(row: Row, column: int) -> Price:
    """The price in a cell, never guessed."""
    cell = row.cell(column)
    if not cell:
        return Price()
    if column in row.numbers:
        return of_number(cell)
    try:
        return Price(amount=read_decimal(cell).quantize(PLACES))
    except (ValueError, InvalidOperation):
        pass
    state = STATES.get(header_key(cell))
    if state is not None:
        return Price(state=state, text=cell[:300])
    parsed = parse_amount(cell)
    if parsed.amount is None:
        return Price(text=cell[:300], problem=parsed.problem or "")
    return Price(
        amount=parsed.amount.quantize(PLACES),
        currency=parsed.currency or "",
        unit=unit_of(parsed.unit, parsed.period),
        recurrence=PERIODS.get(parsed.period or ""),
        text=cell[:300],
    )


def of_number(cell: str) -> Price:
    """A cell that the spreadsheet itself keeps as a number."""
    try:
        amount = Decimal(cell)
    except InvalidOperation:
        return Price(text=cell[:300], problem="It is no number.")
    if not amount.is_finite() or not 0 <= amount < MOST:
        return Price(text=cell[:300], problem="It is below 0, or too much.")
    return Price(amount=amount.quantize(PLACES))


def unit_of(unit: str | None, period: str | None) -> str:
    """What one price buys; an hour or a day is a unit and no rhythm of payment."""
    words = [unit or "", period if period in ("hour", "day") else ""]
    return " per ".join(word for word in words if word)
