"""What cells say, a column at a time: read, asked back, kept as text, or refused.

Nothing is guessed: what can be read in two ways comes back as a question. The words of
twelve languages are data, `words.json`; months and currencies are named by CLDR.
"""

import datetime
import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import get_currency_name

from evaltracker.errors import gettext as _
from evaltracker.errors import number as as_read
from evaltracker.money import CODES, MOST_PLACES, read_currency
from evaltracker.toolbox.markup import without_markup, without_tags

WORDS: dict[str, Any] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
RHYTHMS = ("monthly", "yearly", "once")
MOST = Decimal(10) ** 12
MOST_DIGITS = 20
LONGEST_NUMBER = 30
LONGEST_REF = 40
# Why a cell is refused, and options that are no words for people.
SENTENCES = WORDS["sentences"]
LABELS = WORDS["labels"]
_WRITTEN: dict[str, dict[str, str]] = WORDS["written"]
_NUMBER = re.compile(r"(?P<sign>[-−+]?)(?P<digits>[^eE]+)(?:[eE](?P<power>[+-]?\d+))?")
_SCALE = re.compile(r"(\s*)([TMk](?=€|EUR|CHF|USD)|万|[^\W\d_]+)\.?")
_CURRENCY = re.compile(r"[^\W\d_]{0,3}[^\w\s.,/()+%·-]|[^\W\d_]+\.?(?:\s[^\W\d_]+){,2}")
_RANGE = re.compile(r"[0-9]\s*[-–—]\s*\S{0,3}\s?[0-9]")
_SHARE = re.compile(r"[%‰]|\bper ?cent\b|\bprozent\b", re.IGNORECASE)
_ERROR = re.compile(r"#(?:DIV/0!|REF!|NAME\?|VALUE!|NUM!|NULL!)|Err:[0-9]{3}")
_PRICE = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_CREDIT = re.compile(r"\(([^()−-]*[0-9][^()−-]*)\)")


@dataclass(frozen=True, slots=True)
class Hints:
    """What settles a column: answers of the screen, the rest of its sheet.

    `meanings` hold by `key` of a question's word what was chosen for it, a blank key
    for the question of a whole column. `choices` is a closed list of the evaluation.
    """

    decimal: str = ""
    order: str = ""
    currency: str = ""
    sheet: Sequence[Any] = ()
    formats: Sequence[str] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount (with `tax`: *net* or *gross*), or *included* or *not_offered*."""

    amount: Decimal | None = None
    currency: str = ""
    rhythm: str = ""
    unit: str = ""
    state: str = ""
    tax: str = ""


@dataclass(frozen=True, slots=True)
class StatedAvailability:
    """What is said of an availability, and the words and the link beside it."""

    availability: str
    statement: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ParsedCell[V]:
    """What a cell says: a value, a question, a text, or why it is refused.

    A question is a *number*, *currency*, *words*, *word*, *tax*, *order*, *year*,
    *period*, *zeros* or *shares*; `proposed` is the option that a yes takes, blank if
    somebody has to choose. Its `word` is what `Hints.meanings` are kept by; blank: one
    answer for the column. Of a number it is the mark that is read in two ways.
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
            if self.proposed:
                return "proposed"
            return "open"
        if self.refusal:
            return "refused"
        if self.text:
            return "text"
        if self.value is None:
            return "blank"
        return "certain"

    def decimal(self, option: str) -> str:
        """The decimal mark that an option of a number's question means."""
        is_grouped = option == self.options[0]
        if is_grouped:
            return {".": ",", ",": "."}[self.word]
        return self.word


def key(text: str) -> str:
    """What words are compared by: without case, accents, blanks, dots, emphasis."""
    folded = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return re.sub(r"[\s.*_`()\u0300-\u036f\ufe0f-]", "", folded) or folded.strip()


def name_key(text: str) -> str:
    """The same of names of columns and things: without what stands in brackets."""
    return key(re.sub(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>", " ", text)) or key(text)


def _keys(by_language: dict[str, list[str]]) -> list[str]:
    return [key(word) for words in by_language.values() for word in words]


@cache
def words_of(closed: str) -> dict[str, str]:
    """By key of a word of a closed list, the value that it stands for."""
    return {
        word: value
        for value, by_language in WORDS.get(closed, {}).items()
        for word in _keys(by_language)
    }


STATES, _UNITS, _RHYTHM, _PERIODS, _SCALES = map(
    words_of, ("price_states", "units", "rhythm", "other_periods", "scales")
)
_NOTHING = {
    word
    for words in (words_of("availability"), STATES)
    for word in words
    if words[word] in ("not_stated", "not_applicable")
}
_DURATIONS, _PER, _TAX, _BOUNDS, _LIMITS, TOTALS = (
    frozenset(_keys(WORDS[name]))
    for name in ("durations", "per", "tax", "bounds", "limits", "totals")
)


class _CellColumn:
    """What the cells of one column tell about each other, computed when needed."""

    def __init__(self, cells: Sequence[Any], hints: Hints, closed: str) -> None:
        self.cells = cells
        self.hints = hints
        self.closed = closed

    @cached_property
    def decimal(self) -> str:
        return self.hints.decimal or settled_mark(self.cells)

    @cached_property
    def usual(self) -> str:
        """The decimal mark that other columns propose."""
        return settled_mark(self.hints.sheet)

    @cached_property
    def order(self) -> str:
        if self.hints.order:
            return self.hints.order
        orders = {_order_told(cell) for cell in self.cells if isinstance(cell, str)}
        if len(orders - {""}) == 1:
            return "".join(orders)
        return ""

    @cached_property
    def whole(self) -> Decimal:
        """Of shares, the largest; 0 where they are weights."""
        both = zip_longest(self.cells, self.hints.formats, fillvalue="")
        cells = [(_as_text(cell).strip(), cell, shape) for cell, shape in both]
        typed = [cell for cell in cells if cell[0]]
        read = [_number(text.rstrip("% "), self, cell).value for text, cell, _ in typed]
        numbers = [number for number in read if number is not None and number >= 0]
        if not numbers or len(numbers) < len(read):
            return Decimal(0)
        weights = all(number <= 10 and number % 1 == 0 for number in numbers)
        total = sum(numbers, Decimal(0))
        near = Decimal("0.005")
        is_share = (
            any(abs(total / sum_ - 1) < near for sum_ in (1, 100)) and not weights
        )
        is_share |= all("%" in text + shape for text, _, shape in typed)
        if is_share:
            return max(numbers)
        return Decimal(0)

    def answer(self, word: str, options: Sequence[str] = ()) -> str:
        meaning = self.hints.meanings.get(key(word), "")
        if not options or meaning in options:
            return meaning
        return ""


def _as_text(cell: Any) -> str:
    if isinstance(cell, Decimal):
        return plain(cell)
    if isinstance(cell, str):
        return cell
    return str(cell.isoformat())


def plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def typed(number: Decimal) -> str:
    """A number as it reads back to itself: “1.125” could be read in two ways."""
    return re.sub(r"^(-?[1-9]\d{0,2}\.\d{3})$", r"\g<1>0", plain(number))


def sentence_of(cell: ParsedCell[Any], text: str) -> str:
    """Why a number is not taken as it stands, and what to write instead."""
    if cell.question:
        first, second = cell.options
        values = {"text": text, "one": first, "other": second}
        values["written"] = f"{second}0" if "." in second else second
        sentence = _(
            "%(text)s can be %(one)s or %(other)s. Write %(one)s or %(written)s."
        )
        return sentence % values
    return _(SENTENCES[cell.refusal])


def read_local(text: str, kind: str, currency: str = "") -> ParsedCell[Decimal]:
    """A field of its own: a *number*, or a *price*, at most said to be in `currency`.

    Two meanings are always asked back, since no column stands beside it.
    """
    text = text.strip()
    alone = _CellColumn((), Hints(), "")
    if not text:
        return ParsedCell()
    if kind == "number":
        return _number(text, alone)
    return _local_price(text, alone, currency)


def _local_price(text: str, alone: _CellColumn, currency: str) -> ParsedCell[Decimal]:
    if any(mark.isdigit() and not mark.isascii() for mark in text):
        return ParsedCell(refusal="digits")
    digits = DIGITS.search(text)
    if digits is None:
        return ParsedCell(refusal="no number")
    numbers, before, behind = _amount_in(text, digits)
    if re.search("[-−+]", before):
        return ParsedCell(refusal="sign")
    signs = [sign for sign in (before, behind.strip()) if sign]
    if len(signs) == 1:
        codes = currencies_of("".join(signs))
    else:
        codes = ()
    if not numbers or (signs and not codes) or re.search("[-−+]", behind):
        return ParsedCell(refusal="no number")
    if signs and currency not in codes:
        return ParsedCell(refusal="currency")
    if not all(_PRICE.fullmatch(plain(number)) for number in numbers.values()):
        return ParsedCell(refusal="long price")
    return _chosen(numbers, alone)


def read_field(text: str, kind: str = "number", currency: str = "") -> Decimal | None:
    """The number of a field of its own; None: it is blank.

    Raises:
        ValueError: no number of its kind, or two, with the sentence for the person.
    """
    cell = read_local(text, kind, currency)
    if cell.question or cell.refusal:
        raise ValueError(sentence_of(cell, text.strip()[:LONGEST_NUMBER]))
    return cell.value


def meanings_of(text: str, kind: str, currency: str = "") -> list[tuple[str, str]]:
    """Which numbers a field of its own may hold, if there are two, the smaller first:
    each in digits that read back to it, and as the reader writes it."""
    numbers = sorted(map(Decimal, read_local(text, kind, currency).options))
    return [(typed(number), as_read(number)) for number in numbers]


# Numbers. “12.000” is twelve thousand to some and twelve to others: what one cell
# leaves open the other cells of its column often settle; else somebody is asked.

_SPACES = "[ \u00a0\u2009\u202f'’]"
DIGITS = re.compile(rf"[0-9](?:[0-9.,]|{_SPACES}(?=[0-9]))*")
_SPACED = re.compile(rf"[1-9][0-9]{{0,2}}(?:{_SPACES}[0-9]{{3}})+(?=[.,]|$)")
_MARKS = re.compile(_SPACES)
# Lakhs and crores; those who write them put the point before decimals.
_LAKHS = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_WHOLE = "[0-9]+|[1-9][0-9]{0,2}"
# By decimal mark.
_SHAPES = {
    ".": re.compile(rf"({_WHOLE}(?:,[0-9]{{3}})+|{_LAKHS})(?:\.([0-9]+))?"),
    ",": re.compile(rf"({_WHOLE}(?:\.[0-9]{{3}})+)(?:,([0-9]+))?"),
}


def readings(text: str) -> dict[str, Decimal]:
    """By decimal mark, the number that digits are; no mark that makes none."""
    if text[:1] in (".", ","):
        text = f"0{text}"
    spaced = _SPACED.match(text)
    if len(text) > LONGEST_NUMBER or (not text.isascii() and not spaced):
        return {}
    if spaced:
        text = _MARKS.sub("", spaced[0]) + text[spaced.end() :]
    numbers = {}
    for mark, shape in _SHAPES.items():
        if match := shape.fullmatch(text):
            whole = re.sub("[.,]", "", match[1])
            if spaced is None or whole == match[1]:
                numbers[mark] = Decimal(f"{whole}.{match[2] or '0'}")
    return numbers


def settled_mark(cells: Iterable[Any]) -> str:
    """The decimal mark of a column whose cells agree; numbers tell, not who wrote."""
    marks: set[str] = set()
    for cell in cells:
        if isinstance(cell, str) and (digits := DIGITS.search(cell)):
            numbers = readings(digits[0].rstrip(".,"))
            marks |= numbers.keys() if len(numbers) == 1 else set()
    if len(marks) == 1:
        return marks.pop()
    return ""


def _chosen(
    numbers: Mapping[str, Decimal], column: _CellColumn, usual: str = ""
) -> ParsedCell[Any]:
    values = sorted(set(numbers.values()), key=abs, reverse=True)
    if len(values) == 1 or column.decimal in numbers:
        return ParsedCell(numbers.get(column.decimal, values[0]))
    proposed = numbers.get(column.usual or usual)
    if proposed is None:
        usual = ""
    else:
        usual = plain(proposed)
    if abs(numbers["."]) < abs(numbers[","]):
        word = "."
    else:
        word = ","
    return ParsedCell(None, "number", tuple(map(plain, values)), usual, word)


def _number(
    text: str, column: _CellColumn, raw: Any = "", *_: Any
) -> ParsedCell[Decimal]:
    if isinstance(raw, Decimal):
        return ParsedCell(raw)
    if any(mark.isdigit() and not mark.isascii() for mark in text):
        return ParsedCell(refusal="digits")
    match = _NUMBER.fullmatch(text)
    power = (match["power"] if match else "") or "0"
    bare = match and re.fullmatch("[0-9.,]+", match["digits"])
    if bare and (sum(map(str.isdigit, text)) > MOST_DIGITS or len(power) > 3):
        return ParsedCell(refusal="too long")
    if match:
        numbers = readings(match["digits"])
    else:
        numbers = {}
    if match is None or not numbers:
        return ParsedCell(refusal="no number")
    factor = Decimal(-1 if match["sign"] in ("-", "−") else 1).scaleb(int(power))
    return _chosen({mark: value * factor for mark, value in numbers.items()}, column)


def _strict(text: str, *_: Any) -> ParsedCell[Decimal]:
    is_plain = re.fullmatch(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?", text)
    if is_plain:
        return ParsedCell(Decimal(text))
    return ParsedCell(refusal="no number")


def _weight(text: str, column: _CellColumn, raw: Any, shape: str) -> ParsedCell[int]:
    number = _number(text.rstrip("% "), column, raw).value
    if column.whole and number is not None:
        weight = int((number * 10 / column.whole).quantize(Decimal(1), ROUND_HALF_UP))
        if answer := column.answer(""):
            if answer == "text":
                return ParsedCell(text=text)
            return ParsedCell(weight)
        options = (str(weight), "text")
        return ParsedCell(question="shares", options=options, proposed=options[0])
    if number is None or not 0 <= number <= 10 or number % 1 or "%" in text + shape:
        return ParsedCell(refusal="weight")
    return ParsedCell(int(number))


def _level(text: str, *_: Any) -> ParsedCell[int]:
    level = re.fullmatch(r"(?:[^\W\d_]{1,20}\s?)?([0-9]{1,2})", text)
    if level:
        return ParsedCell(int(level[1]))
    return ParsedCell(text=text)


# Days.

_ISO_DAY = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
    r"(?:[T ][0-9:.]{4,15}(?:Z|[+-][0-9:]{2,5})?)?"
)
_LOCAL_DAY = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_NAMED_DAY = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[. -]{1,2}(?:de |of )?"
    r"(?P<month>[^\W\d_]{3,12})\.?[, -]{1,2}(?:de )?(?P<year>[0-9]{4}|[0-9]{2})"
    r"|(?P<month2>[^\W\d_]{3,12})\.? (?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?,? "
    r"(?P<year2>[0-9]{4})"
)
_PERIOD = re.compile(
    r"(?:(?P<part>Q[1-4]|H[12])[ /-]?|(?P<month>[^\W\d_]{3,12})\.?[ -](?:de )?"
    r"|(?P<number>[0-9]{1,2})[/.])?(?P<year>(?:19|20)[0-9]{2})"
    r"|(?P<year2>(?:19|20)[0-9]{2})[ -/]?(?P<part2>Q[1-4]|H[12]|[0-9]{1,2})",
)
_ENDS = {"Q1": 3, "Q2": 6, "H1": 6, "Q3": 9, "Q4": 12, "H2": 12}


@cache
def _months() -> dict[str, int]:
    months: dict[str, set[int]] = {key("sept"): {9}}
    for language in WORDS["languages"]:
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    months.setdefault(key(name), set()).add(number)
    return {name: min(numbers) for name, numbers in months.items() if len(numbers) == 1}


def _order_told(text: str) -> str:
    """The order of day and month that one text can only have."""
    parts = _LOCAL_DAY.fullmatch(text.strip())
    if parts is None or parts[2] == ".":
        return ""
    is_day = int(parts[1]) > 12, int(parts[3]) > 12
    return {(True, False): "day", (False, True): "month"}.get(is_day, "")


def _last_day(period: re.Match[str]) -> datetime.date | None:
    """The last day of a year, a half, a quarter or a month."""
    part = period["part"] or period["part2"] or period["number"] or "12"
    name = period["month"]
    year = int(period["year"] or period["year2"])
    if name:
        month = _months().get(key(name), 0)
    else:
        month = _ENDS.get(part) or int(part)
    is_month = 1 <= month <= 12
    if is_month:
        return datetime.date(year, month, monthrange(year, month)[1])
    return None


def _day(
    text: str, column: _CellColumn, raw: Any, *_: Any
) -> ParsedCell[datetime.date]:
    if isinstance(raw, datetime.date):
        return ParsedCell(datetime.date(raw.year, raw.month, raw.day))
    answer = column.answer(text)
    period = _PERIOD.fullmatch(text)
    if _ISO_DAY.fullmatch(answer) and not _ISO_DAY.fullmatch(text):
        return _day(answer, column, "")
    if period and (last := _last_day(period)):
        options = (last.isoformat(), "text")
        return ParsedCell(None, "period", options, options[0], text)
    year = month = day = ""
    if parts := _ISO_DAY.fullmatch(text):
        year = parts[1]
        month = parts[3] or parts[5]
        day = parts[4] or parts[6]
    elif parts := _LOCAL_DAY.fullmatch(text):
        day = parts[1]
        month = parts[3]
        year = parts[4]
        if parts[2] == ".":
            order = "day"
        else:
            order = _order_told(text) or column.order
        if order == "month":
            month = parts[1]
            day = parts[3]
        elif not order and day != month and max(int(day), int(month)) <= 12:
            both = ((month, day), (day, month))
            century = "20" * (len(year) == 2)
            days = [f"{century}{year}-{a:0>2}-{b:0>2}" for a, b in both]
            return ParsedCell(question="order", options=tuple(days))
    elif parts := _NAMED_DAY.fullmatch(text):
        day = parts["day"] or parts["day2"]
        year = parts["year"] or parts["year2"]
        month = str(_months().get(key(parts["month"] or parts["month2"]), ""))
    if not month and any(map(str.isalpha, text)):
        return ParsedCell(question="word", options=("text",), word=text)
    if len(year) == 2:
        answer = column.answer("") or answer
        if answer == "text":
            return ParsedCell(text=text)
        if not answer:
            options = (f"20{year}", f"19{year}")
            return ParsedCell(None, "year", options, options[0])
        year = answer[:2] + year
    return _day_of(year, month, day)


def _day_of(year: str, month: str, day: str) -> ParsedCell[datetime.date]:
    try:
        return ParsedCell(datetime.date(int(year), int(month), int(day)))
    except ValueError:
        return ParsedCell(refusal="no day")


# Money.


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


def _currency_before(rest: str) -> tuple[tuple[str, ...], str]:
    rest = rest.strip()
    match = _CURRENCY.match(rest)
    parts = match[0].split(" ") if match else []
    for many in range(len(parts), 0, -1):
        name = " ".join(parts[:many])
        if codes := currencies_of(name):
            return codes, rest[len(name) :].strip()
    return (), rest


def _scale_before(rest: str) -> tuple[int, str]:
    """The power of ten that stands behind a number, and what follows it."""
    scale = _SCALE.match(rest)
    if scale:
        power = _SCALES.get(key(scale[2]))
    else:
        power = None
    if scale is None or power is None:
        return 0, rest
    behind = rest[scale.end() :]
    # A letter counts right behind the number only: “3 m” may be three months.
    is_letter = scale[1] and scale[2].isascii() and len(scale[2]) == 1
    is_word = is_letter and not _currency_before(behind)[0]
    if is_word:
        return (0, rest)
    return (int(power), behind)


def _money(text: str, column: _CellColumn, raw: Any, shape: str) -> ParsedCell[Money]:
    if not isinstance(raw, Decimal):
        return _of_text(text.replace("**", ""), column)
    shape = shape.partition(";")[0]
    if "%" in re.sub(r'"[^"]*"', "", shape):
        return ParsedCell(refusal="share")
    # What is shown beside the number; “[$€-407]” is the sign of a place.
    signed = re.sub(r"\[\$([^\]-]{0,9})[^\]]{0,20}\]", r"\1", shape)
    bare = re.sub(r'_.|\*.|\\|\[[^\]]{0,20}\]|"', "", signed)
    surroundings = re.split(r"[#0?][#0?.,]{0,40}", bare, maxsplit=1)
    if len(surroundings) == 2:
        text = text.join(surroundings).strip()
    exact = _CellColumn((), replace(column.hints, decimal="."), "")
    shown = _of_text(text, exact)
    # Currency and scale count; words of a format are no unit and no rhythm.
    if shown.question == "currency":
        return shown
    money = shown.value or Money()
    is_read = money.amount is not None
    return _in_limits(Money(money.amount if is_read else raw, money.currency))


def _in_limits(money: Money) -> ParsedCell[Money]:
    amount = money.amount or Decimal(0)
    places = amount.normalize().as_tuple().exponent
    if isinstance(places, int) and -places > MOST_PLACES:
        return ParsedCell(refusal="rounded")
    if abs(amount) >= MOST:
        return ParsedCell(refusal="too much")
    return ParsedCell(money)


def _amount_in(text: str, digits: re.Match[str]) -> tuple[dict[str, Decimal], str, str]:
    """What digits in a text may be, and what stands before and behind them. “1.200,-”
    has no cents, which tells its mark."""
    start = digits.start() - (text[: digits.start()].endswith((".", ",")))
    number = text[start : digits.end()].rstrip(".,")
    numbers = readings(number)
    behind = text[start + len(number) :]
    if no_cents := re.match(r"[.,]\s?[-–—]+", behind):
        behind = behind[no_cents.end() :]
        numbers = dict.fromkeys(numbers, max(numbers.values(), default=Decimal(0)))
    return numbers, text[:start].strip(), behind


def _of_text(text: str, column: _CellColumn, tax: str = "") -> ParsedCell[Money]:
    state = STATES.get(key(text))
    digits = DIGITS.search(text)
    if state in ("included", "not_offered"):
        return ParsedCell(Money(state=state))
    if _SHARE.search(text):
        return ParsedCell(refusal="share")
    if credit := _CREDIT.fullmatch(text):
        return _credit(credit[1], column, tax)
    if state or digits is None or _RANGE.search(text):
        return ParsedCell(text=text)
    numbers, before, behind = _amount_in(text, digits)
    parts = re.findall(r"\w+", f"{before} {behind}")
    taxes = [part for part in parts if key(part) in _TAX]
    if taxes and not tax:
        return _taxed(text, column, " ".join(taxes))
    return _amount(text, numbers, before, behind, column, tax)


def _credit(text: str, column: _CellColumn, tax: str) -> ParsedCell[Money]:
    cell = _of_text(text, column, tax)
    if cell.value and cell.value.amount is not None:
        return ParsedCell(replace(cell.value, amount=-cell.value.amount))
    return cell


def _taxed(text: str, column: _CellColumn, word: str) -> ParsedCell[Money]:
    """An amount beside words of a tax: net or gross, as somebody answers."""
    options = ("net", "gross", "text")
    answer = column.answer(word, options) or column.answer("", options)
    if answer in ("net", "gross"):
        parts = re.split(r"[\s()+]+", text)
        parts = [part for part in parts if key(part.strip(",.;")) not in _TAX]
        return _of_text(" ".join(parts), column, answer)
    if answer:
        return ParsedCell(text=text)
    return ParsedCell(question="tax", options=options, word=word)


def _amount(
    text: str,
    numbers: Mapping[str, Decimal],
    before: str,
    behind: str,
    column: _CellColumn,
    tax: str,
) -> ParsedCell[Money]:
    """What a text means whose numbers, and what stands around them, are known."""
    is_credit = before[:1] in ("-", "−") or before[-1:] in ("-", "−")
    before = before.strip("-− ")
    names = [key(word) for word in (before, *before.split(), *behind.split()[:1])]
    is_bound = before[:1] in tuple("~<>≥≤≈") or re.match(r"\+(?:$|/)", behind)
    first = currencies_of(before)
    power = 0
    if not first and before[:1] in ("T", "k", "M"):
        first = currencies_of(before[1:])
        power = int(_SCALES[before[0].casefold()])
    if is_bound or _BOUNDS.intersection(names) or not numbers or (before and not first):
        return ParsedCell(text=text)
    scale = 0
    rest = behind
    if not power:
        scale, rest = _scale_before(behind)
    second, unread = _currency_before(rest)
    if second:
        third = _currency_before(unread)[0]
    else:
        third = ()
    codes = tuple(code for code in first or second if not second or code in second)
    if (first and second and not codes) or (third and third != second):
        return ParsedCell(refusal="two currencies")
    terms = _basis(unread, bool(codes), text, column)
    if isinstance(terms, ParsedCell):
        return terms
    rhythm, unit, times = terms
    factor = times * Decimal(-1 if is_credit else 1).scaleb(power + scale)
    scaled = {mark: value * factor for mark, value in numbers.items()}
    is_pointed = bool(codes) and codes[0] in WORDS["currencies"]["pointed"]
    amount = _chosen(scaled, column, "." if is_pointed else "")
    if amount.value is None:
        return amount
    sign = before or rest.strip().removesuffix(unread).strip()
    code = ""
    if column.hints.currency in codes:
        code = column.hints.currency
    elif len(codes) == 1:
        code = codes[0]
    elif codes:
        code = column.answer(sign, codes)
    if codes and not code:
        usual = "USD" if "USD" in codes else ""
        return ParsedCell(None, "currency", codes[:4], usual, sign)
    return _in_limits(Money(amount.value, code, rhythm, unit, tax=tax))


def _basis(
    rest: str, has_currency: bool, text: str, column: _CellColumn
) -> tuple[str, str, Decimal] | ParsedCell[Any]:
    """Rhythm, unit and factor that stand behind an amount, or what is to be asked."""
    lone = re.fullmatch(r"\(([^()]*)\)", rest.strip())
    rest = (lone[1] if lone else rest).strip()
    name = key(rest)
    rhythm = ""
    unit = ""
    times = Decimal(1)
    if not rest.strip(" ."):
        return rhythm, unit, times
    is_bare = "/" not in rest and _without_per(rest) == rest
    if is_bare and name in _DURATIONS and not has_currency:
        return ParsedCell(text=text)
    is_bare &= name not in _RHYTHM
    is_credit = rest in ("-", "−")
    power = int(_SCALES.get(name, 0))
    parts = [part.strip() for part in rest.split("/") if part.strip()]
    for part in [rest] if is_bare else parts:
        is_whole = is_bare or key(part) in _RHYTHM
        word = part if is_whole else _without_per(part)
        name = key(word)
        if not rhythm and (name in _RHYTHM or (unit and name == "m")):
            rhythm = _RHYTHM.get(name, "monthly")
            continue
        if not unit and name in _UNITS and not is_bare:
            if len(name) == 1:
                unit = _UNITS[name]
            else:
                unit = word.casefold()
            continue
        period = _PERIODS.get(name)
        term = f"/{word}" if word[0].isdigit() else word
        options = _meanings_behind(period, power, is_bare, is_credit)
        answer = column.answer(term, options)
        if answer == "text":
            return ParsedCell(text=text)
        is_repeated = bool(unit if answer == "unit" else rhythm)
        if not answer or is_repeated:
            is_left = is_bare and not (has_currency or is_credit or period)
            proposed = "text" if is_left else ""
            return ParsedCell(None, "words", options, proposed, term)
        if answer in ("credit", "scale"):
            times = Decimal(-1 if is_credit else 1).scaleb(power)
        elif answer == "unit":
            unit = word.casefold()
        else:
            rhythm = answer.split(" ")[0]
            times = Decimal(period or 1)
    return rhythm, unit, times


def _meanings_behind(
    period: str | None, power: int, is_bare: bool, is_credit: bool
) -> tuple[str, ...]:
    """What a word behind an amount may mean, as options of its question."""
    options: list[str] = []
    if period:
        options.append(f"yearly ×{period}")
    elif not is_bare:
        options += RHYTHMS
    if is_bare and power:
        options.append("scale")
    options.append("credit" if is_credit else "unit")
    options.append("text")
    return tuple(options)


def _without_per(segment: str) -> str:
    first, _, rest = segment.partition(" ")
    if rest and key(first) in _PER:
        return rest.strip()
    return segment


# Words, links and texts.

_LINK = re.compile(
    r"\[(?P<label>[^\[\]]*)\]\((?P<to>https?://[^\s()]+)\)|https?://[^\s()<>]+"
)


def _is_limit(text: str) -> bool:
    """Whether a text takes something back from the mark in front of it."""
    return (
        any(key(word) in _LIMITS for word in re.findall(r"[\w-]+", text))
        or any(mark == "×" or unicodedata.category(mark) == "So" for mark in text)
        or re.search(r"\b(?:19|20)[0-9]{2}\b", text) is not None
    )


def _availability(
    text: str, column: _CellColumn, *_: Any
) -> ParsedCell[StatedAvailability]:
    known = words_of("availability")
    options = tuple(WORDS["availability"])
    link = _LINK.search(text)
    evidence = ""
    if link:
        evidence = link["to"] or link[0]
        label = link["label"] or ""
        text = text.replace(link[0], label if _is_limit(label) else "", 1)
        text = re.sub(r"\(\s?\)", "", text).strip()
    word = " ".join(text.replace("\ufe0f", "").split())
    answer = column.answer(word, (*options, "text"))
    stated = _WRITTEN["availability"].get(word) or known.get(key(word), "")
    first = ""
    rest = word
    next_ = ""
    while rest and (head := re.match(r"\w{2,}|\W", rest)):
        next_ = known.get(key(head[0]), "")
        if next_ not in ("now", "never") or next_ != (first or next_):
            break
        first = next_
        rest = rest[head.end() :].lstrip(" ,;:.!–—-")
    if rest[:1] == "(" and rest[-1:] == ")":
        rest = rest.strip("()")
    if not stated and not rest:
        stated = first
    if answer == "text":
        return ParsedCell(text=text)
    if stated and answer in ("", stated):
        return ParsedCell(StatedAvailability(stated, evidence=evidence))
    if answer:
        if " " in word or answer == "not_stated":
            whole = text
        else:
            whole = ""
        return ParsedCell(
            StatedAvailability(answer, rest if answer == first else whole, evidence)
        )
    is_open = next_ not in ("", first) or known.get(key(rest)) or _is_limit(rest)
    usual = "" if is_open else first
    return ParsedCell(None, "word", options, usual, word or evidence)


def _closed(text: str, column: _CellColumn, *_: Any) -> ParsedCell[str]:
    known = column.hints.choices or words_of(column.closed)
    options = tuple(dict.fromkeys(known.values()))
    stated = _WRITTEN.get(column.closed, {}).get(text) or known.get(key(text))
    if value := column.answer(text, options) or stated:
        return ParsedCell(value)
    return ParsedCell(question="word", options=(*options, "text"), word=text)


def _mark(text: str, column: _CellColumn, *_: Any) -> ParsedCell[bool]:
    states = words_of("availability") | {"x": "now", "1": "now", "0": "never"}
    usual = {"now": "yes", "never": "no", "not_stated": "no"}
    answer = column.answer(text) or usual.get(states.get(key(text), ""))
    if answer:
        return ParsedCell(answer == "yes")
    return ParsedCell(None, "word", ("yes", "no"), "", text)


def _ref(text: str, column: _CellColumn, raw: Any, *_: Any) -> ParsedCell[str]:
    if isinstance(raw, Decimal) and raw % 1 and not column.answer(""):
        return ParsedCell(question="zeros", options=(text,), proposed=text)
    if len(text) > LONGEST_REF:
        return ParsedCell(refusal="too long")
    return ParsedCell(text)


READERS: dict[str, Callable[..., ParsedCell[Any]]] = {
    **dict.fromkeys(("text", "line"), lambda text, *_: ParsedCell(text)),
    **{"ref": _ref, "strict": _strict},
    **{"number": _number, "money": _money, "weight": _weight, "level": _level},
    **{"day": _day, "availability": _availability, "closed": _closed, "mark": _mark},
}
# Readers of which a day, a dash, or the answer *text* are no matter of their own.
_NO_DAYS = frozenset(("number", "money", "weight", "level", "ref"))
_MAY_LACK = frozenset(("day", "weight", "level"))
_MAY_LEAVE = frozenset(("closed", "mark", "day"))
_FOLDED = frozenset(("line", "ref", "closed", "mark", "day"))


def read_column(
    reads: str,
    cells: Sequence[str | Decimal | datetime.date],
    hints: Hints = Hints(),
    closed: str = "",
) -> list[ParsedCell[Any]]:
    """What the cells of one column say to the reader of that name.

    Args:
        closed: the closed list in `words.json`, unless the hints have choices.
    """
    column = _CellColumn(cells, hints, closed)
    known = {}
    read = []
    for cell, shape in zip_longest(cells, hints.formats[: len(cells)], fillvalue=""):
        place = (type(cell), cell, shape)
        if place not in known:
            known[place] = _read_cell(reads, cell, column, shape)
        read.append(known[place])
    return read


def _read_cell(
    reads: str, cell: Any, column: _CellColumn, shape: str
) -> ParsedCell[Any]:
    text = _as_text(cell).strip()
    text = (without_markup if reads in ("text", "line") else without_tags)(text)
    if reads in _FOLDED:
        text = " ".join(text.split())
    if not text and reads != "strict":
        return ParsedCell()
    if _ERROR.fullmatch(text):
        return ParsedCell(refusal="error")
    if isinstance(cell, datetime.date) and reads in _NO_DAYS:
        return ParsedCell(refusal="a day")
    is_left = reads in _MAY_LEAVE and column.answer(text) == "text"
    if is_left or (reads in _MAY_LACK and key(text) in _NOTHING):
        return ParsedCell(text=text)
    return READERS[reads](text, column, cell, shape)
