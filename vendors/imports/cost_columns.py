"""What the columns of a price sheet settle for each of their cells."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from evaltracker.importing.column_questions import examples, order_in
from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.importing.rows import Table
from evaltracker.tabular import header_key
from evaltracker.tabular.days import DayOrder
from evaltracker.tabular.numbers import Style, read_number
from vendors.imports.currencies import currencies_of
from vendors.imports.prices import settled_style

ENDS = ("likely", "low", "high")
NUMBERS = (*ENDS, "quantity")
DAYS = ("quoted_on", "valid_from", "valid_until")
APART = re.compile(r"[\s()\[\],:/]+")


@dataclass(frozen=True, slots=True)
class Settled:
    """How the columns of a table write numbers and days, and in which currency."""

    styles: dict[str, Style] = field(default_factory=dict)
    orders: dict[str, DayOrder | None] = field(default_factory=dict)
    currency: str = ""


def settle(table: Table, findings: Findings, beside: Collection[int] = ()) -> Settled:
    """Settle the columns from all their cells; what stays open is asked once.

    The columns `beside` hold prices, too, so what they tell holds for all of them.
    """
    styles = {
        name: style
        for name in NUMBERS
        if name in table.columns and (style := style_in(table, name, findings, beside))
    }
    # A rate of exchange has many decimals and no thousands.
    styles["rate"] = Style.POINT
    orders = {
        name: order_in(table.header, table.columns[name], table.body, findings)
        for name in DAYS
        if name in table.columns
    }
    head = table.cell(table.header, "likely")
    return Settled(styles, orders, currency_in(head))


def style_in(
    table: Table, name: str, findings: Findings, beside: Collection[int] = ()
) -> Style | None:
    """How one column writes its numbers: as they tell it, or as somebody said."""
    column = table.columns[name]
    style, opened = settled_style(texts_in(table, [column]))
    if style is not None or not opened:
        return style
    if column in beside:
        style, opened = settled_style(texts_in(table, beside))
        if style is not None:
            return style
        column = min(beside)
    head = short(table.header.cell(column), 30)
    said = findings.ask(
        f"numbers:{header_key(head)}",
        f"{examples(opened)} in column “{head}” can each be two numbers. How does it "
        "write thousands and decimals?",
        [
            (it.value, f"{it.value}, so “{opened[0]}” is {shown(opened[0], it)}")
            for it in (Style.COMMA, Style.POINT)
        ],
    )
    return Style(said) if said else None


def texts_in(table: Table, columns: Collection[int]) -> list[str]:
    """What is typed in these columns; numbers of the spreadsheet itself are sure."""
    return [
        row.cell(column)
        for row in table.body
        for column in columns
        if column not in row.numbers and row.cell(column)
    ]


def shown(text: str, style: Style) -> str:
    """The number without any mark that could be read in two ways."""
    number = read_number(text, style)
    return "" if number is None else f"{number.normalize():f}"


def currency_in(head: str) -> str:
    """The currency that the name of a column says; blank if it says none."""
    codes: set[str] = set()
    for word in APART.split(head):
        is_code = len(word) == 3 and word.isupper()
        is_sign = len(word) in (1, 2) and not word.isalnum()
        found = currencies_of(word) if is_code or is_sign else ()
        codes.update(found[:1])
    return codes.pop() if len(codes) == 1 else ""
