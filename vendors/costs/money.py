"""Reading prices as people write them, without ever guessing.

The original text is always kept. What is not certain stays empty, and
``problem`` is the sentence that asks for it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from evaltracker.money import CODES

# On price lists of this trade a bare dollar is the American one. A caller who
# knows better hands in another mapping; signs that several currencies share
# evenly (¥, kr) are left out on purpose.
SIGNS: Mapping[str, str] = {"US$": "USD", "$": "USD", "€": "EUR", "£": "GBP"}
LONGEST = 200
# Those who write these put the comma between thousands.
_ENGLISH = frozenset({"USD", "GBP", "CAD", "AUD", "NZD"})
_PERIODS = {
    **dict.fromkeys(("m", "mo", "month", "monthly"), "month"),
    **dict.fromkeys(("y", "yr", "year", "yearly", "annum"), "year"),
    **dict.fromkeys(("d", "day", "daily"), "day"),
    **dict.fromkeys(("h", "hr", "hour", "hourly"), "hour"),
    **dict.fromkeys(("once", "one-time", "one-off"), "once"),
}
_UNITS = {"u": "user", "users": "user"}

_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,2})?")
_DOT_OF_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_PRICE = re.compile(
    r"(?P<before>US\$|[^\w\s.,+-]|[A-Z]{3}(?=[\s0-9]))?\s*"
    r"(?P<number>[0-9][0-9.,]*)"
    r"\s*(?P<after>[^\w\s.,/()+-]|[A-Z]{3}(?![A-Za-z]))?"
    r"(?P<rest>.*)"
)
_SAMPLE = re.compile(r"\((?P<a>[0-9]+k? [a-z]+)\)$|for (?P<b>[0-9]+k? [a-z]+)$", re.I)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)?", re.I)

_NO_PRICE = "It states no price; ask for one, or mark the line as not stated."


@dataclass(frozen=True, slots=True)
class ParsedAmount:
    """A price as it was written and what of it is certain.

    ``unit`` is what one price buys (*user*, *device*, *100K events*), ``period``
    one of hour, day, month, year, once. ``problem`` is ``None`` only when amount,
    currency and period are all there and every word was understood.
    """

    original: str
    amount: Decimal | None = None
    currency: str | None = None
    unit: str | None = None
    period: str | None = None
    problem: str | None = None


def read_decimal(text: str) -> Decimal:
    """Read a plain ASCII decimal: digits, at most one point, no sign, no exponent.

    Anything else raises ``ValueError`` with the sentence for the person.
    """
    if not _PLAIN.fullmatch(text.strip(" ")):
        raise ValueError(
            f"“{text[:40]}” is not a plain number. Write digits and at most one "
            f"point, such as 1234.50."
        )
    return Decimal(text.strip(" "))


def parse_amount(text: str, signs: Mapping[str, str] = SIGNS) -> ParsedAmount:
    """Read one price; see the module for what it promises."""
    plain = " ".join(text.split())
    refusal = _refusal(plain)
    if refusal:
        return ParsedAmount(text, problem=refusal)
    match = _PRICE.fullmatch(plain)
    if match is None:
        return ParsedAmount(text, problem=_NO_PRICE)
    currency, problem = _currency(match["before"], match["after"], signs)
    amount, number_problem = _number(match["number"], currency)
    problem = number_problem or problem
    if amount is None:
        return ParsedAmount(text, currency=currency, problem=problem)
    terms = _terms(match["rest"].strip())
    if terms is None:
        words = f"“{match['rest'].strip()}” after the number is not understood"
        return ParsedAmount(
            text, currency=currency, problem=f"{words}, so the price is not certain."
        )
    unit, period = terms
    if period is None and problem is None:
        problem = "It does not say whether it is paid per month, per year or once."
    return ParsedAmount(text, amount, currency, unit, period, problem)


def check_shares(shares: Iterable[Decimal]) -> None:
    """Refuse payment shares that do not sum to exactly 100%."""
    given = tuple(shares)
    if any(not share.is_finite() or share <= 0 for share in given):
        raise ValueError("Every payment share must be above 0%.")
    total = sum(given, Decimal(0))
    if total != 100:
        raise ValueError(f"The payment shares sum to {total}%, not to 100%.")


def _refusal(plain: str) -> str | None:
    if len(plain) > LONGEST:
        return f"It is longer than {LONGEST} characters; write one price per line."
    if not any(char.isdigit() for char in plain):
        if plain.casefold() in ("free", "included"):
            return "It names no amount; mark the line included instead."
        return _NO_PRICE
    if plain[0].isalpha() and not re.match(r"(?:US\$|[A-Z]{3})\s*[0-9]", plain):
        return _NO_PRICE
    if plain.startswith("-"):
        return "A price cannot be below 0."
    if re.search(r"[0-9] ?[-\u2013\u2014] ?[^a-z\s]? ?[0-9]", plain):
        return "It is a range; write its ends as low and high."
    if re.search(r"[0-9]\+", plain) or plain[0] in "<>~≥≤":
        return "It is only a limit (from, over, about), not a price."
    if re.search(r"[0-9][eE][0-9+-]", plain):
        return "Write the number in digits, without an exponent."
    if any(char.isdigit() and not char.isascii() for char in plain):
        return "Write the number in plain digits 0 to 9."
    return None


def _currency(
    before: str | None, after: str | None, signs: Mapping[str, str]
) -> tuple[str | None, str | None]:
    if before and after:
        return None, f"It names two currencies, “{before}” and “{after}”."
    sign = before or after
    if sign is None:
        return None, "It names no currency."
    code = sign if sign in CODES else signs.get(sign)
    return code, None if code else f"“{sign}” is not a known currency; write its code."


def _number(text: str, currency: str | None) -> tuple[Decimal | None, str | None]:
    if _DOT_OF_THOUSANDS.fullmatch(text):
        thousands = text.replace(".", "")
        return (
            None,
            f"“{text}” may be {text} or {thousands}; write {thousands} or {text}0.",
        )
    if _PLAIN.fullmatch(text):
        return Decimal(text), None
    if _GROUPED.fullmatch(text):
        sure = text.count(",") > 1 or "." in text or currency in _ENGLISH
        if sure:
            return Decimal(text.replace(",", "")), None
    return None, f"“{text}” is not a plain number; write it such as 1234.50."


def _terms(rest: str) -> tuple[str | None, str | None] | None:
    """Return unit and period, or ``None`` if a word is left over."""
    sample = _SAMPLE.search(rest)
    unit = None
    if sample:
        unit = sample["a"] or sample["b"]
        rest = rest[: sample.start()].strip()
    tail = re.sub(r"\bper\b", "/", rest, flags=re.I)
    if tail and not tail.startswith("/"):
        tail = f"/{tail}" if tail.casefold() in _PERIODS else "?"
    parts = [part.strip() for part in tail.split("/")[1:]] if tail != "?" else ["?"]
    if len(parts) == 1:
        # "host-month" is a unit and a period in one word; "one-time" is not.
        stem, dash, last = parts[0].rpartition("-")
        if dash and last in _PERIODS and parts[0] not in _PERIODS:
            parts = [stem, last]
    period = None
    if parts and parts[-1].casefold() in _PERIODS:
        period = _PERIODS[parts.pop().casefold()]
    if len(parts) > 1 or (parts and unit) or not all(map(_WORD.fullmatch, parts)):
        return None
    if parts:
        unit = _UNITS.get(parts[0].casefold(), parts[0].casefold())
    return unit, period
