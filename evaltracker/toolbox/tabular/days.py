"""Days as people of different countries write them, read without guessing."""

import csv
import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cache
from io import StringIO

from babel import Locale

from evaltracker.toolbox.tabular.cells import Unreadable

# Cells as spreadsheets copy them: tabs between, and quotation marks of two sorts.
#
# A spreadsheet puts a cell into quotation marks if a line breaks in it, and some do if
# it has such marks itself; they are doubled then. All other marks belong to the text,
# also those in front. A file of separated text quotes whatever it likes, so what was
# copied is written as such a file here, and read like one.

IN_FRONT = re.compile(r'(?:\A|[\t\r\n])"')
WRAPPED = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\r\n]|\Z)')
BARE = re.compile(r"[^\t\r\n]*+")
LINE_END = re.compile(r"\r\n|[\r\n]")
UNCLEAR = (
    "a quotation mark stands in front of a cell, and it cannot be told where that cell "
    "ends. Save the table as a file and choose that, or paste without this row."
)
type Records = list[list[str]]


def as_copied(text: str) -> str:
    """The text with its quotation marks as a file would have them.

    Text that no spreadsheet copies stays as it is.

    Raises:
        Unreadable: it cannot be told where a cell ends.

    """
    if "\t" not in text or not IN_FRONT.search(text):
        return text
    records, unclear = records_of(text, wrapped=True)
    if is_of_a_program(records) or not is_a_block(records):
        return text
    if not is_even(records):
        by_line, _ = records_of(text, wrapped=False)
        unclear = unclear or widest(records)
        if is_even(by_line):
            records = by_line
        elif unclear:
            raise Unreadable(UNCLEAR, row=unclear)
    written = StringIO(newline="")
    csv.writer(written, dialect="excel-tab").writerows(records)
    return written.getvalue()


def records_of(text: str, *, wrapped: bool) -> tuple[Records, int]:
    """The cells by rows, and the first row with marks around tabs (0: none).

    Without `wrapped` no cell goes on in another line.
    """
    records: Records = [[]]
    unclear, at = 0, 0
    while at <= len(text):
        hit = WRAPPED.match(text, at)
        inside = hit[1] if hit else ""
        has_tab, has_line = "\t" in inside, "\n" in inside or "\r" in inside
        if has_tab:
            unclear = unclear or len(records)
        is_wrapped = '""' in inside or has_line
        if hit and is_wrapped and not has_tab and (wrapped or not has_line):
            cell, end = inside.replace('""', '"'), hit.end()
        else:
            bare = BARE.match(text, at)
            cell, end = (bare[0], bare.end()) if bare else ("", at)
        records[-1].append(cell)
        line = LINE_END.match(text, end)
        if line:
            records.append([])
            end = line.end() - 1
        at = end + 1
    return records[:-1] if records[-1] == [""] else records, unclear


def widths_of(records: Records) -> Counter[int]:
    """How many rows that say something have how many cells."""
    return Counter(len(record) for record in records if any(record))


def is_even(records: Records) -> bool:
    """Whether all rows have as many cells, as a block of a spreadsheet has."""
    return len(widths_of(records)) == 1


def is_a_block(records: Records) -> bool:
    """Whether most rows have several cells."""
    widths = widths_of(records)
    several = sum(count for width, count in widths.items() if width > 1)
    return several * 2 > widths.total()


def widest(records: Records) -> int:
    """The number of the first row with more cells than most have; 0 if none has."""
    most = widths_of(records).most_common(1)[0][0]
    wide = (at for at, record in enumerate(records, 1) if len(record) > most)
    return next(wide, 0)


def is_of_a_program(records: Sequence[Sequence[str]]) -> bool:
    """Whether all names on top are quoted: that is how programs write files."""
    first = next((record for record in records if any(record)), [])
    return all(cell[:1] == cell[-1:] == '"' for cell in first if cell)


ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# With points the day is always first; with other marks it depends on the country.
LOCAL = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})")
IN_WORDS = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?[. -]{1,2}(?:de |of )?"
    r"(?P<month>[^\W\d_]{3,12})\.?[, -]{1,2}(?:de )?(?P<year>[0-9]{4})"
    r"|(?P<month2>[^\W\d_]{3,12})\.? (?P<day2>[0-9]{1,2})(?:st|nd|rd|th)?,? "
    r"(?P<year2>[0-9]{4})"
)
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt", "sv", "da", "cs", "fi")
MOST_MONTHS = 12


class DayOrder(StrEnum):
    """Which of the first two numbers of a day is which."""

    DAY_FIRST = "day"
    MONTH_FIRST = "month"


def order_of(texts: Iterable[str]) -> DayOrder | None:
    """The order in which a column writes its days, if its days tell one."""
    orders = {found for text in texts if (found := _told_by(text))}
    return orders.pop() if len(orders) == 1 else None


def read_day(text: str, order: DayOrder | None = None) -> datetime.date:
    """The day that a text says; `order` settles what can be read in two ways.

    Raises:
        ValueError: with the sentence.

    """
    text = text.strip()
    if ISO.fullmatch(text):
        return _day(text, *map(int, text.split("-")))
    parts = LOCAL.fullmatch(text)
    if parts is None:
        return _in_words(text)
    first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
    order = _told_by(text) or order
    if order is None and first != second:
        raise ValueError(
            f"“{text}” can be two days. Write year, month and day, as in 2030-01-31."
        )
    if order == DayOrder.MONTH_FIRST:
        first, second = second, first
    return _day(text, year, second, first)


def is_open(text: str) -> bool:
    """Whether `text` can be two days."""
    parts = LOCAL.fullmatch(text.strip())
    is_told = parts is None or _told_by(text) is not None
    return not is_told and parts is not None and int(parts[1]) != int(parts[3])


def _in_words(text: str) -> datetime.date:
    """A day whose month is a word, such as 3 April 2027."""
    parts = IN_WORDS.fullmatch(text)
    if parts is None:
        raise _no_day(text)
    name = (parts["month"] or parts["month2"]).casefold()
    month = _months().get(name)
    if month is None:
        raise _no_day(text)
    day, year = parts["day"] or parts["day2"], parts["year"] or parts["year2"]
    return _day(text, int(year), month, int(day))


@cache
def _months() -> dict[str, int]:
    """By name in some languages, the number of a month that alone is called so."""
    found: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    found.setdefault(name.rstrip(".").casefold(), set()).add(number)
    found.setdefault("sept", set()).add(9)
    return {name: min(it) for name, it in found.items() if len(it) == 1}


def _told_by(text: str) -> DayOrder | None:
    """The order that one text can only have."""
    parts = LOCAL.fullmatch(text.strip())
    if parts is None:
        return None
    if parts[2] == "." or int(parts[1]) > MOST_MONTHS:
        return DayOrder.DAY_FIRST
    return DayOrder.MONTH_FIRST if int(parts[3]) > MOST_MONTHS else None


def _day(text: str, year: int, month: int, day: int) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except ValueError as error:
        raise _no_day(text) from error


def _no_day(text: str) -> ValueError:
    return ValueError(
        f"“{text[:40]}” is no day. Write the day as 2030-01-31 or 31.01.2030."
    )


# Numbers as people of different countries write them, read without guessing.
#
# “12.000” is twelve thousand to some and twelve to others. What one cell leaves open
# the other cells of its column often settle; if they do not, somebody has to be asked.


class Style(StrEnum):
    """How a column writes thousands and decimals, shown by an example."""

    POINT = "1,234.56"
    COMMA = "1.234,56"


# Marks that stand between thousands and never before decimals.
_SPACES = "[ \u00a0\u2009\u202f'’]"
DIGITS = re.compile(rf"[0-9](?:[0-9.,]|{_SPACES}(?=[0-9]))*")
_SPACED = re.compile(rf"[1-9][0-9]{{0,2}}(?:{_SPACES}[0-9]{{3}})+(?=[.,]|$)")
_MARKS = re.compile(_SPACES)
LONGEST = 30
# Lakhs and crores; those who write them put the point before decimals.
_LAKHS = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_POINT = re.compile(
    rf"(?P<whole>[0-9]+|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|{_LAKHS})"
    r"(?:\.(?P<part>[0-9]+))?"
)
_COMMA = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]+))?"
)
_SHAPES = {Style.POINT: _POINT, Style.COMMA: _COMMA}


def readings(text: str) -> dict[Style, Decimal]:
    """By style, the number that `text` is; styles in which it is none are left out."""
    if len(text) > LONGEST or (not text.isascii() and not _SPACED.match(text)):
        return {}
    spaced = _SPACED.match(text)
    if spaced is not None:
        text = _MARKS.sub("", spaced[0]) + text[spaced.end() :]
    found = {}
    for style, shape in _SHAPES.items():
        match = shape.fullmatch(text)
        if match is not None:
            whole = match["whole"].replace(",", "").replace(".", "")
            if spaced is None or whole == match["whole"]:
                found[style] = Decimal(f"{whole}.{match['part'] or '0'}")
    return found


def read_number(text: str, style: Style | None = None) -> Decimal | None:
    """The number that `text` is; None if it is none, or two without a `style`."""
    found = readings(text)
    values = set(found.values())
    if len(values) == 1:
        return values.pop()
    return found.get(style) if style else None


def numbers_is_open(text: str) -> bool:
    """Whether `text` can be two numbers."""
    return len(set(readings(text).values())) > 1


def style_of(texts: Iterable[str]) -> Style | None:
    """The style in which a column writes its numbers, if its numbers tell one."""
    told: set[Style] = set()
    for text in texts:
        found = readings(text)
        if len(found) == 1 and not text.isdigit():
            told.update(found)
    return told.pop() if len(told) == 1 else None
