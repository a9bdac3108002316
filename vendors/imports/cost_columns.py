"""What the columns of a price sheet settle for each of their cells."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from evaltracker.importing.column_questions import examples, order_in
from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.importing.rows import Table
from evaltracker.tabular import Row, Unreadable, columns_by_field, header_key
from evaltracker.tabular.days import DayOrder
from evaltracker.tabular.numbers import Style, read_number
from vendors.costs import parse_amount
from vendors.imports.cost_words import COLUMNS, RECURRENCES
from vendors.imports.currencies import currencies_of
from vendors.imports.prices import PERIODS, settled_style, unit_of

ENDS = ("likely", "low", "high")
NUMBERS = (*ENDS, "quantity")
DAYS = ("quoted_on", "valid_from", "valid_until")
APART = re.compile(r"[\s()\[\],:/]+")
APART_IN_HEAD = re.compile(r"[\s()\[\],:]+")
PRICED = re.compile(r"(?:\b|_)price(?:\b|_)", re.IGNORECASE)
PRICE = re.compile(r"\b(?:price|cost|fee)s?\b|\bpricing\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settled:
    """How the columns of a table write numbers and days, and in which currency."""

    styles: dict[str, Style] = field(default_factory=dict)
    orders: dict[str, DayOrder | None] = field(default_factory=dict)
    currency: str = ""
    # What the name of the column of prices says of each of them.
    unit: str = ""
    rhythm: str = ""


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
    unit, rhythm = terms_in(head)
    rhythm = rhythm or str(RECURRENCES.get(header_key(head), ""))
    if unit or rhythm:
        told = ", ".join(it for it in (unit and f"per {unit}", rhythm) if it)
        findings.remark(f"The name of column “{short(head)}” is read as: {told}.")
    return Settled(styles, orders, currency_in(head), unit, rhythm)


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


def price_columns(header: Row) -> dict[str, int]:
    """By field, its column; “Price per user/month” is a column of prices, too."""
    found = columns_by_field(header, COLUMNS)
    if "likely" not in found:
        free = [at for at in header.filled if at not in found.values()]
        names = {at: header.cell(at) for at in free}
        priced = [
            at for at, it in names.items() if PRICED.search(it) or any(terms_in(it))
        ]
        # Which of two counts is not guessed.
        if len(priced) == 1:
            found["likely"] = priced[0]
    return found


def terms_in(head: str) -> tuple[str, str]:
    """Unit and rhythm that the name of a column says; blank if it says none."""
    words = [it for it in APART_IN_HEAD.split(head) if it and not is_currency(it)]
    plain = " ".join(words)
    found = PRICE.search(plain)
    if found is None:
        return "", ""
    before, behind = plain[: found.start()].strip(), plain[found.end() :].strip()
    rhythm = RECURRENCES.get(header_key(before)) or RECURRENCES.get(header_key(behind))
    if rhythm:
        return "", rhythm.value
    for said in (behind, f"per {behind}"):
        terms = parse_amount(f"USD 1 {said}")
        if behind and terms.amount is not None:
            rhythm = PERIODS.get(terms.period or "")
            return unit_of(terms.unit, terms.period), rhythm.value if rhythm else ""
    return "", ""


def is_currency(word: str) -> bool:
    """Whether a word in the name of a column is a currency."""
    return bool(currency_in(word))


def in_words(table: Table) -> Table:
    """The table; where numbers stand for what is bought, the words beside them."""
    columns, header = table.columns, table.header
    if "label" not in columns or has_words(table.body, columns["label"]):
        return table
    names = [header_key(cell) for cell in header.cells]
    others = [names.index(it) for it in COLUMNS["label"] if it in names]
    better = [at for at in others if has_words(table.body, at)]
    if not better:
        return table
    return replace(table, columns={**columns, "label": better[0]})


def has_words(rows: Collection[Row], column: int) -> bool:
    """Whether letters stand in most of its cells."""
    cells = [row.cell(column) for row in rows if row.cell(column)]
    return sum(any(map(str.isalpha, cell)) for cell in cells) * 2 > len(cells)


def refuse_many_prices(table: Table) -> None:
    """Refuse several columns of prices of one name: each is somebody's.

    Raises:
        Unreadable: there are several, and which is meant is not guessed.

    """
    name = table.cell(table.header, "likely")
    alike = [
        at
        for at in table.header.filled
        if name and short(table.header.cell(at), 200) == short(name, 200)
    ]
    if len(alike) > 1:
        raise Unreadable(
            f"{len(alike)} columns are called “{short(name)}”. If a bidder stands "
            "above each, add the bidders as candidates first, with these names; else "
            "choose the column that counts.",
            sheet=table.sheet.name,
            row=table.header.number,
        )
