"""The currency and the plain numbers of a row of costs, as its columns settle them."""

import datetime
from decimal import Decimal

from evaltracker.errors import Invalid
from evaltracker.importing.layout import short
from evaltracker.importing.rows import Refusal, Table
from evaltracker.money import read_currency
from evaltracker.tabular import Row
from evaltracker.tabular.numbers import is_open, read_number
from vendors.costs import CODES, read_decimal
from vendors.imports.answers import read_date
from vendors.imports.cost_columns import Settled
from vendors.imports.currencies import MEANT
from vendors.imports.prices import Price, open_sentence

VALID = {"valid_from": "from", "valid_until": "until"}


def currency_of(
    table: Table, row: Row, likely: Price, settled: Settled, usual: str
) -> str:
    """The currency by its code; a sign that several share may be told beside."""
    cell = code_of(table.cell(row, "currency"))
    own, head = likely.currencies, settled.currency
    for said, where in ((cell, cell), (head, f"its column in {head}")):
        if said and own and said not in own:
            where = cell if said == cell else where
            raise Refusal("currency", f"The price is in {own[0]} and not in {where}.")
    code = cell or head or likely.currency or usual
    if code not in CODES:
        raise Refusal("currency", "Write the currency as its code, such as USD.")
    if len(own) > 1 and not (cell or head) and own[0] not in MEANT:
        raise Refusal(
            "likely",
            f"“{short(likely.text)}” may be in {own[0]} or {own[1]}. Write the "
            "code of the currency.",
        )
    return code


def number_in(table: Table, row: Row, name: str, settled: Settled) -> Decimal:
    """A quantity or a rate, all of it.

    Raises:
        Refusal: it is none, or something of it would be lost.

    """
    cell, places = table.cell(row, name), 2 if name == "quantity" else 6
    number = read_number(cell, settled.styles.get(name))
    if number is None and table.columns[name] in row.numbers:
        number = read_decimal(cell)
    if number is None:
        sentence = f"“{short(cell)}” is not a plain number, such as 1234.50."
        raise Refusal(name, open_sentence(cell) if is_open(cell) else sentence)
    if number != round(number, places):
        raise Refusal(
            name, f"“{short(cell)}” has more than {places} decimals; round it."
        )
    return round(number, places)


def day_in(table: Table, row: Row, name: str, settled: Settled) -> datetime.date | None:
    """The day in a column.

    Raises:
        Refusal: it is none, or could be two.

    """
    try:
        return read_date(table.cell(row, name), settled.orders.get(name))
    except Invalid as error:
        raise Refusal(name, error.sentence) from error


def validity(table: Table, row: Row, settled: Settled) -> str:
    """From when until when the price holds, as a sentence; blank if nothing says so."""
    days = {name: day_in(table, row, name, settled) for name in VALID}
    said = [f"{words} {days[name]}" for name, words in VALID.items() if days[name]]
    return f"Valid {' '.join(said)}." if said else ""


def code_of(cell: str) -> str:
    """The code of a currency; what is none stays as it was written."""
    try:
        return read_currency(cell)
    except ValueError:
        return cell.strip().upper()
