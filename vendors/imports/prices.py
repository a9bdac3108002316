"""Prices in the cells of a spreadsheet; what is not certain stays a text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from evaltracker.importing.layout import short
from evaltracker.importing.rows import Refusal
from evaltracker.money import inexact, padded
from evaltracker.tabular import Row, Sheet, header_key
from evaltracker.tabular.numbers import (
    Style,
    is_open,
    read_number,
    style_of,
)
from vendors.choices import CostState, Recurrence
from vendors.costs import parse_amount
from vendors.imports.cost_words import STATES
from vendors.imports.money_words import Parts, parts_of
from vendors.imports.number_formats import words_around

MOST = Decimal(10) ** 12
PERIODS = {
    "month": Recurrence.MONTHLY,
    "year": Recurrence.YEARLY,
    "once": Recurrence.ONCE,
}
BELOW_NOTHING = re.compile(
    r"[-−–]\s?\S{0,4}\s?[0-9]|\((?=[^a-z]*[0-9])[^a-z]*\)$", re.I
)
CREDIT = re.compile(
    r"[-−](?P<minus>[^-−–\s()][^-−–()]*)|\((?P<brackets>[^a-z()]+)\)",
    re.I,
)
# Those who write these put the comma between thousands.
ENGLISH = frozenset({"USD", "GBP", "CAD", "AUD", "NZD"})


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
        """The likeliest of the currencies; blank if it names none."""
        return self.currencies[0] if self.currencies else ""


def read_price(sheet: Sheet, row: Row, column: int, style: Style | None) -> Price:
    """The price in a cell, never guessed.

    Raises:
        Refusal: it is a share, below nothing, in two currencies, or can be two.

    """
    cell = row.cell(column)
    if not cell:
        return Price()
    if column in row.numbers:
        return of_number(cell, sheet.formats.get((row.number, column), ""))
    state = STATES.get(header_key(cell))
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
        parts = parts_of(f"{around.before} 1{around.after}")
        codes = parts.currencies if parts else ()
        return Price(amount=kept(Decimal(plain), cell), currencies=codes)
    price = of_text(f"{around.before} {plain}{around.after}", Style.POINT)
    if price.amount is None:
        return Price(amount=kept(Decimal(plain), cell))
    return price


def of_text(cell: str, style: Style | None) -> Price:
    """A price as somebody typed it."""
    plain = " ".join(cell.split())
    refuse_no_price(plain)
    inside = credit_in(plain)
    if inside:
        return credit(of_text(inside, style), cell[:300])
    parts = parts_of(plain)
    if parts is None or says_more_than_one(plain):
        return Price(text=cell[:300], problem="It is not certain.")
    number = read_number(parts.number, style)
    if number is None and is_open(parts.number):
        raise Refusal("", open_sentence(parts.number))
    terms = parse_amount(f"USD 1 {parts.rest}".strip())
    if number is None or terms.amount is None:
        return Price(text=cell[:300], problem="It is not certain.")
    is_bare = plain == parts.number
    return Price(
        amount=kept(number * parts.factor, plain),
        currencies=parts.currencies,
        unit=unit_of(terms.unit, terms.period),
        recurrence=PERIODS.get(terms.period or ""),
        text="" if is_bare and plain.replace(".", "").isdigit() else cell[:300],
    )


def refuse_no_price(plain: str) -> None:
    """Refuse shares, and what may be below nothing, which look like prices."""
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


def credit_in(plain: str) -> str:
    """The amount of a credit without its minus or brackets; blank if it is none."""
    found = CREDIT.fullmatch(plain)
    return (found["minus"] or found["brackets"]).strip() if found else ""


def credit(price: Price, text: str = "") -> Price:
    """The same amount below nothing."""
    amount = None if price.amount is None else -price.amount
    return replace(price, amount=amount, text=text or price.text)


def says_more_than_one(plain: str) -> bool:
    """Whether it is a range or a limit, or no price at all."""
    return parse_amount(re.sub(r"^[^\d<>~≥≤]*", "", plain)).problem in UNCERTAIN


UNCERTAIN = frozenset(
    parse_amount(example).problem for example in ("1-2", "<1", "1+", "1e5", "no")
)


def open_sentence(number: str) -> str:
    """Why a number is not taken."""
    one, two = (read_number(number, style) for style in (Style.COMMA, Style.POINT))
    return (
        f"“{number}” can be {one:,.0f} or {two}, and the column does not tell which. "
        "Say how it writes its numbers."
    )


def numbers_in(texts: Iterable[str]) -> Iterator[Parts]:
    """The numbers of a column's cells."""
    for text in texts:
        try:
            parts = parts_of(" ".join(text.split()))
        except Refusal:
            continue
        if parts is not None:
            yield parts


def settled_style(texts: Iterable[str]) -> tuple[Style | None, list[str]]:
    """How a column writes its numbers, and those that can be two."""
    parts = list(numbers_in(texts))
    opened = [it for it in parts if is_open(it.number)]
    style = style_of(it.number for it in parts)
    told = any(style_of([it.number]) for it in parts)
    if style is None and not told and opened:
        is_english = all(
            "," in it.number and it.currencies[:1] and it.currencies[0] in ENGLISH
            for it in opened
        )
        style = Style.POINT if is_english else None
    return style, list(dict.fromkeys(it.number for it in opened))


def kept(amount: Decimal, cell: str) -> Decimal:
    """The amount as it is kept.

    Raises:
        Refusal: something of it would be lost, or it is too much.

    """
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


def unit_of(unit: str | None, period: str | None) -> str:
    """What one price buys; an hour or a day is a unit and no rhythm of payment."""
    words = [unit or "", period if period in ("hour", "day") else ""]
    return " per ".join(word for word in words if word)
