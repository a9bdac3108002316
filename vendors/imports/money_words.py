"""A price as it is typed, taken apart: its number, its currency, and what it counts."""

import re
from dataclasses import dataclass
from decimal import Decimal

from evaltracker.importing.layout import short
from evaltracker.importing.rows import Refusal
from evaltracker.tabular.numbers import DIGITS
from vendors.imports.currencies import currencies_of

THOUSAND, MILLION, BILLION = Decimal(10) ** 3, Decimal(10) ** 6, Decimal(10) ** 9
SCALES = {
    **dict.fromkeys(("k", "t", "tsd", "tsd.", "thousand"), THOUSAND),
    **dict.fromkeys(("m", "mn", "mio", "mio.", "million", "millions"), MILLION),
    **dict.fromkeys(("b", "bn", "mrd", "mrd.", "billion", "billions"), BILLION),
    **{"lakh": Decimal(10) ** 5, "crore": Decimal(10) ** 7},
}
# A letter counts right behind the number only: “3 m” may be three months.
LETTERS = frozenset({"k", "t", "m", "b"})
SCALE = re.compile(r"(?P<gap>\s*)(?P<word>[A-Za-z]{1,8}\.?)")
CURRENCY = re.compile(r"[^\W\d_]{0,3}[^\w\s.,/()+%-]|[^\W\d_]+\.?(?:\s[^\W\d_]+){0,2}")


@dataclass(frozen=True, slots=True)
class Parts:
    """A cell taken apart around its first number."""

    number: str
    currencies: tuple[str, ...]
    factor: Decimal
    rest: str


def parts_of(plain: str) -> Parts | None:
    """Number, currency, thousands or millions, and the words behind."""
    found = DIGITS.search(plain)
    if found is None:
        return None
    number = found[0].rstrip(" .,'’")
    before, rest = plain[: found.start()].strip(), plain[found.start() + len(number) :]
    first: tuple[str, ...] = ()
    if before:
        first = currencies_of(before)
        if not first:
            return None
    factor, rest = scale_of(rest)
    second, rest = currency_before(rest.strip())
    if first and second:
        both = tuple(code for code in second if code in first)
        if not both:
            raise Refusal("", f"“{short(plain)}” names two currencies. Keep one.")
        first = both if len(second) == 1 else tuple(c for c in first if c in second)
    return Parts(number, first or second, factor, rest)


def scale_of(rest: str) -> tuple[Decimal, str]:
    """What the number counts: ones, thousands, millions; and what follows."""
    found = SCALE.match(rest)
    if found is None:
        return Decimal(1), rest
    word = found["word"].casefold()
    if word == "teur":
        return THOUSAND, f" EUR{rest[found.end() :]}"
    if word in LETTERS and found["gap"] and not currency_before(rest[found.end() :])[0]:
        return Decimal(1), rest
    factor = SCALES.get(word)
    if factor is None:
        return Decimal(1), rest
    return factor, rest[found.end() :]


def currency_before(rest: str) -> tuple[tuple[str, ...], str]:
    """The currencies that the words begin with, and the other words."""
    found = CURRENCY.match(rest.strip())
    words = found[0].split(" ") if found else []
    for many in range(len(words), 0, -1):
        said = " ".join(words[:many])
        # “all” and “try” are words; ALL and TRY are currencies.
        is_word = len(said) == 3 and said.isalpha() and not said.isupper()
        codes = () if is_word and said not in ("eur", "usd") else currencies_of(said)
        if codes:
            return codes, rest.strip()[len(said) :].strip()
    return (), rest.strip()
