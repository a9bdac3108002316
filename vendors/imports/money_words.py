"""What an import of claims would do, before anything is done."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import get_currency_name

from evaltracker.importing.plan import short
from evaltracker.importing.rows import Refusal
from evaltracker.money import CODES, read_currency
from evaltracker.requirements.imports import Plan
from evaltracker.toolbox.tabular.cells import DIGITS
from vendors.candidates import ClaimWords

# Which currencies a sign, a code or a word in a cell can be.

LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "cs", "fi")
DOLLARS = ("USD", *sorted(code for code in CODES if code.endswith("D")))
SHARED = {
    "$": DOLLARS,
    "dollar": DOLLARS,
    "dollars": DOLLARS,
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP", "SSP", "LBP", "SYP"),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "kr.": ("DKK", "SEK", "NOK", "ISK"),
}
# What a bare $ or £ means, unless something beside it says another currency.
MEANT = frozenset({"USD", "GBP"})
SIGNS = {
    **dict.fromkeys(("us$", "$us", "usd$"), "USD"),
    **dict.fromkeys(("ca$", "c$", "cad$"), "CAD"),
    **dict.fromkeys(("a$", "au$"), "AUD"),
    **{"nz$": "NZD", "hk$": "HKD", "s$": "SGD", "sg$": "SGD", "mx$": "MXN"},
    **{"cn¥": "CNY", "jp¥": "JPY", "fr.": "CHF", "sfr": "CHF", "sfr.": "CHF"},
}


def currencies_of(text: str) -> tuple[str, ...]:
    """The codes that `text` can mean, the likeliest first; none if it is no currency.

    What stands between brackets in a format of Excel is read, too.
    """
    word = " ".join(text.split()).casefold()
    if word in SHARED:
        return SHARED[word]
    if word in SIGNS:
        return (SIGNS[word],)
    try:
        return (read_currency(word),)
    except ValueError:
        return _names().get(word, ())


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """By name in some languages, in one or many, the currencies called so."""
    found: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for code, name in Locale(language).currencies.items():
            found.setdefault(name.casefold(), set()).add(code)
    for code in CODES:
        many = get_currency_name(code, 2, "en").casefold()
        found.setdefault(many, set()).add(code)
    return {
        name: tuple(sorted(codes & CODES))
        for name, codes in found.items()
        if codes & CODES
    }


# A price as it is typed, taken apart: its number, its currency, and what it counts.

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


# What a number format of Excel puts around a number.

# Quoted words, an escaped mark, a currency in brackets, other brackets, a blank as wide
# as a mark, a repeated mark; everything else stands for itself. What nothing closes
# goes to the end.
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]?'
    r"|\[[^\]]*\]?|_.|\*.|(?P<digits>[0#?](?:[0#?.,/ ]*[0#?])?)(?P<scale>,*)"
    r"|(?P<general>General)|(?P<mark>.)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Around:
    """The words before and after a number; `is_scaled` if thousands are not shown."""

    before: str = ""
    after: str = ""
    is_scaled: bool = False


def words_around(number_format: str) -> Around:
    """What people read around a number in this format."""
    section = first_section(number_format)
    before, after, seen, is_scaled = "", "", False, False
    for token in TOKEN.finditer(section):
        if token["digits"] or token["general"]:
            seen = True
            is_scaled = is_scaled or bool(token["scale"])
            continue
        said = next((it for it in token.group(1, 2, 3, 7) if it), "")
        if seen:
            after += said
        else:
            before += said
    return Around(before.strip(), after.strip(), is_scaled)


def first_section(number_format: str) -> str:
    """The part for numbers above 0."""
    quoted = False
    for place, mark in enumerate(number_format):
        if mark == '"':
            quoted = not quoted
        elif mark == ";" and not quoted:
            return number_format[:place]
    return number_format


type Cell = tuple[str, str]  # a candidate's name and a requirement's ref


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One claim as the file has it."""

    candidate: str
    ref: str
    words: ClaimWords
    sheet: str
    row: int

    @property
    def cell(self) -> Cell:
        """Where it belongs in the matrix."""
        return self.candidate, self.ref

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.ref} / {self.candidate}"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a status word means in an evaluation; unstated keeps it as text."""

    availability: str
    available_from: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A status word that nobody has explained: as looked up, and as it was written.

    `count` is how often the file has it.
    """

    key: str
    shown: str
    count: int


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """The current claim of a cell.

    `is_fresh` tells whether it answers the requirement's words of today.
    """

    words: ClaimWords
    by_vendor: bool = False
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What the evaluation has: refs with texts, candidates with aliases, claims.

    `words` are the status words that its people explained.
    """

    requirements: Mapping[str, str]
    candidates: Mapping[str, Sequence[str]]
    claims: Mapping[Cell, KnownClaim] = field(default_factory=dict)
    words: Mapping[str, Meaning] = field(default_factory=dict)
    # The lists of the brief with their values, and who stays as it is.
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    as_is: frozenset[str] = frozenset()
    # By ref, of the requirements that have one.
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimChange:
    """A claim whose file differs from what stands."""

    line: ClaimLine
    before: ClaimWords


@dataclass(frozen=True, slots=True)
class ClaimsPlan(Plan[ClaimLine, ClaimChange]):
    """The preview of claims, and which way round the file was read."""

    orientation: str = ""
    unknown_words: tuple[UnknownWord, ...] = ()
