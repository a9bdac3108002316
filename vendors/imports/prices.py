"""Prices in the cells of a spreadsheet; what is not certain stays a text."""

import datetime
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from evaltracker.errors import Invalid
from evaltracker.importing.commands import examples, order_in
from evaltracker.importing.plan import Findings, short
from evaltracker.importing.rows import Refusal, Table
from evaltracker.money import MOST_PLACES, inexact, padded, read_currency
from evaltracker.rows.cells import (
    MOST,
    Cell,
    Hints,
    Money,
    currencies_of,
    key,
    read_column,
    settled_mark,
)
from evaltracker.toolbox.tabular.cells import (
    DIGITS,
    DayOrder,
    Row,
    Sheet,
    Style,
    Unreadable,
    columns_by_field,
    header_key,
    read_number,
)
from evaltracker.toolbox.tabular.cells import numbers_is_open as is_open
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import CODES, Kind, read_decimal
from vendors.costs.cells import STATE_OF
from vendors.imports.answers import WORDS, columns_of, read_date, words_around

COLUMNS = columns_of("costs")
MARKS = {Style.POINT: ".", Style.COMMA: ",", None: ""}


def agreed_style(cells: Iterable[str]) -> Style | None:
    mark = settled_mark(cells)
    return next((style for style in Style if MARKS[style] == mark), None)


def read_money(
    cells: Iterable[str], *, decimal: str = "", currency: str = ""
) -> list[Cell[Money]]:
    hints = Hints(decimal=decimal, currency=currency)
    return read_column("money", list(cells), hints)


# Other words for kinds of that key, where an evaluation has them.
KIND_WORDS = {
    word: key for key, words in WORDS["kinds_of_cost"].items() for word in words
}


def kinds_by_word(kinds: Iterable[Kind]) -> dict[str, Kind]:
    by_key = {kind.key: kind for kind in kinds}
    return {
        **{word: by_key[key] for word, key in KIND_WORDS.items() if key in by_key},
        **{header_key(kind.key): kind for kind in by_key.values()},
        **{header_key(kind.name): kind for kind in by_key.values()},
    }


# What a line says of its state; a dash, and n/a, which needs a reason, stay texts.
STATES = {
    word: CostState(state)
    for word, state in STATE_OF.items()
    if word.isalpha() and state != CostState.NOT_APPLICABLE
} | {"priced": CostState.PRICED}
PRICINGS: dict[str, Pricing] = {
    **{header_key(pricing.value): pricing for pricing in Pricing},
    **{header_key(str(pricing.label)): pricing for pricing in Pricing},
    **dict.fromkeys(("perunit", "unit", "flat"), Pricing.PER_UNIT),
    **dict.fromkeys(("percent", "percentage"), Pricing.PERCENT),
}
RECURRENCES: dict[str, Recurrence] = {
    **{header_key(recurrence.value): recurrence for recurrence in Recurrence},
    **{header_key(str(recurrence.label)): recurrence for recurrence in Recurrence},
    **dict.fromkeys(("onetime", "oneoff"), Recurrence.ONCE),
    **dict.fromkeys(("month", "permonth", "mo"), Recurrence.MONTHLY),
    **dict.fromkeys(
        ("year", "peryear", "annual", "annually", "yr", "pa"), Recurrence.YEARLY
    ),
}


# “per user per month” and “host-month” as strokes.
STROKES = re.compile(r" per |(?<=[a-z])-(?=(?:month|year)\b)", re.I)
# What a bare $ or £ means, unless something beside it says another currency.
MEANT = frozenset({"USD", "GBP"})
BELOW_NOTHING = re.compile(
    r"[-−–]\s?\S{0,4}\s?[0-9]|\((?=[^a-z]*[0-9])[^a-z]*\)$", re.I
)
CREDIT = re.compile(
    r"[-−](?P<minus>[^-−–\s()][^-−–()]*)|\((?P<brackets>[^a-z()]+)\)", re.I
)


@dataclass(frozen=True, slots=True)
class Price:
    """What one cell says: an amount with what is sure of it, a state, or neither.

    `text` is the cell where it says more than the amount; `problem` why it is no
    amount. `currencies` are those that its sign can be.
    """

    amount: Decimal | None = None
    state: CostState | None = None
    currencies: tuple[str, ...] = ()
    unit: str = ""
    recurrence: Recurrence | None = None
    text: str = ""
    problem: str = ""

    @property
    def currency(self) -> str:
        return self.currencies[0] if self.currencies else ""


def read_price(sheet: Sheet, row: Row, column: int, style: Style | None) -> Price:
    cell = row.cell(column)
    if not cell:
        return Price()
    if column in row.numbers:
        return of_number(cell, sheet.formats.get((row.number, column), ""))
    state = STATES.get(key(cell))
    if state is not None:
        return Price(state=state, text=cell[:300])
    return of_text(cell, style)


def of_number(cell: str, number_format: str) -> Price:
    """A cell that the spreadsheet itself keeps as a number, with what it shows."""
    if Decimal(cell) < 0:
        return credit(of_number(f"{-Decimal(cell):f}", number_format))
    around = words_around(number_format)
    plain = f"{Decimal(cell):f}"
    if not (around.before or around.after):
        return Price(amount=kept(Decimal(plain), cell))
    if around.is_scaled:
        # The format leaves the thousands out that the cell holds.
        shown_as = of_text(f"{around.before} 1{around.after}", None)
        codes = shown_as.currencies
        return Price(amount=kept(Decimal(plain), cell), currencies=codes)
    price = of_text(f"{around.before} {plain}{around.after}", Style.POINT)
    if price.amount is None:
        return Price(amount=kept(Decimal(plain), cell))
    return price


def of_text(cell: str, style: Style | None) -> Price:
    plain = " ".join(cell.split())
    refuse_no_price(plain)
    mark = MARKS[style]
    text = re.sub(r"/y$", "/year", STROKES.sub("/", plain))
    text = re.sub(r"(?:(?<=\d) |/)m$", "/month", text)
    (read,) = read_money([text], decimal=mark)
    unit, currencies = "", tuple[str, ...]()
    is_unit = re.fullmatch(r"\S{2,}", read.word) and "yearly" in read.options
    if read.question == "words" and is_unit:
        # “per connection” is another unit than those that are known.
        other = text.replace("/ ", "/").replace(f"/{read.word}", "/user", 1)
        (again,) = read_money([other], decimal=mark)
        if again.question != "words":
            unit, text, read = read.word, other, again
    if read.question == "currency":
        currencies = read.options
        (read,) = read_money([text], decimal=mark, currency=currencies[0])
    if read.question == "number":
        raise Refusal("", open_sentence(digits_of(plain)))
    if read.refusal == "two currencies":
        raise Refusal("", f"“{short(plain)}” names two currencies. Keep one.")
    if read.refusal in ("too much", "too long"):
        raise Refusal("", f"“{short(cell)}” is too much.")
    if read.refusal == "rounded":
        kept(Decimal(1).scaleb(-MOST_PLACES - 1), cell)
    money = read.value or Money()
    if money.amount is None:
        return Price(text=cell[:300], problem="It is not certain.")
    is_bare = plain.replace(".", "").isdigit()
    return Price(
        amount=kept(money.amount, plain),
        currencies=currencies or ((money.currency,) if money.currency else ()),
        unit=unit or money.unit,
        recurrence=Recurrence(money.rhythm) if money.rhythm else None,
        text="" if is_bare else cell[:300],
    )


def digits_of(text: str) -> str:
    found = DIGITS.search(text)
    return found[0].rstrip(" .,'’") if found else text


def refuse_no_price(plain: str) -> None:
    if re.search(r"[0-9]\s?%", plain):
        raise Refusal(
            "",
            f"“{short(plain)}” is a share and no price. Write the amount that it comes "
            "to.",
        )
    if BELOW_NOTHING.match(plain) and not CREDIT.fullmatch(plain):
        raise Refusal(
            "",
            f"“{short(plain)}” may be below 0. Write a credit with the minus right "
            "before its amount, such as -500.",
        )


def credit(price: Price, text: str = "") -> Price:
    amount = None if price.amount is None else -price.amount
    return replace(price, amount=amount, text=text or price.text)


def open_sentence(number: str) -> str:
    one, two = (read_number(number, style) for style in (Style.COMMA, Style.POINT))
    return (
        f"“{number}” can be {one:,.0f} or {two}, and the column does not tell which. "
        "Say how it writes its numbers."
    )


def settled_style(texts: Iterable[str]) -> tuple[Style | None, list[str]]:
    """How texts write numbers, and those that could be read in two ways."""
    written = list(texts)
    style, read = agreed_style(written), read_money(written)
    asked = {
        digits_of(text): one
        for text, one in zip(written, read, strict=True)
        if one.question == "number"
    }
    is_told = any(agreed_style([text]) for text in written)
    if asked and not is_told and all(one.proposed for one in asked.values()):
        style = Style.POINT
    return style, list(asked)


def kept(amount: Decimal, cell: str) -> Decimal:
    if not amount.is_finite() or not abs(amount) < MOST:
        raise Refusal("", f"“{short(cell)}” is too much.")
    problem = inexact(amount)
    if problem:
        raise Refusal(
            "",
            f"“{short(cell)}” would be rounded. {problem} Give the price of a larger "
            "unit, such as one for 1,000.",
        )
    return padded(amount)


ENDS = ("likely", "low", "high")
NUMBERS = (*ENDS, "quantity")
DAYS = ("quoted_on", "valid_from", "valid_until")
APART = re.compile(r"[\s()\[\],:/]+")
APART_IN_HEAD = re.compile(r"[\s()\[\],:]+")
PRICED = re.compile(r"(?:\b|_)price(?:\b|_)", re.IGNORECASE)
PRICE = re.compile(r"\b(?:price|cost|fee)s?\b|\bpricing\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settled:
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
        parts = ", ".join(part for part in (unit and f"per {unit}", rhythm) if part)
        findings.remark(f"The name of column “{short(head)}” is read as: {parts}.")
    return Settled(styles, orders, currency_in(head), unit, rhythm)


def style_in(
    table: Table, name: str, findings: Findings, beside: Collection[int] = ()
) -> Style | None:
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
    answer = findings.ask(
        f"numbers:{header_key(head)}",
        f"{examples(opened)} in column “{head}” can each be two numbers. How does it "
        "write thousands and decimals?",
        [
            (mark.value, f"{mark.value}, so “{opened[0]}” is {shown(opened[0], mark)}")
            for mark in (Style.COMMA, Style.POINT)
        ],
    )
    return Style(answer) if answer else None


def texts_in(table: Table, columns: Collection[int]) -> list[str]:
    return [
        row.cell(column)
        for row in table.body
        for column in columns
        if column not in row.numbers and row.cell(column)
    ]


def shown(text: str, style: Style) -> str:
    number = read_number(text, style)
    return "" if number is None else f"{number.normalize():f}"


def currency_in(head: str) -> str:
    codes: set[str] = set()
    for word in APART.split(head):
        is_code = len(word) == 3 and word.isupper()
        is_sign = len(word) in (1, 2) and not word.isalnum()
        known = currencies_of(word) if is_code or is_sign else ()
        codes.update(known[:1])
    return codes.pop() if len(codes) == 1 else ""


def price_columns(header: Row) -> dict[str, int]:
    """By field, its column; “Price per user/month” is a column of prices, too."""
    columns = columns_by_field(header, COLUMNS)
    if "likely" not in columns:
        free = [at for at in header.filled if at not in columns.values()]
        names = {at: header.cell(at) for at in free}
        priced = [
            at
            for at, head in names.items()
            if PRICED.search(head) or any(terms_in(head))
        ]
        # Which of two counts is not guessed.
        if len(priced) == 1:
            columns["likely"] = priced[0]
    return columns


def terms_in(head: str) -> tuple[str, str]:
    words = [
        word for word in APART_IN_HEAD.split(head) if word and not currency_in(word)
    ]
    plain = " ".join(words)
    price = PRICE.search(plain)
    if price is None:
        return "", ""
    before, behind = plain[: price.start()].strip(), plain[price.end() :].strip()
    rhythm = RECURRENCES.get(header_key(before)) or RECURRENCES.get(header_key(behind))
    if rhythm:
        return "", rhythm.value
    for phrase in (behind, f"per {behind}"):
        (terms,) = read_money([f"USD 1 {phrase}"])
        if behind and terms.value is not None:
            return terms.value.unit, terms.value.rhythm
    return "", ""


def in_words(table: Table) -> Table:
    columns, header = table.columns, table.header
    if "label" not in columns or has_words(table.body, columns["label"]):
        return table
    names = [header_key(cell) for cell in header.cells]
    others = [names.index(name) for name in COLUMNS["label"] if name in names]
    better = [at for at in others if has_words(table.body, at)]
    if not better:
        return table
    return replace(table, columns={**columns, "label": better[0]})


def has_words(rows: Collection[Row], column: int) -> bool:
    cells = [row.cell(column) for row in rows if row.cell(column)]
    return sum(any(map(str.isalpha, cell)) for cell in cells) * 2 > len(cells)


def refuse_many_prices(table: Table) -> None:
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


VALID = {"valid_from": "from", "valid_until": "until"}


def currency_of(
    table: Table, row: Row, likely: Price, settled: Settled, usual: str
) -> str:
    cell = code_of(table.cell(row, "currency"))
    own, head = likely.currencies, settled.currency
    for text, where in ((cell, cell), (head, f"its column in {head}")):
        if text and own and text not in own:
            where = cell if text == cell else where
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
    try:
        return read_date(table.cell(row, name), settled.orders.get(name))
    except Invalid as error:
        raise Refusal(name, error.sentence) from error


def validity(table: Table, row: Row, settled: Settled) -> str:
    days = {name: day_in(table, row, name, settled) for name in VALID}
    dates = [f"{phrase} {days[name]}" for name, phrase in VALID.items() if days[name]]
    return f"Valid {' '.join(dates)}." if dates else ""


def code_of(cell: str) -> str:
    try:
        return read_currency(cell)
    except ValueError:
        return cell.strip().upper()
