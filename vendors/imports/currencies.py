"""Which currencies a sign, a code or a word in a cell can be."""

from functools import cache

from babel import Locale
from babel.numbers import get_currency_name

from evaltracker.money import CODES, read_currency

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
