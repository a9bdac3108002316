"""What the columns of a price sheet settle for each of their cells."""

import re
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
APART = re.compile(r"[\s()\[\],:/]+")


@dataclass(frozen=True, slots=True)
class Settled:
    """How the columns of a table write numbers and days, and in which currency."""

    styles: dict[str, Style] = field(default_factory=dict)
    order: DayOrder | None = None
    currency: str = ""


def settle(table: Table, findings: Findings) -> Settled:
    """Settle the columns from all their cells; what stays open is asked once."""
    styles = {
        name: style
        for name in NUMBERS
        if name in table.columns and (style := style_in(table, name, findings))
    }
    # A rate of exchange has many decimals and no thousands.
    styles["rate"] = Style.POINT
    order = None
    if "quoted_on" in table.columns:
        order = order_in(table.header, table.columns["quoted_on"], table.body, findings)
    head = table.cell(table.header, "likely")
    return Settled(styles, order, currency_in(head))


def style_in(table: Table, name: str, findings: Findings) -> Style | None:
    """How one column writes its numbers: as they tell it, or as somebody said."""
    column = table.columns[name]
    texts = [row.cell(column) for row in table.body if column not in row.numbers]
    style, opened = settled_style(text for text in texts if text)
    if style is not None or not opened:
        return style
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
