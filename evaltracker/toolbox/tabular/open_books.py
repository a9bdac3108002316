"""Reading .ods from its own XML.

The reader of workbooks glues lines together and tells neither formats nor merged
cells, formulas without a result, or what is hidden, so nothing is left for it to do.
"""

import datetime
import hashlib
import io
import math
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from evaltracker.toolbox.tabular.books import (
    DAMAGED,
    PROTECTED,
    CellStyle,
    fill_merged,
    kind_of_archive,
    kind_of_ole,
    parse,
    read_book,
    read_old_book,
    share_of,
    text_of,
)
from evaltracker.toolbox.tabular.cells import (
    MOST_AREA,
    MOST_COLUMNS,
    MOST_FILE_BYTES,
    MOST_ROWS,
    MOST_SHEETS,
    Marks,
    Merge,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    megabytes,
)
from evaltracker.toolbox.tabular.separated import (
    BOOK_NAMES,
    MARKDOWN,
    MARKDOWN_NAMES,
    OTHER_NAMES,
    TEXT_NAMES,
    Kind,
    check_limits,
    decode,
    extension_of,
    kind_of_bytes,
    kind_of_text,
    read_markdown,
    read_separated,
    tidy,
)

# The cells of an OpenDocument spreadsheet, told while its XML goes by.
#
# Repeated cells and rows are held once until something asks for them: a file may say
# that a blank row is repeated a million times.

# What LibreOffice and Excel show where a formula has come to nothing.
ERROR = re.compile(r"(?:Err:[0-9]{3}|#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!))")
NUMBERS = frozenset({"float", "percentage", "currency"})
type Place = tuple[int, int]
type Value = str | float | bool | datetime.date


@dataclass
class OpenCell:
    said: dict[str, str]
    style: CellStyle
    paragraphs: list[str] = field(default_factory=list)

    @property
    def times(self) -> int:
        return min(number_in(self.said, "number-columns-repeated"), 16_384)

    @cached_property
    def shown(self) -> str:
        return tidy("\n".join(self.paragraphs))

    @property
    def is_number(self) -> bool:
        return self.said.get("value-type") in NUMBERS

    @property
    def is_share(self) -> bool:
        return self.said.get("value-type") == "percentage"

    @cached_property
    def is_uncomputed(self) -> bool:
        if "formula" not in self.said:
            return False
        return not self.said.get("value-type") or bool(ERROR.fullmatch(self.shown))

    @property
    def number_format(self) -> str:
        code = self.said.get("currency", "") if self.is_number else ""
        return f"[${code[:10]}] 0" if code else self.style.number_format

    @cached_property
    def value(self) -> Value:
        """Its value; what cannot be read as its type is the text that it shows."""
        attributes = self.said
        try:
            match attributes.get("value-type"):
                case "float" | "percentage" | "currency":
                    number = float(attributes["value"])
                    return number if math.isfinite(number) else self.shown
                case "date":
                    return day_of(attributes["date-value"])
                case "boolean":
                    return attributes["boolean-value"] == "true"
        except (KeyError, ValueError):
            return self.shown
        return self.shown or attributes.get("string-value", "")


@dataclass(slots=True)
class OpenTable:
    name: str
    hidden: bool = False
    rows: dict[int, dict[int, OpenCell]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    column_styles: dict[int, CellStyle] = field(default_factory=dict)
    comments: int = 0
    # The row and column where the next one begins.
    row: int = 1
    column: int = 0
    columns: int = 0
    line: dict[int, OpenCell] = field(default_factory=dict)

    def add_columns(self, said: dict[str, str], style: CellStyle | None) -> None:
        times = number_in(said, "number-columns-repeated")
        known = range(self.columns, min(self.columns + times, MOST_COLUMNS + 1))
        self.columns += times
        if said.get("visibility") in ("collapse", "filter"):
            self.hidden_columns.update(known)
        if style is not None:
            self.column_styles.update(dict.fromkeys(known, style))

    def add_cell(self, cell: OpenCell) -> None:
        across = number_in(cell.said, "number-columns-spanned")
        down = number_in(cell.said, "number-rows-spanned")
        if across > 1 or down > 1:
            self.merges.append(
                Merge(
                    self.row,
                    self.column,
                    self.row + down - 1,
                    min(self.column + across - 1, MOST_COLUMNS),
                )
            )
        if cell.shown or cell.value != "" or cell.is_uncomputed:
            for column in range(self.column, self.column + cell.times):
                if column <= MOST_COLUMNS:
                    self.line[column] = cell
        self.column += cell.times

    def end_row(self, said: dict[str, str]) -> None:
        """Close the row; one that holds nothing is only counted."""
        times = number_in(said, "number-rows-repeated")
        if self.line:
            last = min(self.row + times, self.row + MOST_ROWS + 2)
            numbers = range(self.row, last)
            self.rows.update(dict.fromkeys(numbers, self.line))
            if said.get("visibility") in ("collapse", "filter"):
                self.hidden_rows.update(numbers)
        self.row += times
        self.column, self.line = 0, {}

    def places(self, test: Callable[[OpenCell], bool]) -> dict[Place, OpenCell]:
        """By place, the cells that pass a test; a repeated row is looked at once."""
        hits: dict[int, list[tuple[int, OpenCell]]] = {}
        for line in self.rows.values():
            if id(line) not in hits:
                hits[id(line)] = [item for item in line.items() if test(item[1])]
        return {
            (number, column): cell
            for number, line in self.rows.items()
            for column, cell in hits[id(line)]
        }


def number_in(said: dict[str, str], name: str) -> int:
    """A count of at least 1."""
    if name not in said:
        return 1
    text = said[name]
    return max(int(text), 1) if text.isdecimal() and len(text) < 8 else 1


def day_of(text: str) -> datetime.date:
    """A day, or a moment if it has a time of day.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.datetime.fromisoformat(text)
    return moment if "T" in text else moment.date()


# What the styles of an OpenDocument spreadsheet say of its cells and tables.
#
# Formats of numbers become what Excel would write for them, so that one reader of
# formats serves both.

FORMATS = frozenset({"number-style", "currency-style", "percentage-style"})
PLAIN = frozenset({"", "none", "transparent"})
SCALES = {"1000": ",", "1000000": ",,"}


@dataclass(slots=True)
class OpenStyles:
    cells: dict[str, CellStyle] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    hidden_tables: set[str] = field(default_factory=set)
    name: str = ""
    data: str = ""
    parent: str = ""
    is_struck: bool = False
    is_coloured: bool = False
    format: str = ""
    literal: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag of styles opens; `attributes` go by their local names."""
        if tag in FORMATS:
            self.format, self.name = "", attributes.get("name", "")
        match tag:
            case "style":
                self.name = attributes.get("name", "")
                self.data = attributes.get("data-style-name", "")
                self.parent = attributes.get("parent-style-name", "")
                self.is_struck = self.is_coloured = False
            case "text-properties":
                line = attributes.get("text-line-through-style", "")
                self.is_struck = line not in PLAIN
            case "table-cell-properties":
                colour = attributes.get("background-color", "")
                self.is_coloured = colour not in PLAIN
            case "table-properties" if attributes.get("display") == "false":
                self.hidden_tables.add(self.name)
            case "number":
                self.format += "0" + SCALES.get(
                    attributes.get("display-factor", ""), ""
                )
            case "text" | "currency-symbol":
                self.literal = ""
            case "map" if attributes.get("condition", "").startswith("value()>"):
                # The style itself is that of amounts below 0.
                self.format = self.formats.get(
                    attributes.get("apply-style-name", ""), ""
                )

    def text(self, words: str) -> None:
        self.literal = (self.literal + words)[:100]

    def end(self, tag: str) -> None:
        match tag:
            case "text" if self.literal.strip() == "%":
                self.format += "%"
            case "text":
                self.format += f'"{self.literal}"' if self.literal.strip() else ""
            case "currency-symbol":
                self.format += f"[${self.literal}]"
            case "style":
                above = self.cells.get(self.parent, CellStyle())
                self.cells[self.name] = CellStyle(
                    self.formats.get(self.data, "") or above.number_format,
                    self.is_struck or above.is_struck,
                    self.is_coloured or above.is_coloured,
                )
            case _ if tag in FORMATS:
                self.formats[self.name] = self.format[:200]


CONTENT, STYLES, MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
CELLS = frozenset({"table-cell", "covered-table-cell"})
ASIDE = frozenset({"shapes", "forms", "tracked-changes", "dde-links"})
# What makes the text of a cell; comments and pictures stand within it, too.
TEXT = frozenset(
    {
        *("p", "h", "span", "a", "s", "tab", "line-break", "list", "list-item"),
        *("date", "time", "title", "sheet-name", "ruby", "ruby-base"),
    }
)
BLANKS = re.compile(r"[ \t\r\n]+")
BREAKS = {"line-break": "\n", "tab": "\t"}
NO_STYLE = CellStyle()


@dataclass(slots=True)
class OpenScan:
    styles: OpenStyles = field(default_factory=OpenStyles)
    tables: list[OpenTable] = field(default_factory=list)
    cell: OpenCell | None = None
    row: dict[str, str] = field(default_factory=dict)
    aside: int = 0
    tables_open: int = 0
    is_paragraph: bool = False

    @property
    def table(self) -> OpenTable | None:
        return self.tables[-1] if self.tables_open else None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        is_no_text = self.cell is not None and tag not in TEXT
        if self.aside or tag in ASIDE or is_no_text:
            if tag == "annotation" and self.table is not None and not self.aside:
                self.table.comments += 1
            self.aside += 1
            return
        named = {
            local(key): value
            for key, value in attributes.items()
            if not key.startswith("calcext:")
        }
        if self.table is None and tag != "table":
            self.styles.start(tag, named)
            return
        match tag:
            case "table":
                self.tables_open = 1
                hidden = named.get("style-name", "") in self.styles.hidden_tables
                self.tables.append(OpenTable(named.get("name", ""), hidden))
            case "table-source":
                # Kept cells of another file, which nobody has seen here.
                self.tables[-1].name = ""
                self.tables[-1].hidden = True
            case "table-column":
                style = self.styles.cells.get(named.get("default-cell-style-name", ""))
                self.tables[-1].add_columns(named, style)
            case "table-row":
                self.row = named
            case _ if tag in CELLS:
                self.cell = OpenCell(named, self.style_of(named))
            case _ if self.cell is not None:
                self.inside(tag, named)

    def style_of(self, said: dict[str, str]) -> CellStyle:
        """The look of a cell: its own, its row's or its column's."""
        table = self.tables[-1]
        name = said.get("style-name") or self.row.get("default-cell-style-name", "")
        if name:
            return self.styles.cells.get(name, NO_STYLE)
        return table.column_styles.get(table.column, NO_STYLE)

    def inside(self, tag: str, said: dict[str, str]) -> None:
        """A tag within a cell: a paragraph, or a mark in one."""
        if self.cell is None:
            return
        if tag in ("p", "h"):
            self.cell.paragraphs.append("")
            self.is_paragraph = True
        elif self.cell.paragraphs:
            count = said.get("c", "1")
            many = int(count) if count.isdecimal() and len(count) < 4 else 1
            mark = " " * many if tag == "s" else BREAKS.get(tag, "")
            self.cell.paragraphs[-1] += mark

    def data(self, text: str) -> None:
        if self.table is None:
            self.styles.text(text)
        elif self.is_paragraph and self.cell is not None and not self.aside:
            self.cell.paragraphs[-1] += BLANKS.sub(" ", text)

    def end(self, name: str) -> None:
        if self.aside:
            self.aside -= 1
            return
        tag = local(name)
        match tag:
            case "table":
                self.tables_open = 0
            case "p" | "h":
                self.is_paragraph = False
            case "table-row":
                self.tables[-1].end_row(self.row)
                self.row = {}
            case _ if tag in CELLS and self.cell is not None:
                self.tables[-1].add_cell(self.cell)
                self.cell = None
            case _ if self.table is None:
                self.styles.end(tag)


def local(name: str) -> str:
    return name.rpartition(":")[2]


def read_open_book(content: bytes) -> list[Sheet]:
    """The sheets of an .ods, hidden ones too.

    Raises:
        Unreadable: damaged, protected, or past a limit.
    """
    scan = OpenScan()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if "encrypted-package" in names or is_encrypted(archive, names):
            raise Unreadable(PROTECTED)
        if CONTENT not in names:
            raise Unreadable(DAMAGED)
        if STYLES in names:
            parse(archive, STYLES, scan.start, scan.end, scan.data)
            scan.tables.clear()
        parse(archive, CONTENT, scan.start, scan.end, scan.data)
    tables = [table for table in scan.tables if table.name or not table.hidden]
    if len(tables) > MOST_SHEETS:
        raise Unreadable(
            f"The workbook has {len(tables):,} sheets; at most {MOST_SHEETS} are "
            "read. Copy the ones that are needed into a new workbook."
        )
    return [sheet_of(table) for table in tables]


def is_encrypted(archive: zipfile.ZipFile, names: set[str]) -> bool:
    entries: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "encryption-data":
            entries.append(name)

    if MANIFEST in names:
        parse(archive, MANIFEST, start)
    return bool(entries)


def sheet_of(table: OpenTable) -> Sheet:
    check_area(table)
    merges = tuple(table.merges)
    rows: dict[int, Row] = {}
    for line in table.rows.values():
        if id(line) not in rows:
            rows[id(line)] = row_of(line)
    numbered = [
        replace(rows[id(line)], number=number)
        for number, line in sorted(table.rows.items())
    ]
    filled = tuple(fill_merged(numbered, merges))
    check_limits(filled, table.name)
    formatted = table.places(lambda cell: bool(cell.is_number and cell.number_format))
    return Sheet(
        name=table.name,
        rows=filled,
        hidden=table.hidden,
        merges=merges,
        uncomputed=frozenset(table.places(lambda cell: cell.is_uncomputed)),
        formats={place: cell.number_format for place, cell in formatted.items()},
        marks=marks_of(table),
    )


def marks_of(table: OpenTable) -> Marks:
    first = min(table.rows, default=0)
    width = max((max(line) for line in table.rows.values()), default=-1)
    coloured = table.places(lambda cell: cell.style.is_coloured)
    return Marks(
        comments=table.comments,
        struck=len(table.places(lambda cell: cell.style.is_struck)),
        coloured=sum(number > first for number, _ in coloured),
        rows=tuple(sorted(table.hidden_rows)),
        columns=tuple(at for at in sorted(table.hidden_columns) if at <= width),
    )


def check_area(table: OpenTable) -> None:
    """Refuse a sheet whose repeated cells would fill the memory."""
    if sum(max(line) + 1 for line in table.rows.values()) > MOST_AREA:
        raise Unreadable(
            "its used range is too big. Delete what stands far outside the table and "
            "save it again.",
            sheet=table.name,
        )


def row_of(line: dict[int, OpenCell]) -> Row:
    """A row as every reader gives it, without its number."""
    texts = [""] * (max(line) + 1)
    numbers, days = set(), set()
    for column, cell in line.items():
        value = "" if cell.is_uncomputed else cell.value
        is_number = isinstance(value, float)
        if is_number and not cell.is_share:
            numbers.add(column)
        if not isinstance(value, str | float | bool):
            days.add(column)
        texts[column] = (
            share_of(value) if is_number and cell.is_share else text_of(value)
        )
    while texts and not texts[-1]:
        texts.pop()
    return Row(0, tuple(texts), frozenset(numbers), frozenset(days))


READ_NAMES = TEXT_NAMES | MARKDOWN_NAMES | BOOK_NAMES
MARKDOWN_ONLY = MARKDOWN_NAMES - TEXT_NAMES
SAVE_AS = (
    "Copy its table into a spreadsheet, save it as CSV or .xlsx and import that file."
)


def read_table(source: Path | bytes, filename: str = "") -> Workbook:
    """Read a CSV, .xlsx, .xlsm, .xls, .ods or Markdown file.

    Blank rows are dropped and the others keep the numbers that the user's
    spreadsheet shows; every cell is text.

    Raises:
        Unreadable: with a sentence that says what is wrong, where, and how to mend it.
    """
    if isinstance(source, Path):
        filename = filename or source.name
        source = read_bytes(source)
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
    kind = look(source)
    if kind.code == "text":
        book = read_text(source, filename)
    else:
        refuse_other(kind, filename)
        book = finished(filename, kind.code, *read_workbook(source, kind.code))
    return replace(book, sha256=hashlib.sha256(source).hexdigest())


def read_bytes(path: Path) -> bytes:
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


def look(content: bytes) -> Kind:
    kind = kind_of_bytes(content)
    if kind.code == "zip":
        return kind_of_archive(content)
    if kind.code == "xls":
        return kind_of_ole(content)
    return kind


def read_workbook(content: bytes, code: str) -> tuple[list[Sheet], list[str]]:
    match code:
        case "xls":
            return read_old_book(content), []
        case "ods":
            return read_open_book(content), []
        case "xlsm":
            return read_book(content, code), ["The workbook's macros were not run."]
    return read_book(content, code), []


def read_text(content: bytes, filename: str) -> Workbook:
    """A workbook from separated text, or from the tables of a Markdown text."""
    text, remarks = decode(content)
    kind = kind_of_text(text)
    if extension_of(filename) in MARKDOWN_ONLY and kind.code == "text":
        kind = MARKDOWN
    refuse_other(kind, filename)
    if kind.code == "md":
        sheets, more = read_markdown(text)
        return finished(filename, kind.code, sheets, [*remarks, *more])
    sheet, more = read_separated(text)
    return finished(filename, "csv", [sheet], [*remarks, *more])


def refuse_other(kind: Kind, filename: str) -> None:
    """Refuse what is no table, and what is another thing than its name says."""
    end = extension_of(filename)
    if kind.code == "other":
        named = f", although its name ends in .{end}" if is_misnamed(kind, end) else ""
        raise Unreadable(f"This is {kind.words}{named}. {SAVE_AS}")
    if end in OTHER_NAMES:
        if kind.code == "text":
            raise Unreadable(f"This is {OTHER_NAMES[end]}. {SAVE_AS}")
        raise Unreadable(
            f"Its name says that this is {OTHER_NAMES[end]}, but it is {kind.words}. "
            f"Rename it to end in .{kind.code} and import it again."
        )
    if end in READ_NAMES and kind.code not in kinds_called(end):
        ending = "csv" if kind.code == "text" else kind.code
        raise Unreadable(
            f"The name of the file ends in .{end}, but it is {kind.words}. Rename it "
            f"to end in .{ending}, or save it again as what it is called."
        )


def kinds_called(end: str) -> set[str]:
    """The kinds that may have this ending: a .txt may hold either sort of table."""
    if end in BOOK_NAMES:
        return {end}
    kinds = {"text"} if end in TEXT_NAMES else set()
    return kinds | ({"md"} if end in MARKDOWN_NAMES else set())


def is_misnamed(kind: Kind, end: str) -> bool:
    return end in READ_NAMES or (
        end in OTHER_NAMES and OTHER_NAMES[end] not in kind.words
    )


def finished(
    filename: str, kind: str, sheets: list[Sheet], remarks: list[str]
) -> Workbook:
    """The workbook, unless nothing in it can be seen."""
    if all(sheet.hidden or sheet.is_blank for sheet in sheets):
        raise Unreadable(
            "The file has only blank rows"
            + (" on the sheets that are not hidden" if len(sheets) > 1 else "")
            + ". Fill in the table, save it, and import it again."
        )
    hidden = [f"“{sheet.name}”" for sheet in sheets if sheet.hidden]
    if hidden:
        counted = "Hidden sheets were" if len(hidden) > 1 else "The hidden sheet was"
        remarks = [*remarks, f"{counted} not read: {', '.join(hidden)}."]
    seen = [sheet for sheet in sheets if not sheet.hidden]
    for sheet in seen:
        where = f"Sheet “{sheet.name}”: " if len(seen) > 1 else ""
        remarks = [*remarks, *(f"{where}{note}" for note in sheet.marks.sentences)]
    return Workbook(filename, kind, tuple(sheets), tuple(remarks))
