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
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from evaltracker.rows.guards import (
    DAMAGED,
    MOST_AREA,
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_FILE_BYTES,
    MOST_ROWS,
    MOST_SHEETS,
    PROTECTED,
    Unreadable,
    check_kind,
    column_letter,
    kind_of,
    kind_of_text,
    megabytes,
    read_kind,
)
from evaltracker.rows.marks import CONTENT, Facts, Merge, Place, marks_of


@dataclass(frozen=True, slots=True)
class Row:
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
        return self.cells[at] if at < len(self.cells) else ""

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


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows that hold something, in order."""

    name: str
    rows: tuple[Row, ...]
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

    @cached_property
    def as_above(self) -> dict[Place, str]:
        """By blank cell that is merged with one above, what stands in that one.

        A range over several columns is left out: nobody can say which column its value
        belongs to.
        """
        rows = {row.number: row for row in self.rows}
        return {
            (number, merge.left): text
            for merge in self.merges
            if not merge.is_wide and merge.top in rows
            if (text := rows[merge.top].cell(merge.left))
            for number in range(merge.top + 1, merge.bottom + 1)
            if number in rows and not rows[number].cell(merge.left)
        }


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
        filename, source = filename or source.name, _content_of(source)
    if len(source) > MOST_FILE_BYTES:
        raise Unreadable(
            f"The file is {megabytes(len(source))} big; at most "
            f"{megabytes(MOST_FILE_BYTES)} are read. Delete pictures and "
            "sheets that are not needed, or split it."
        )
    if not source.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(
            "The file is empty. Check that it was saved, and import it again."
        )
    kind, text = kind_of(source), ""
    remarks: list[str] = []
    if kind.code == "text":
        text, remarks = decode(source)
        kind = kind_of_text(text)
        is_named_markdown = filename.lower().endswith((".md", ".markdown"))
        kind = read_kind("md") if is_named_markdown and kind.code == "text" else kind
    check_kind(kind, filename)
    match kind.code:
        case "text":
            sheets = [read_separated(text)]
        case "md":
            sheets, passed_over = read_markdown(text)
            remarks += passed_over
        case "xls":
            sheets = _read_apart(source)
        case code:
            sheets = read_book(source, code)
            remarks += ["The workbook's macros were not run."] * (code == "xlsm")
    return Workbook(
        filename,
        "csv" if kind.code == "text" else kind.code,
        tuple(sheets),
        (*remarks, *_remarks_on(sheets)),
        hashlib.sha256(source).hexdigest(),
    )


def _content_of(path: Path) -> bytes:
    """The content of a file on disk, at most one byte over the limit."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise Unreadable(f"There is no file “{path}”. Check its name.") from error
    except IsADirectoryError as error:
        raise Unreadable(f"“{path}” is a folder. Name one file in it.") from error
    except PermissionError as error:
        raise Unreadable(
            f"“{path}” may not be read by this user. Change its permissions."
        ) from error
    except OSError as error:
        raise Unreadable(f"“{path}” cannot be read: {error.strerror}.") from error


def _remarks_on(sheets: Sequence[Sheet]) -> list[str]:
    """What is told of the sheets, unless nothing in them can be seen."""
    seen = [sheet for sheet in sheets if not sheet.hidden]
    if all(sheet.is_blank for sheet in seen):
        raise Unreadable(
            "The file has only blank rows"
            + (" on the sheets that are not hidden" if len(sheets) > 1 else "")
            + ". Fill in the table, save it, and import it again."
        )
    hidden = [f"“{sheet.name}”" for sheet in sheets if sheet.hidden]
    counted = "Hidden sheets were" if len(hidden) > 1 else "The hidden sheet was"
    remarks = [f"{counted} not read: {', '.join(hidden)}."] if hidden else []
    for sheet in seen:
        where = f"Sheet “{sheet.name}”: " if len(seen) > 1 else ""
        remarks += [f"{where}{remark}" for remark in sheet.remarks]
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
SAVE_AS_UTF8 = "In Excel, save it as “CSV UTF-8” and import that file."


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
            remarks.append(
                "The file is UTF-16 without a mark at its start; it was read as that."
            )
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            name = encoding.removesuffix("-sig").upper()
            raise Unreadable(
                f"The file says that it is {name} text, but it is damaged at byte "
                f"{error.start:,}. {SAVE_AS_UTF8}"
            ) from error
        text, remarks = _decode_by_guess(content)
    if "\x00" in text:
        raise Unreadable(
            "The file is not a text file or a spreadsheet that can be read here; it "
            "holds binary data. Save the table as CSV or .xlsx and import that file."
        )
    return text, remarks


def _decode_by_guess(content: bytes) -> tuple[str, list[str]]:
    """The text of a file that is neither UTF-8 nor marked, with a remark."""
    encoding, name = "cp1252", "Windows-1252 (Western European)"
    western = content.decode("cp1252", errors="replace")
    best = from_bytes(content[:200_000]).best()
    # The guess of a Western file is often a neighbour such as cp1250, so it is
    # believed only about other alphabets and where Western reading breaks words.
    if best is not None and (
        OTHER_SCRIPTS.search(" ".join(best.alphabets))
        or BROKEN_WORD.search(western)
        or "\ufffd" in western
    ):
        encoding = name = best.encoding
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable(
            "The encoding of the file cannot be told: its accented letters are "
            f"written in no way that is known here. {SAVE_AS_UTF8}"
        ) from error
    return text, [
        f"The file is not UTF-8; it was read as {name}. If accented letters look "
        "wrong, save it as “CSV UTF-8” and import it again."
    ]


SEPARATORS = (",", ";", "\t", "|")
SAMPLE_RECORDS = 60
UNCLOSED = (
    "a quotation mark is opened and never closed, so the rest of the file would be one "
    "cell. Close it, or write it twice if it belongs to the text."
)
UNDOUBLED = (
    'a quotation mark stands inside a quoted cell. Write it twice ("") inside quotes.'
)
type Records = list[list[str]]


def read_separated(text: str) -> Sheet:
    """The one sheet in `text`.

    Raises:
        Unreadable: quoting is broken, or a limit is passed.
    """
    # Excel's “sep=;” line, which spreadsheets show as no row.
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r'"?sep=([,;\t|])"?', first.rstrip("\r "), re.IGNORECASE)
    separator = named[1] if named else _separator_of(text)
    records, damage = _split(rest if named else text, separator)
    if damage:
        raise Unreadable(damage, row=len(records) + 1)
    return Sheet("", _rows_of(enumerate(records, start=1), ""))


def _separator_of(text: str) -> str:
    """The separator that splits the start of `text` most evenly into columns."""

    def evenness(separator: str) -> tuple[bool, float, int]:
        records, damage = _split(text, separator, SAMPLE_RECORDS)
        widths = _widths(records)
        total = widths.total()
        widths.pop(1, None)
        width, count = (widths.most_common(1) or [(0, 0)])[0]
        # Broken quoting speaks against a separator more than uneven rows do.
        return bool(width) and not damage, round(count / (total or 1), 1), width

    return max(SEPARATORS, key=evenness)


def _split(text: str, separator: str, most: int = 0) -> tuple[Records, str]:
    """The records of `text`, and what is wrong with the quoting of the next one."""
    csv.field_size_limit(MOST_FILE_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: Records = []
    try:
        for record in reader:
            records.append(record)
            if len(records) == most:
                break
    except csv.Error as error:
        return records, UNCLOSED if "unexpected end" in str(error) else UNDOUBLED
    return records, ""


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
    records: Iterable[tuple[int, Sequence[str]]], sheet: str
) -> tuple[Row, ...]:
    """The records that hold something, as rows with their numbers."""
    rows = []
    for number, record in records:
        cells = [tidy(cell) for cell in record]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            rows.append(Row(number, tuple(cells)))
    return _in_limits(rows, sheet)


def _in_limits(rows: Sequence[Row], sheet: str) -> tuple[Row, ...]:
    """The rows, unless they are more than an evaluation can use."""
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(
            f"{'it' if sheet else 'The file'} has {len(rows):,} filled rows; at most "
            f"{MOST_ROWS:,} and a row of names are read. Split the file.",
            sheet=sheet,
        )
    for row in rows:
        if len(row.cells) > MOST_COLUMNS:
            raise Unreadable(
                f"it has {len(row.cells):,} columns; at most {MOST_COLUMNS:,} are "
                "read. Delete the columns that are not needed.",
                sheet=sheet,
                row=row.number,
            )
        longest = max(row.cells, key=len, default="")
        if len(longest) > MOST_CELL_CHARACTERS:
            raise Unreadable(
                f"the cell holds {len(longest):,} characters; at most "
                f"{MOST_CELL_CHARACTERS:,} are read. Shorten it. (An unclosed "
                "quotation mark can make one cell out of many.)",
                sheet=sheet,
                row=row.number,
                column=column_letter(row.cells.index(longest)),
            )
    return tuple(rows)


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
    title, passed_over, fence = "", 0, ""
    table: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines, start=1):
        mark = FENCE.match(line)
        if fence or mark:
            line = ""
            if mark and fence in ("", mark[1]):
                fence = "" if fence else mark[1]
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
            name = f"{name} ({len(tables) + 1})" if name in tables else name
            tables[name] = table
        else:
            passed_over += bool(line.strip())
    if not tables:
        raise Unreadable(
            "There is no table in this Markdown text. A table has a row of names, and "
            "a row such as | --- | --- | under it."
        )
    if len(tables) > MOST_SHEETS:
        raise Unreadable(f"The text has more than {MOST_SHEETS} tables. Split it.")
    counted = "1 other line was" if passed_over == 1 else f"{passed_over:,} others were"
    remarks = [f"Only tables are read: {counted} passed over."] if passed_over else []
    sheets = []
    for name, records in tables.items():
        struck = sum(cell.count("~~") > 1 for _, record in records for cell in record)
        rows = _rows_of(records, name)
        sheets.append(Sheet(name, rows, remarks=tuple(Facts(struck=struck).sentences)))
    return sheets, remarks


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
WRAPPED = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\r\n]|\Z)')
BARE = re.compile(r"[^\t\r\n]*+")
LINE_END = re.compile(r"\r\n|[\r\n]")


def as_copied(text: str) -> str:
    """The text with its quotation marks as a file would have them.

    Text that no spreadsheet copies stays as it is.

    Raises:
        Unreadable: it cannot be told where a cell ends.
    """
    if "\t" not in text or not IN_FRONT.search(text):
        return text
    records, unclear = _copied_records(text, is_wrapped=True)
    widths = _widths(records)
    first = next((record for record in records if any(record)), [])
    # Programs put all names into quotation marks; and what is copied is a block.
    is_file = all(cell[:1] == cell[-1:] == '"' for cell in first if cell)
    if is_file or widths.total() >= 2 * (widths.total() - widths[1]):
        return text
    if len(widths) > 1:
        by_line, _ = _copied_records(text, is_wrapped=False)
        usual = widths.most_common(1)[0][0]
        wide = (at for at, cells in enumerate(records, 1) if len(cells) > usual)
        unclear = unclear or next(wide, 0)
        if len(_widths(by_line)) == 1:
            records = by_line
        elif unclear:
            raise Unreadable(
                "a quotation mark stands in front of a cell, and it cannot be told "
                "where that cell ends. Save the table as a file and choose that, or "
                "paste without this row.",
                row=unclear,
            )
    written = io.StringIO(newline="")
    csv.writer(written, dialect="excel-tab").writerows(records)
    return written.getvalue()


def _copied_records(text: str, *, is_wrapped: bool) -> tuple[Records, int]:
    """The cells by rows, and the first row with marks around tabs (0: none).

    Without `is_wrapped` no cell goes on in another line.
    """
    records: Records = [[]]
    unclear, at = 0, 0
    while at <= len(text):
        hit = WRAPPED.match(text, at)
        inside = hit[1] if hit else ""
        has_tab, has_line = "\t" in inside, "\n" in inside or "\r" in inside
        if has_tab:
            unclear = unclear or len(records)
        has_marks = '""' in inside or has_line
        if hit and has_marks and not has_tab and (is_wrapped or not has_line):
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


# Workbooks, by calamine; macros are none of its business.


def read_book(content: bytes, kind: str) -> list[Sheet]:
    """The sheets of a workbook, hidden ones too.

    Raises:
        Unreadable: damaged, protected, or past a limit.
    """
    facts = {} if kind == "xls" else marks_of(content, kind)
    if kind == "ods":
        content = _with_line_breaks(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if len(book.sheets_metadata) > MOST_SHEETS:
                raise Unreadable(
                    f"The workbook has {len(book.sheets_metadata):,} sheets; at most "
                    f"{MOST_SHEETS} are read. Copy the ones that are needed into a new "
                    "workbook."
                )
            return [
                _sheet_of(
                    book.get_sheet_by_name(about.name),
                    facts.get(about.name) or Facts(),
                    hidden=about.visible != SheetVisibleEnum.Visible,
                )
                for about in book.sheets_metadata
                # Cells of another file that are kept for a formula are no sheet.
                if about.typ == SheetTypeEnum.WorkSheet
                and not about.name.startswith("'file:")
            ]
    except PasswordError as error:
        raise Unreadable(PROTECTED) from error
    except CalamineError as error:
        raise Unreadable(DAMAGED) from error
    except BaseException as error:
        # A panic of the reader's native code is no ordinary exception.
        if type(error).__name__ == "PanicException":
            raise Unreadable(DAMAGED) from error
        raise


def _with_line_breaks(content: bytes) -> bytes:
    """An .ods with its breaks and tabs as such: the reader glues what they part."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if CONTENT not in archive.namelist():
            raise Unreadable(DAMAGED)
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts[CONTENT].replace(b"<text:line-break/>", b"\n")
    text = text.replace(b"<text:tab/>", b"\t")
    if text == parts[CONTENT]:
        return content
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in (parts | {CONTENT: text}).items():
            archive.writestr(name, part)
    return packed.getvalue()


def _sheet_of(source: CalamineSheet, facts: Facts, *, hidden: bool) -> Sheet:
    left = (source.start or (0, 0))[1]
    bottom, right = source.end or (0, 0)
    if (bottom + 1) * (right + 1) > MOST_AREA:
        raise Unreadable(
            "its used range is too big. Delete what stands far outside the table and "
            "save it again.",
            sheet=source.name,
        )
    merges = facts.merges + [
        Merge(top + 1, left, bottom + 1, right)
        for (top, left), (bottom, right) in source.merged_cell_ranges or []
    ]
    # Empty stand-ins, so that a row of mere formulas is not taken for a blank one.
    rows = {number: Row(number, ()) for number, _ in facts.uncomputed}
    for number, values in enumerate(source.iter_rows(), start=1):
        # Rows before the first filled one are there, columns before it are not.
        row = _row_of(number, [""] * left + values, facts.formats)
        if row.cells:
            rows[number] = row
    return Sheet(
        source.name,
        _in_limits([rows[number] for number in sorted(rows)], source.name),
        hidden=hidden,
        merges=tuple(merges),
        uncomputed=frozenset(facts.uncomputed),
        formats=facts.formats,
        remarks=tuple(facts.sentences),
    )


def _row_of(number: int, values: list[Any], formats: Mapping[Place, str]) -> Row:
    texts, numbers, days = [], set(), set()
    for at, value in enumerate(values):
        if isinstance(value, int | float) and not isinstance(value, bool):
            # What is shown in per cent is “5%” and not 0.05.
            if "%" in formats.get((number, at), ""):
                share = Decimal(text_of(value)) * 100
                texts.append(f"{share.normalize():f}%")
                continue
            if math.isfinite(value):
                numbers.add(at)
        elif isinstance(value, datetime.date):
            days.add(at)
        texts.append(text_of(value))
    while texts and not texts[-1]:
        texts.pop()
    return Row(number, tuple(texts), frozenset(numbers), frozenset(days))


def text_of(value: object) -> str:
    """A value of a spreadsheet as people read it."""
    match value:
        case str():
            return tidy(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            whole = value.is_integer() and abs(value) < 10**15
            return str(int(value)) if whole else f"{value:.15g}"
        case datetime.datetime():
            return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    return str(value)


# Reading .xls in a process of its own: the binary format lets a damaged file ask the
# native reader for terabytes, and the reader then ends its whole process. Here it ends
# a child, and the user gets a sentence.

MEMORY_BYTES = 2 * 1024**3
SECONDS = 60
ROOT = Path(__file__).parents[2]


def _read_apart(content: bytes) -> list[Sheet]:
    """The sheets of an .xls, or Unreadable; also if it is too slow to be honest."""
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
        raise Unreadable(DAMAGED) from error
    if isinstance(answer, dict):
        raise Unreadable(**answer)
    return [
        Sheet(
            name,
            tuple(
                Row(number, tuple(cells), frozenset(numbers), frozenset(days))
                for number, cells, numbers, days in rows
            ),
            hidden,
            tuple(Merge(*edges) for edges in merges),
        )
        for name, hidden, merges, rows in answer
    ]


def main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not there on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answer: Any
    try:
        answer = [
            (
                sheet.name,
                sheet.hidden,
                [(it.top, it.left, it.bottom, it.right) for it in sheet.merges],
                [
                    (row.number, row.cells, [*row.numbers], [*row.days])
                    for row in sheet.rows
                ],
            )
            for sheet in read_book(sys.stdin.buffer.read(), "xls")
        ]
    except Unreadable as error:
        answer = asdict(error.problem)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
