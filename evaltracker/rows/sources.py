"""Files and pasted text as sheets of rows: every cell as people see it."""

import codecs
import contextlib
import csv
import datetime
import hashlib
import io
import json
import math
import re
import subprocess
import sys
import zipfile
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import python_calamine as calamine
from charset_normalizer import from_bytes

from evaltracker.rows import guards
from evaltracker.rows.guards import Unreadable, column_letter
from evaltracker.rows.marks import Facts, Merge, Place, marks_of
from evaltracker.toolbox.markup import without_tags


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row with the number that the user's spreadsheet shows beside it.

    `numbers` are the columns whose cell held a number and no text, `days` those whose
    cell held a day: a spreadsheet makes both of what people type, unasked.
    """

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()

    def cell(self, at: int) -> str:
        """The text at a column as it is shown, "" beyond the end of the row."""
        if at < len(self.cells):
            return self.cells[at]
        return ""

    def value(self, at: int) -> str | Decimal | datetime.date:
        """What the spreadsheet keeps: an exact number, a day, or else the text."""
        if at in self.numbers:
            return Decimal(self.cells[at])
        if at in self.days:
            return datetime.date.fromisoformat(self.cells[at][:10])
        return self.cell(at)

    @property
    def filled(self) -> list[int]:
        return [at for at, cell in enumerate(self.cells) if cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that hold something, in order."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    # Cells (row, column) that hold a formula without a result, or an error.
    uncomputed: frozenset[Place] = frozenset()
    # By cell that holds a number, the format in which the spreadsheet shows it.
    formats: Mapping[Place, str] = field(default_factory=dict)
    # What was passed over or is hidden, a line each.
    remarks: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not any(row.filled for row in self.rows)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read: its sheets, and what the reader had to decide."""

    filename: str
    kind: str
    sheets: tuple[Sheet, ...]
    remarks: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def visible(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if not sheet.hidden]


def read_table(source: Path | bytes, filename: str = "") -> Workbook:
    """Read a CSV, .xlsx, .xlsm, .xls, .ods or Markdown file.

    Blank rows are dropped and the others keep the numbers that the user's spreadsheet
    shows.

    Raises:
        Unreadable: with a sentence that says what is wrong, where, and how to mend it.
    """
    if isinstance(source, Path):
        path = source
        filename = filename or source.name
        try:
            with path.open("rb") as file:
                source = file.read(guards.MOST_FILE_BYTES + 1)
        except FileNotFoundError as error:
            raise Unreadable(f"There is no file “{path}”. Check its name.") from error
        except OSError as error:
            raise Unreadable(f"“{path}” cannot be read: {error.strerror}.") from error
    if len(source) > guards.MOST_FILE_BYTES:
        raise Unreadable("big", size=round(len(source) / 2**20))
    if not source.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise Unreadable("empty")
    kind = guards.kind_of(source)
    text = ""
    remarks: list[str] = []
    if kind.code == "text":
        text, remarks = decode(source)
        kind = guards.kind_of_text(text, filename)
    guards.check_kind(kind, filename)
    match kind.code:
        case "text":
            kind = guards.FileKind("csv", "")
            sheets = [read_separated(text)]
        case "md":
            sheets, passed_over = read_markdown(text)
            remarks += passed_over
        case "xls":
            sheets = [_sheet_of(raw, Facts()) for raw in _read_apart(source)]
        case code:
            facts = marks_of(source, code)
            raws = _read_book(source, code)
            sheets = [_sheet_of(raw, facts.get(raw[0]) or Facts()) for raw in raws]
            remarks += ["The workbook's macros were not run."] * (code == "xlsm")
    remarks += _remarks_on(sheets)
    sha256 = hashlib.sha256(source).hexdigest()
    return Workbook(filename, kind.code, tuple(sheets), tuple(remarks), sha256)


def _remarks_on(sheets: Sequence[Sheet]) -> list[str]:
    """What is told of the sheets, unless nothing in them can be seen."""
    seen = [sheet for sheet in sheets if not sheet.hidden]
    if all(sheet.is_blank for sheet in seen):
        raise Unreadable("blank sheets" if len(sheets) > 1 else "blank")
    hidden = [f"“{sheet.name}”" for sheet in sheets if sheet.hidden]
    if len(hidden) > 1:
        counted = "Hidden sheets were"
    else:
        counted = "The hidden sheet was"
    if hidden:
        remarks = [f"{counted} not read: {', '.join(hidden)}."]
    else:
        remarks = []
    for sheet in seen:
        if len(seen) > 1:
            place = f"Sheet “{sheet.name}”: "
        else:
            place = ""
        remarks += [f"{place}{remark}" for remark in sheet.remarks]
    return remarks


# Text: its encoding, separated cells, Markdown, and what was copied.

BOMS: tuple[tuple[bytes, str], ...] = (
    # The UTF-32 mark starts like the UTF-16 one, so it is asked first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHER_SCRIPTS = re.compile(
    r"Cyrillic|Greek and Coptic|Hebrew|Arabic|CJK|Hiragana|Katakana|Hangul|Thai"
)
# A sign between two letters is what Western European reading makes of another
# alphabet: “Za¿ó³æ” for “Zażółć”.
BROKEN_WORD = re.compile(r"[^\W\d_][¿¡¹²³¼½¾¶×÷¦¨¸¯¬¢¥¤±†‡ˆ‰‹›][^\W\d_]")


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of `content`, and what the user should know about its encoding.

    Raises:
        Unreadable: it is no text, or its text is damaged.
    """
    remarks: list[str] = []
    encoding = next((name for mark, name in BOMS if content.startswith(mark)), "utf-8")
    sample = content[:4000]
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[start::2]
        # Every other byte of such a text is nearly always zero.
        if encoding == "utf-8" and half.count(0) > len(half) * 0.7:
            encoding = name
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            name = encoding.removesuffix("-sig").upper()
            raise Unreadable("bytes", encoding=name, byte=error.start) from error
        text, remarks = _decode_by_guess(content)
    if "\x00" in text:
        raise Unreadable("binary")
    return text, remarks


def _decode_by_guess(content: bytes) -> tuple[str, list[str]]:
    """The text of a file that is neither UTF-8 nor marked, with a remark."""
    western = content.decode("cp1252", errors="replace")
    best = from_bytes(content[:200_000]).best()
    guesses = ["cp1252"]
    is_broken = bool(BROKEN_WORD.search(western)) or "\ufffd" in western
    # The guess of a Western file is often a neighbour such as cp1250, so it is
    # believed only about other alphabets and where Western reading breaks words.
    if best and (is_broken or OTHER_SCRIPTS.search(" ".join(best.alphabets))):
        guesses = [best.encoding, "cp1250"]
    texts: dict[str, str] = {}
    for guess in guesses:
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            texts[guess] = content.decode(guess)
    if not texts:
        raise Unreadable("encoding")
    # Where all of them break words, the first is the likeliest.
    name = min(texts, key=lambda guess: bool(BROKEN_WORD.search(texts[guess])))
    text = texts[name]
    if name == "cp1252":
        name = "Windows-1252 (Western European)"
    return text, [
        f"The file is not UTF-8; it was read as {name}. If accented letters look "
        "wrong, save it as “CSV UTF-8” and import it again."
    ]


SEPARATORS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 60
SAMPLE_SIGNS = 100_000
# A whole cell in quotes, whatever separates it.
_QUOTED = re.compile(r'(?<![^,;\t|\r\n])"[^"]*(?:""[^"]*)*"(?![^,;\t|\r\n])')
type Records = list[list[str]]
PASTED = "Pasted table.txt"


def read_separated(text: str) -> Sheet:
    """The one sheet in `text`.

    Raises:
        Unreadable: quoting is broken, or a limit is passed.
    """
    # Excel's “sep=;” line, which spreadsheets show as no row.
    first, _, rest = text.partition("\n")
    csv.field_size_limit(guards.MOST_FILE_BYTES)
    named = re.fullmatch(r'"?sep=([,;\t|])"?', first.rstrip("\r "), re.IGNORECASE)
    if named:
        separator = named[1]
    else:
        separator = _separator_of(text)
    records = _records(rest if named else text, separator)
    return Sheet("", _rows_of(enumerate(records, start=1), ""))


def _separator_of(text: str) -> str:
    """The separator that splits the start of `text` most evenly into columns; what
    stands within quotes separates nothing."""
    text = _QUOTED.sub("x", text[:SAMPLE_SIGNS])

    def evenness(separator: str) -> tuple[bool, float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        widths = _widths([*islice(reader, SAMPLE_RECORDS)])
        total = widths.total()
        widths.pop(1, None)
        width, count = (widths.most_common(1) or [(0, 0)])[0]
        return bool(width), round(count / (total or 1), 1), width

    return max(SEPARATORS, key=evenness)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        for number, record in enumerate(reader, start=2):  # noqa: B007
            yield record
    except csv.Error as error:
        if "unexpected end" in str(error):
            why = "unclosed"
        else:
            why = "undoubled"
        raise Unreadable(why, row=number) from error


def _widths(records: Records) -> Counter[int]:
    return Counter(len(record) for record in records if any(record))


def tidy(cell: str) -> str:
    """A cell's text: one kind of line break, no control characters, no outer blanks."""
    if cell.isascii() and cell.isprintable():
        return cell.strip(" ")
    text = cell.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if not text.isprintable():
        text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text)
    return text.strip(" \t\n\ufeff")


def _rows_of(
    records: Iterable[tuple[int, list[str]]], sheet: str
) -> tuple[SheetRow, ...]:
    """The records that hold something, as rows with their numbers."""
    filled = (record for record in records if "".join(record[1]).strip())
    rows = [_row_of(number, cells, {}) for number, cells in _few(filled, sheet)]
    return _in_limits((row for row in rows if row.cells), sheet)


def _in_limits(rows: Iterable[SheetRow], sheet: str) -> tuple[SheetRow, ...]:
    """The rows, unless they are more than an evaluation can use."""
    rows = _few(rows, sheet)
    for row in rows:
        if len(row.cells) > guards.MOST_COLUMNS:
            raise Unreadable(
                "columns",
                sheet=sheet,
                row=row.number,
                count=len(row.cells),
                most=guards.MOST_COLUMNS,
            )
        longest = max(row.cells, key=len, default="")
        if len(longest) > guards.MOST_CELL_CHARACTERS:
            raise Unreadable(
                "characters",
                sheet=sheet,
                row=row.number,
                column=column_letter(row.cells.index(longest)),
                count=len(longest),
                most=guards.MOST_CELL_CHARACTERS,
            )
    return tuple(rows)


def _few[T](rows: Iterable[T], sheet: str) -> list[T]:
    """The rows, none of which is kept beyond the limit that they are told of."""
    every = iter(rows)
    few = list(islice(every, guards.MOST_ROWS + 1))
    if beyond := sum(1 for _ in every):
        name = "rows" if sheet else "rows of all"
        count = len(few) + beyond
        raise Unreadable(name, sheet=sheet, count=count, most=guards.MOST_ROWS)
    return few


# Markdown line by line: a reader of all of it drops cells beyond the last name without
# a word, and takes a minute for what is made to be slow.

BAR = re.compile(r"(?<!\\)\|")
RULE = re.compile(r":?-+:?")
FENCE = re.compile(r" {0,3}(```|~~~)")
TITLE = re.compile(r" {0,3}#{1,6}[ \t]+(\S.*)")
CODE = re.compile(r"`([^`\n]{1,500})`")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
NAME_LENGTH = 60


def read_markdown(text: str) -> tuple[list[Sheet], list[str]]:
    """The tables, named after the headings above them, and remarks.

    Raises:
        Unreadable: there is no table, or a limit is passed.
    """
    tables: dict[str, list[tuple[int, list[str]]]] = {}
    lines = text.splitlines()
    title = ""
    passed_over = 0
    table: list[tuple[int, list[str]]] = []
    for number, line in enumerate(_without_code(lines), start=1):
        heading = TITLE.match(line)
        if table and line.strip() and not heading:
            if number > table[0][0] + 1 or not _is_rule(line):
                table.append((number, _cells_of(line)))
            continue
        table = []
        if heading:
            title = _plain(heading[1].rstrip(" #"))[:NAME_LENGTH]
        elif "|" in line and number < len(lines) and _is_rule(lines[number]):
            table = [(number, _cells_of(line))]
            name = title or f"Table {len(tables) + 1}"
            if name in tables:
                name = f"{name} ({len(tables) + 1})"
            tables[name] = table
        else:
            passed_over += bool(line.strip())
    if not tables:
        raise Unreadable("no table")
    if len(tables) > guards.MOST_SHEETS:
        raise Unreadable("tables", most=guards.MOST_SHEETS)
    if passed_over == 1:
        lines_were = "line was"
    else:
        lines_were = "lines were"
    counted = f"{passed_over:,} other {lines_were}"
    if passed_over:
        remarks = [f"Only tables are read: {counted} passed over."]
    else:
        remarks = []
    sheets = []
    for name, records in tables.items():
        struck = sum(cell.count("~~") > 1 for _, record in records for cell in record)
        plain = ((at, [*map(without_tags, record)]) for at, record in records)
        rows = _rows_of(plain, name)
        sheets.append(Sheet(name, rows, remarks=tuple(Facts(struck=struck).sentences)))
    return sheets, remarks


def _without_code(lines: Iterable[str]) -> Iterator[str]:
    """The lines, with blank ones for fences and for what stands between them."""
    fence = ""
    for line in lines:
        mark = FENCE.match(line)
        if not fence and not mark:
            yield line
            continue
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        yield ""


def _is_rule(line: str) -> bool:
    if "|" not in line or line.strip(" \t|:-"):
        return False
    return all(RULE.fullmatch(cell) for cell in _cells_of(line))


def _cells_of(line: str) -> list[str]:
    """The cells of a line: bars part them, unless a backslash stands before."""
    cells = BAR.split(line.strip().removeprefix("|"))
    return [_plain(cell) for cell in cells[: -1 if not cells[-1].strip() else None]]


def _plain(cell: str) -> str:
    if "`" in cell or "\\" in cell:
        cell = ESCAPED.sub(r"\1", CODE.sub(r"\1", cell))
    return cell.strip()


# Cells as spreadsheets copy them: tabs between, and quotation marks of two sorts.
#
# A spreadsheet puts a cell into quotation marks if a line breaks in it, and some do if
# it has such marks itself; they are doubled then. All other marks belong to the text,
# also those in front. A file of separated text quotes whatever it likes, so what was
# copied is written as such a file here, and read like one.

IN_FRONT = re.compile(r'(?:\A|[\t\r\n])"')
COPIED = re.compile(
    r'(?:"(?P<quoted>(?:[^"\t]++|"")*+)"(?=[\t\r\n]|\Z)|[^\t\r\n]*+)'
    r"(?P<end>\t|\r\n|[\r\n]|\Z)"
)
IN_LINE = re.compile(
    r'(?:"(?P<quoted>(?:[^"\t\r\n]++|"")*+)"(?=[\t\r\n]|\Z)|[^\t\r\n]*+)'
    r"(?P<end>\t|\r\n|[\r\n]|\Z)"
)
# A cell that begins and ends with a mark, and has a tab in it; or two such cells.
WITH_TAB = re.compile(r'(?<![^\t\r\n])"[^"\t\r\n]*+\t[^"\r\n]*+"(?=[\t\r\n]|\Z)')


def as_copied(text: str) -> str:
    """The text with its quotation marks as a file would have them.

    Text that no spreadsheet copies stays as it is.

    Raises:
        Unreadable: it cannot be told where a cell ends.
    """
    if "\t" not in text or not IN_FRONT.search(text):
        return text
    records = _copied(text, COPIED)
    by_line = _copied(text, IN_LINE)
    if max(len(records), len(by_line)) > guards.MOST_ROWS:
        return text
    widths = _widths(records)
    first = next(filter(any, records), [])
    # Programs put all names into quotation marks; and what is copied is a block.
    is_file = all(cell[:1] == cell[-1:] == '"' for cell in first if cell)
    if is_file or widths[1] * 2 >= widths.total():
        return text
    if len(widths) > 1:
        usual = widths.most_common(1)[0][0]
        wide = (at for at, cells in enumerate(records, 1) if len(cells) > usual)
        tab = WITH_TAB.search(text)
        if tab:
            unclear = text.count("\n", 0, tab.start()) + 1
        else:
            unclear = next(wide, 0)
        if len(_widths(by_line)) == 1:
            records = by_line
        elif unclear:
            raise Unreadable("in front", row=unclear)
    written = io.StringIO(newline="")
    csv.writer(written, dialect="excel-tab").writerows(records)
    return written.getvalue()


def read_pasted(text: str) -> Workbook:
    """Rows that were copied somewhere; raises Unreadable as `read_table` does."""
    return read_table(as_copied(text).encode("utf-8", "replace"), PASTED)


def pasted_cells(text: str) -> Records:
    """The cells that a spreadsheet copied, as they stand: a blank one is one, too."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    try:
        text = as_copied(text)
    except Unreadable:
        quoting = csv.QUOTE_NONE
    lines = io.StringIO(text.removesuffix("\n").removesuffix("\r"), newline="")
    reader = csv.reader(lines, delimiter="\t", quoting=quoting)
    return [record or [""] for record in reader] or [[""]]


def _copied(text: str, cells: re.Pattern[str]) -> Records:
    records: Records = [[]]
    for match in cells.finditer(text):
        quoted = match["quoted"] or ""
        end = match["end"]
        is_wrapped = '""' in quoted or "\n" in quoted or "\r" in quoted
        bare = match[0].removesuffix(end)
        records[-1].append(quoted.replace('""', '"') if is_wrapped else bare)
        if not end or len(records) > guards.MOST_ROWS:
            break
        if end != "\t":
            records.append([])
    if records[-1] == [""]:
        return records[:-1]
    return records


# Workbooks, by calamine; macros are none of its business.

type Edges = tuple[tuple[int, int], tuple[int, int]]
# Name, whether it is hidden, merged ranges from 0, and rows by number: their values.
type Raw = tuple[str, bool, list[Edges], list[tuple[int, list[Any]]]]


def _read_book(content: bytes, kind: str) -> list[Raw]:
    if kind == "ods":
        content = _with_line_breaks(content)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if len(book.sheets_metadata) > guards.MOST_SHEETS:
                count = len(book.sheets_metadata)
                raise Unreadable("sheets", count=count, most=guards.MOST_SHEETS)
            return [
                _read_sheet(about, book.get_sheet_by_name(about.name))
                for about in book.sheets_metadata
                # Cells of another file that are kept for a formula are no sheet.
                if about.typ == calamine.SheetTypeEnum.WorkSheet
                and not about.name.startswith("'file:")
            ]
    except calamine.PasswordError as error:
        raise Unreadable("protected") from error
    except calamine.CalamineError as error:
        raise Unreadable("damaged") from error
    except BaseException as error:
        # A panic of the reader's native code is no ordinary exception.
        if type(error).__name__ == "PanicException":
            raise Unreadable("damaged") from error
        raise


def _with_line_breaks(content: bytes) -> bytes:
    """An .ods with its breaks and tabs as such: the reader glues what they part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["content.xml"].replace(b"<text:line-break/>", b"\n")
    text = text.replace(b"<text:tab/>", b"\t")
    if text == parts["content.xml"]:
        return content
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in (parts | {"content.xml": text}).items():
            archive.writestr(name, part)
    return packed.getvalue()


def _read_sheet(about: calamine.SheetMetadata, source: calamine.CalamineSheet) -> Raw:
    # Rows before the first filled one are there, columns before it are not.
    before = [""] * (source.start or (0, 0))[1]
    hidden = about.visible != calamine.SheetVisibleEnum.Visible
    rows = (
        (number, before + values)
        for number, values in enumerate(source.iter_rows(), start=1)
        if any(value != "" for value in values)
    )
    merges = source.merged_cell_ranges or []
    return about.name, hidden, merges, _few(rows, about.name)


def _sheet_of(raw: Raw, facts: Facts) -> Sheet:
    name, hidden, ranges, values = raw
    merges = facts.merges + [
        Merge(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in ranges
    ]
    # Empty stand-ins, so that a row of mere formulas is not taken for a blank one.
    rows = {number: SheetRow(number, ()) for number, _ in facts.uncomputed}
    for number, cells in values:
        row = _row_of(number, cells, facts.formats)
        if row.cells:
            rows[number] = row
    numbers = sorted(rows)
    # What is merged downwards counts for each of its rows. A range over several columns
    # stays: nobody can say which column its value is of.
    covered = (
        (rows[merge.top], number, merge.left)
        for merge in merges
        if merge.left == merge.right and merge.top in rows
        if rows[merge.top].cell(merge.left)
        for number in numbers[
            bisect(numbers, merge.top) : bisect(numbers, merge.bottom)
        ]
    )
    for above, number, at in islice(covered, guards.MOST_AREA):
        row = rows[number]
        cells = [*row.cells, *[""] * (at + 1 - len(row.cells))]
        cells[at] = above.cells[at]
        numbers_of_row = row.numbers | above.numbers & {at}
        days_of_row = row.days | above.days & {at}
        rows[number] = SheetRow(number, tuple(cells), numbers_of_row, days_of_row)
    return Sheet(
        name,
        _in_limits(map(rows.__getitem__, numbers), name),
        hidden,
        tuple(merges),
        frozenset(facts.uncomputed),
        facts.formats,
        tuple(facts.sentences),
    )


def _row_of(number: int, values: list[Any], formats: Mapping[Place, str]) -> SheetRow:
    texts = []
    numbers = set()
    days = set()
    for at, value in enumerate(values):
        text = text_of(value)
        if isinstance(value, datetime.date | list):
            days.add(at)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if "%" in formats.get((number, at), ""):
                # What is shown in per cent is “5%” and not 0.05.
                text = f"{(Decimal(text) * 100).normalize():f}%"
            elif math.isfinite(value):
                numbers.add(at)
        texts.append(text)
    while texts and not texts[-1]:
        texts.pop()
    return SheetRow(number, tuple(texts), frozenset(numbers), frozenset(days))


def text_of(value: object) -> str:
    """A value of a spreadsheet as people read it; a list is a day that was sent."""
    match value:
        case [day]:
            return str(day)
        case str():
            return tidy(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            whole = value.is_integer() and abs(value) < 10**15
            if whole:
                return str(int(value))
            return f"{value:.15g}"
        case datetime.datetime():
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(value)


# An .xls is read in a process of its own: the binary format lets a damaged file ask the
# native reader for terabytes, and the reader then ends its whole process. Here it ends
# a child, and the user gets a sentence.

MEMORY_BYTES = 2 * 1024**3
SECONDS = 60
ROOT = Path(__file__).parents[2]


def _read_apart(content: bytes) -> list[Raw]:
    try:
        child = subprocess.run(  # noqa: S603  # ourselves; the file goes to its stdin
            [sys.executable, "-m", __name__],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        )
        answer = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable("damaged") from error
    if isinstance(answer, str):
        raise Unreadable(answer)
    return list(answer)


def main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not there on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answer: Any
    try:
        answer = _read_book(sys.stdin.buffer.read(), "xls")
    except Unreadable as error:
        answer = str(error)
    sys.stdout.write(json.dumps(answer, default=_sent))


def _sent(value: object) -> object:
    text = text_of(value)
    if isinstance(value, datetime.date):
        return [text]
    return text


if __name__ == "__main__":
    main()
