"""What a read table is made of, and how its problems are told."""

import csv
import datetime
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclasses_field
from decimal import Decimal
from enum import StrEnum
from functools import cache
from io import StringIO

from babel import Locale

from evaltracker.errors import Invalid

# How much a file may hold; generous for a questionnaire, small for a machine.
MOST_FILE_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ARCHIVE_ENTRIES = 1_000
# Under a row of names.
MOST_ROWS = 50_000
MOST_COLUMNS = 500
# One cell far to the right and one far down make every cell between them: a sheet's
# used range is allocated as a whole.
MOST_AREA = 4_000_000
MOST_CELL_CHARACTERS = 32_767
MOST_SHEETS = 100


def megabytes(size: int) -> str:
    """`size` in bytes as people say it."""
    return f"{size / 1024 / 1024:,.0f} MB"


def column_letter(index: int) -> str:
    """The letters over column `index` (from 0) in a spreadsheet: A, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class ImportProblem:
    sentence: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def place(self) -> str:
        parts = [
            f"sheet “{self.sheet}”" if self.sheet else "",
            f"row {self.row}" if self.row is not None else "",
            f"column {self.column}" if self.column else "",
        ]
        place = ", ".join(part for part in parts if part)
        return place[:1].upper() + place[1:]

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class Unreadable(Invalid):
    """The file cannot be read as a table; `problem` says where and how to mend it."""

    default_code = "unreadable"

    def __init__(
        self,
        sentence: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
    ) -> None:
        self.problem = ImportProblem(sentence, sheet, row, column)
        super().__init__(str(self.problem), errors={"file": [str(self.problem)]})


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number that the user's spreadsheet shows beside it.

    `numbers` are the columns whose cell held a number and no text: a spreadsheet
    cannot tell 1.10 from 1.1. `days` are those whose cell held a day, which it makes
    of 1.2 and 3/4 unasked. `is_kept` says that somebody wants it in, whatever it looks
    like.
    """

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    is_kept: bool = False

    def cell(self, column: int) -> str:
        """The text at `column`, "" beyond the end of the row."""
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def filled(self) -> list[int]:
        return [index for index, cell in enumerate(self.cells) if cell]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; rows count from 1 and columns from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_wide(self) -> bool:
        return self.right > self.left

    def covers(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def __str__(self) -> str:
        start, end = column_letter(self.left), column_letter(self.right)
        return f"{start}{self.top}:{end}{self.bottom}"


@dataclass(frozen=True, slots=True)
class Marks:
    comments: int = 0
    struck: int = 0
    coloured: int = 0
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """What was passed over, a line each."""
        lines = []
        if self.comments:
            lines.append(f"Comments on cells are not read: {self.comments:,}.")
        if self.coloured:
            lines.append(f"Colours are not read: {self.coloured:,} cells have one.")
        if self.struck:
            lines.append(
                f"Read although it is struck through: {self.struck:,} cells. Delete "
                "what no longer counts."
            )
        if self.rows:
            names = [str(row) for row in self.rows]
            lines.append(f"Read although hidden: {counted('row', names)}.")
        if self.columns:
            names = [column_letter(column) for column in self.columns]
            lines.append(f"Read although hidden: {counted('column', names)}.")
        return lines


def counted(word: str, names: list[str]) -> str:
    """“row 3”, “2 rows (3, 4)”, “9 rows (3, 4, 5 …)”."""
    if len(names) == 1:
        return f"{word} {names[0]}"
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return f"{len(names):,} {word}s ({shown})"


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that hold something, in order."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    # Cells (row, column) that hold a formula without a result, or an error.
    uncomputed: frozenset[tuple[int, int]] = frozenset()
    # By cell that holds a number, the format in which the spreadsheet shows it.
    formats: Mapping[tuple[int, int], str] = dataclasses_field(default_factory=dict)
    marks: Marks = NO_MARKS

    @property
    def is_blank(self) -> bool:
        return not any(row.filled for row in self.rows)

    def below(self, header: Row) -> list[Row]:
        return [row for row in self.rows if row.number > header.number]

    def merged_across(self) -> dict[tuple[int, int], str]:
        rows = {row.number: row for row in self.rows}
        width = max((len(row.cells) for row in self.rows), default=0)
        texts: dict[tuple[int, int], str] = {}
        for merge in self.merges:
            top = rows.get(merge.top)
            text = top.cell(merge.left) if top and merge.is_wide else ""
            if not text or len(texts) > MOST_AREA:
                continue
            for number in range(merge.top, merge.bottom + 1):
                if number in rows:
                    for column in range(merge.left, min(merge.right + 1, width)):
                        texts[number, column] = text
        return texts

    def problem(
        self, sentence: str, *, row: int | None = None, column: int | None = None
    ) -> ImportProblem:
        letter = "" if column is None else column_letter(column)
        return ImportProblem(sentence, self.name, row, letter)


@dataclass(frozen=True, slots=True)
class Edits:
    """What somebody put right before the file came in: places, and rows by sheet."""

    typed: tuple[str, ...] = ()
    left: Mapping[str, tuple[Row, ...]] = dataclasses_field(default_factory=dict)


NO_EDITS = Edits()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read: its sheets, and what the reader had to decide."""

    filename: str
    kind: str
    sheets: tuple[Sheet, ...]
    remarks: tuple[str, ...] = ()
    sha256: str = ""
    edits: Edits = NO_EDITS

    @property
    def visible(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if not sheet.hidden]


SEARCHED_ROWS = 60
IN_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
TAGS = re.compile(r"<[a-zA-Z/][^<>]{0,80}>")


def header_key(name: str) -> str:
    """`name` without case, blanks, marks and what stands in brackets.

    “Requirement ID”, “requirement_id” and “**Requirement-Id**<br>(text)” are one.
    """
    if name.isascii() and name.isalnum():
        return name.lower()
    plain = name
    if not name.isalnum():
        plain = IN_BRACKETS.sub(" ", TAGS.sub(" ", name))
    key = "".join(mark for mark in plain.casefold() if mark.isalnum())
    return key or ("#" if "#" in name else "")


def header_keys(name: str) -> list[str]:
    """The keys of a name: of all of it, and of the two words that a stroke parts.

    “Question/Request” has two, and “buyer/name”, as programs write it, has none.
    """
    parts = [part.strip() for part in name.split("/")] if name.count("/") == 1 else []
    if not all(part[:1].isupper() for part in parts):
        parts = []
    return [key for key in (header_key(part) for part in (name, *parts)) if key]


def find_header(sheet: Sheet, score: Callable[[Row], int]) -> Row | None:
    """The row near the top with the highest score above 0; the first of equals.

    Of two rows of names right below each other the lower one names more closely.
    """
    best, best_score = None, 0
    for row in sheet.rows[:SEARCHED_ROWS]:
        points = score(row)
        is_second = best is not None and row.number == best.number + 1
        if points > best_score or (is_second and points == best_score > 0):
            best, best_score = row, points
    return best


def columns_by_field(
    header: Row, synonyms: Mapping[str, Sequence[str]], taken: Collection[int] = ()
) -> dict[str, int]:
    """By field, the column whose name is the first synonym that the header has.

    Fields are served in order, and a column serves one field only.
    """
    keys: dict[str, int] = {}
    free = [column for column in header.filled if column not in taken]
    for index in free:
        keys.setdefault(header_key(header.cells[index]), index)
    for index in free:
        # “Question/Request” is called by two words, of which one may be known.
        for key in header_keys(header.cells[index])[1:]:
            keys.setdefault(key, index)
    fields: dict[str, int] = {}
    for field, names in synonyms.items():
        for name in names:
            if name in keys and keys[name] not in fields.values():
                fields[field] = keys[name]
                break
    return fields


# Days as people of different countries write them, read without guessing.

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
    return Counter(len(record) for record in records if any(record))


def is_even(records: Records) -> bool:
    return len(widths_of(records)) == 1


def is_a_block(records: Records) -> bool:
    widths = widths_of(records)
    several = sum(count for width, count in widths.items() if width > 1)
    return several * 2 > widths.total()


def widest(records: Records) -> int:
    """The number of the first row with more cells than most have; 0 if none has."""
    most = widths_of(records).most_common(1)[0][0]
    wide = (at for at, record in enumerate(records, 1) if len(record) > most)
    return next(wide, 0)


def is_of_a_program(records: Sequence[Sequence[str]]) -> bool:
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
    orders = {order for text in texts if (order := _told_by(text))}
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
    months: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    months.setdefault(name.rstrip(".").casefold(), set()).add(number)
    months.setdefault("sept", set()).add(9)
    return {name: min(numbers) for name, numbers in months.items() if len(numbers) == 1}


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
    numbers = {}
    for style, shape in _SHAPES.items():
        match = shape.fullmatch(text)
        if match is not None:
            whole = match["whole"].replace(",", "").replace(".", "")
            if spaced is None or whole == match["whole"]:
                numbers[style] = Decimal(f"{whole}.{match['part'] or '0'}")
    return numbers


def read_number(text: str, style: Style | None = None) -> Decimal | None:
    """The number that `text` is; None if it is none, or two without a `style`."""
    numbers = readings(text)
    values = set(numbers.values())
    if len(values) == 1:
        return values.pop()
    return numbers.get(style) if style else None


def numbers_is_open(text: str) -> bool:
    return len(set(readings(text).values())) > 1


def style_of(texts: Iterable[str]) -> Style | None:
    """The style in which a column writes its numbers, if its numbers tell one."""
    styles: set[Style] = set()
    for text in texts:
        numbers = readings(text)
        if len(numbers) == 1 and not text.isdigit():
            styles.update(numbers)
    return styles.pop() if len(styles) == 1 else None
