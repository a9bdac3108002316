"""Numbers and money as people write them in cells: read, asked back, or refused.

Nothing is guessed: what can be read in two ways comes back with both readings. The
words of twelve languages are data, `words.json`; currencies are named by CLDR.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.numbers import get_currency_name

from evaltracker.money import CODES, MOST_PLACES, read_currency
from evaltracker.toolbox.tabular.cells import DIGITS, Style, readings

WORDS: dict[str, Any] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
RHYTHMS = ("monthly", "yearly", "once")
MOST, MOST_DIGITS = Decimal(10) ** 12, 20
# Decimal marks by style, and the other way round.
MARKS = {Style.POINT: ".", Style.COMMA: ",", None: ""}
_STYLES = {mark: style for style, mark in MARKS.items()}
_NUMBER = re.compile(r"(?P<sign>[-−+]?)(?P<digits>[^eE]+)(?:[eE](?P<power>[+-]?\d+))?")
_SCALE = re.compile(r"(\s*)([TMk](?=€|EUR|CHF|USD)|万|[^\W\d_]+)\.?")
_CURRENCY = re.compile(r"[^\W\d_]{0,3}[^\w\s.,/()+%·-]|[^\W\d_]+\.?(?:\s[^\W\d_]+){,2}")
_RANGE = re.compile(r"[0-9]\s*[-–—]\s*\S{0,3}\s?[0-9]")
_SHARE = re.compile(r"[%‰]|\bper ?cent\b|\bprozent\b", re.IGNORECASE)
_CREDIT = re.compile(r"\(([^()−-]*[0-9][^()−-]*)\)")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, or the state *included* or *not_offered*; blank is not said."""

    amount: Decimal | None = None
    currency: str = ""
    rhythm: str = ""
    unit: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Cell[V]:
    """What a cell says: a value, a question, a text, or why it is refused.

    A question is about a *number*, a *currency*, *words* or *tax*; `proposed` is the
    option that a yes to everything takes, blank if somebody has to choose.
    """

    value: V | None = None
    question: str = ""
    options: tuple[str, ...] = ()
    proposed: str = ""
    word: str = ""
    text: str = ""
    refusal: str = ""

    @property
    def confidence(self) -> str:
        """*certain*, *proposed*, *open*, *text*, *refused* or *blank*."""
        if self.question:
            return "proposed" if self.proposed else "open"
        if self.refusal:
            return "refused"
        return "text" if self.text else "blank" if self.value is None else "certain"


def key(text: str) -> str:
    """What words are compared by: without case, accents, blanks, dots and brackets."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = re.sub(r"[\s.*_`\u0300-\u036f-]|\([^()]*\)", "", folded)
    return bare or folded.strip()


def _keys(by_language: dict[str, list[str]]) -> list[str]:
    return [key(word) for words in by_language.values() for word in words]


def _by_key(name: str) -> dict[str, str]:
    return {word: value for value in WORDS[name] for word in _keys(WORDS[name][value])}


STATES, _UNITS, _RHYTHM = map(_by_key, ("price_states", "units", "rhythm"))
_PERIODS = {
    word: times
    for times, by_language in WORDS["other_periods"].values()
    for word in _keys(by_language)
}
_SCALES = {
    word: int(power) for power, words in WORDS["scales"].items() for word in words
}
_DURATIONS, _PER, _TAX, _BOUNDS = (
    frozenset(_keys(WORDS[name])) for name in ("durations", "per", "tax", "bounds")
)


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _readings(digits: str) -> dict[Style, Decimal]:
    return readings(f"0{digits}" if digits[:1] in (".", ",") else digits)


def settled_style(cells: Iterable[Any]) -> Style | None:
    """How cells write numbers, if they agree; their numbers tell, not who wrote."""
    styles: set[Style] = set()
    for cell in cells:
        if isinstance(cell, str) and (digits := DIGITS.search(cell)):
            numbers = readings(digits[0].rstrip(".,"))
            styles |= numbers.keys() if len(numbers) == 1 else set()
    return styles.pop() if len(styles) == 1 else None


def _of_column(
    cells: Iterable[Any], decimal: str, sheet: Iterable[Any]
) -> tuple[Style | None, Style | None]:
    """What settles a column, and what only proposes."""
    return _STYLES.get(decimal) or settled_style(cells), settled_style(sheet)


def _chosen(
    numbers: dict[Style, Decimal], settled: Style | None, proposed: Style | None
) -> Cell[Decimal]:
    values = sorted(set(numbers.values()), reverse=True)
    if len(values) == 1 or settled in numbers:
        return Cell(numbers.get(settled, values[0]) if settled else values[0])
    usual = numbers.get(proposed) if proposed else None
    return Cell(
        question="number",
        options=tuple(map(plain, values)),
        proposed="" if usual is None else plain(usual),
    )


def read_numbers(
    cells: Sequence[Any], *, decimal: str = "", sheet: Iterable[Any] = ()
) -> list[Cell[Decimal]]:
    """One column of numbers; the mark `decimal` settles what can be read in two ways.

    Else its other cells do; other columns of the sheet propose. What a spreadsheet
    keeps as a number is exact.
    """
    styles = _of_column(cells, decimal, sheet)
    return [
        _number(cell.strip(), *styles)
        if isinstance(cell, str)
        else Cell(Decimal(str(cell)))
        for cell in cells
    ]


def _number(text: str, settled: Style | None, proposed: Style | None) -> Cell[Decimal]:
    if not text:
        return Cell()
    if any(mark.isdigit() and not mark.isascii() for mark in text):
        return Cell(refusal="digits")
    match = _NUMBER.fullmatch(text)
    if match is None:
        return Cell(refusal="no number")
    power, bare = match["power"] or "0", re.fullmatch("[0-9.,]+", match["digits"])
    if bare and (sum(map(str.isdigit, text)) > MOST_DIGITS or len(power) > 3):
        return Cell(refusal="too long")
    numbers = _readings(match["digits"])
    if not numbers:
        return Cell(refusal="no number")
    factor = Decimal(-1 if match["sign"] in ("-", "−") else 1).scaleb(int(power))
    scaled = {style: number * factor for style, number in numbers.items()}
    return _chosen(scaled, settled, proposed)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    codes_by_name: dict[str, set[str]] = {}
    for language in WORDS["languages"]:
        for code in CODES:
            for count in (None, 1, 2, 5):
                name = key(get_currency_name(code, count, language))
                codes_by_name.setdefault(name, set()).add(code)
    return {name: tuple(sorted(codes)) for name, codes in codes_by_name.items()}


def currencies_of(text: str) -> tuple[str, ...]:
    """The codes that a sign, a code or a name can mean, the likeliest first."""
    word = text.strip().casefold()
    if codes := WORDS["currencies"]["signs"].get(word.rstrip(".")):
        return tuple(codes)
    # “all” and “try” are words; ALL and TRY are currencies.
    is_small = word not in ("eur", "usd", "gbp", "chf") and not text.strip().isupper()
    if len(word) == 3 and word.isalpha() and is_small:
        return ()
    try:
        return (read_currency(text),)
    except ValueError:
        return _names().get(key(text), ())


def currency_before(rest: str) -> tuple[tuple[str, ...], str]:
    rest = rest.strip()
    match = _CURRENCY.match(rest)
    parts = match[0].split(" ") if match else []
    for many in range(len(parts), 0, -1):
        name = " ".join(parts[:many])
        if codes := currencies_of(name):
            return codes, rest[len(name) :].strip()
    return (), rest


def scale_before(rest: str) -> tuple[int, str]:
    """The power of ten that stands behind a number, and what follows it."""
    scale = _SCALE.match(rest)
    power = _SCALES.get(scale[2].casefold()) if scale else None
    if scale is None or power is None:
        return 0, rest
    behind = rest[scale.end() :]
    # A letter counts right behind the number only: “3 m” may be three months.
    is_letter = scale[1] and scale[2].isascii() and len(scale[2]) == 1
    return (
        (0, rest) if is_letter and not currency_before(behind)[0] else (power, behind)
    )


def read_money(
    cells: Sequence[Any],
    *,
    decimal: str = "",
    sheet: Iterable[Any] = (),
    currency: str = "",
    formats: Sequence[str] = (),
) -> list[Cell[Money]]:
    """One column of prices, settled as numbers are; `currency` is the evaluation's.

    `formats` are those of the spreadsheet, by cell; they show the currency.
    """
    settled, proposed = _of_column(cells, decimal, sheet)
    shapes = [*formats, *[""] * (len(cells) - len(formats))]
    return [
        _of_text(cell.strip(), settled, proposed, currency)
        if isinstance(cell, str)
        else _of_native(Decimal(str(cell)), shape)
        for cell, shape in zip(cells, shapes, strict=True)
    ]


def _of_native(amount: Decimal, shape: str) -> Cell[Money]:
    bare = re.sub(r'"[^"]*"', "", shape)
    if "%" in bare:
        return Cell(refusal="share")
    sign = re.search(r"\[\$([^\]-]+)", bare) or re.search(r"([€£$¥₹])", bare)
    codes = currencies_of(sign[1]) if sign else ()
    return _in_limits(Money(amount, codes[0] if len(codes) == 1 else ""))


def _in_limits(money: Money) -> Cell[Money]:
    if money.amount is not None and abs(money.amount) >= MOST:
        return Cell(refusal="too much")
    places = money.amount.normalize().as_tuple().exponent if money.amount else 0
    if isinstance(places, int) and -places > MOST_PLACES:
        return Cell(refusal="rounded")
    return Cell(money)


def _of_text(
    text: str, settled: Style | None, proposed: Style | None, own: str
) -> Cell[Money]:
    state, digits = STATES.get(key(text)), DIGITS.search(text)
    if state in ("included", "not_offered"):
        return Cell(Money(state=state))
    if _SHARE.search(text):
        return Cell(refusal="share")
    if credit := _CREDIT.fullmatch(text):
        cell = _of_text(credit[1], settled, proposed, own)
        if cell.value and cell.value.amount is not None:
            return Cell(replace(cell.value, amount=-cell.value.amount))
        return cell
    if state or digits is None or _RANGE.search(text):
        return Cell(text=text)
    start = digits.start() - (text[: digits.start()].endswith((".", ",")))
    number = text[start : digits.end()].rstrip(".,")
    before, behind = text[:start].strip(), text[start + len(number) :]
    if {key(word) for word in re.findall(r"\w+", f"{before} {behind}")} & _TAX:
        return Cell(question="tax", options=("net", "gross", "text"))
    numbers = _readings(number)
    if no_cents := re.match(r"[.,]\s?[-–—]+", behind):
        behind = behind[no_cents.end() :]
        numbers = dict.fromkeys(numbers, max(numbers.values(), default=Decimal(0)))
    is_credit = before[:1] in ("-", "−") or before[-1:] in ("-", "−")
    before = before.strip("-− ")
    words = [key(word) for word in (before, *before.split(), *behind.split()[:1])]
    is_bound = before[:1] in tuple("~<>≥≤≈") or re.match(r"\+(?:$|/)", behind)
    first, power = currencies_of(before), 0
    if not first and before[:1] in ("T", "k", "M"):
        first, power = currencies_of(before[1:]), _SCALES[before[0].casefold()]
    if is_bound or _BOUNDS.intersection(words) or not numbers or (before and not first):
        return Cell(text=text)
    scale, rest = (0, behind) if power else scale_before(behind)
    second, rest = currency_before(rest)
    third = currency_before(rest)[0] if second else ()
    codes = tuple(code for code in first or second if not second or code in second)
    if (first and second and not codes) or (third and third != second):
        return Cell(refusal="two currencies")
    terms = _basis(rest, bool(codes), text)
    if isinstance(terms, Cell):
        return terms
    factor = Decimal(-1 if is_credit else 1).scaleb(power + scale)
    scaled = {style: value * factor for style, value in numbers.items()}
    is_pointed = bool(codes) and codes[0] in WORDS["currencies"]["pointed"]
    amount = _chosen(scaled, settled, proposed or (Style.POINT if is_pointed else None))
    if amount.value is None:
        return Cell(None, amount.question, amount.options, amount.proposed)
    if len(codes) > 1 and own not in codes:
        usual = "USD" if "USD" in codes else ""
        return Cell(question="currency", options=codes[:4], proposed=usual)
    code = own if own in codes else codes[0] if codes else ""
    return _in_limits(Money(amount.value, code, *terms))


def _basis(rest: str, has_currency: bool, text: str) -> tuple[str, str] | Cell[Any]:
    """The rhythm and the unit that stand behind an amount, or what is to be asked."""
    lone = re.fullmatch(r"\(([^()]*)\)", rest.strip())
    rest = (lone[1] if lone else rest).strip()
    name = key(rest)
    if rest in ("-", "−"):
        return Cell(question="words", word=rest, options=("credit", "text"))
    if not rest.strip(" ."):
        return "", ""
    is_bare = "/" not in rest and _without_per(rest) == rest
    if is_bare and name in _DURATIONS and not has_currency:
        return Cell(text=text)
    if is_bare and name not in _RHYTHM:
        options = ("scale", "unit", "text") if name in _SCALES else ("unit", "text")
        usual = "" if has_currency else "text"
        return Cell(question="words", word=rest, options=options, proposed=usual)
    rhythm = unit = ""
    for segment in filter(None, map(str.strip, rest.split("/"))):
        word = segment if key(segment) in _RHYTHM else _without_per(segment)
        name = key(word)
        if not rhythm and (name in _RHYTHM or (unit and name == "m")):
            rhythm = _RHYTHM.get(name, "monthly")
        elif not unit and name in _UNITS:
            unit = _UNITS[name] if len(name) == 1 else word.casefold()
        else:
            times, stroke = _PERIODS.get(name), "/" * word[:1].isdigit()
            meant = (f"yearly ×{times}",) if times else RHYTHMS
            return Cell(
                question="words",
                word=f"{stroke}{word}",
                options=(*meant, "unit", "text"),
            )
    return rhythm, unit


def _without_per(segment: str) -> str:
    first, _, rest = segment.partition(" ")
    return rest.strip() if rest and key(first) in _PER else segment
