"""Reading .xlsx, .xlsm and .xls by calamine; macros are none of its business."""

import contextlib
import datetime
import io
import json
import posixpath
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from evaltracker.toolbox.tabular.cells import (
    MOST_ARCHIVE_ENTRIES,
    MOST_AREA,
    MOST_COLUMNS,
    MOST_SHEETS,
    MOST_UNPACKED_BYTES,
    NO_MARKS,
    Marks,
    Merge,
    Row,
    Sheet,
    Unreadable,
    column_letter,
    megabytes,
)
from evaltracker.toolbox.tabular.separated import (
    ODS,
    XLS,
    XLSM,
    XLSX,
    Kind,
    check_limits,
    other,
    tidy,
)

CHUNK = 1024 * 1024
INSIDE: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("Index/Document.iwa", "an Apple Numbers or Pages file"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
)
SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.text": "an OpenDocument text",
}
TYPES = "[Content_Types].xml"
MACROS = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
DAMAGED = (
    "The workbook is damaged and cannot be opened. Open it in your spreadsheet "
    "program, save it again as .xlsx and import that file."
)


def kind_of_archive(content: bytes) -> Kind:
    """What a zip archive really is.

    Raises:
        Unreadable: damaged, encrypted, or bigger unpacked than anything honest.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return look_inside(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
    except (NotImplementedError, RuntimeError) as error:
        raise Unreadable(
            "The archive is encrypted or packed in an unknown way. Save the table "
            "without a password as .xlsx and import that file."
        ) from error


def look_inside(archive: zipfile.ZipFile) -> Kind:
    check_size(archive)
    names = {name.lstrip("/") for name in archive.namelist()}
    for name, kind in INSIDE:
        if name in names:
            return other(kind)
    if "mimetype" in names:
        declared = archive.read("mimetype").strip()
        if declared == SPREADSHEET:
            return ODS
        return other(OPEN_DOCUMENTS.get(declared, "an OpenDocument file"))
    if any(name.lower() == "xl/workbook.xml" for name in names):
        return XLSM if has_macros(archive, names) else XLSX
    return other("a zip archive")


def has_macros(archive: zipfile.ZipFile, names: set[str]) -> bool:
    types = archive.read(TYPES) if TYPES in names else b""
    return "xl/vbaProject.bin" in names or MACROS in types


def check_size(archive: zipfile.ZipFile) -> None:
    """Unpack everything into nothing, and stop where it gets too much.

    The sizes that an archive declares may lie, so they are not believed.
    """
    entries = archive.infolist()
    if len(entries) > MOST_ARCHIVE_ENTRIES:
        raise Unreadable(
            f"The workbook is made of {len(entries):,} parts; at most "
            f"{MOST_ARCHIVE_ENTRIES:,} are opened. Copy the sheet into a new "
            "workbook and import that."
        )
    left = MOST_UNPACKED_BYTES
    for entry in entries:
        declared, entry.file_size = entry.file_size, MOST_UNPACKED_BYTES + 1
        with archive.open(entry) as stream:
            before = left
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Unreadable(
                        "The workbook unpacks to more than "
                        f"{megabytes(MOST_UNPACKED_BYTES)}, which no "
                        "questionnaire needs. Copy the filled rows into a new "
                        "workbook, without pictures, and import that."
                    )
        entry.file_size = declared
        if before - left != declared:
            raise Unreadable(DAMAGED)


# The parts of an .xlsx and how they hang together, read without trusting them.

type Start = Callable[[str, dict[str, str]], None]


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    ids: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            link = next(
                (value for key, value in attributes.items() if key.endswith(":id")), ""
            )
            ids[attributes.get("name", "")] = link

    parse(archive, "xl/workbook.xml", sheet)
    targets = {
        link: target for link, _, target in relations_of(archive, "xl/workbook.xml")
    }
    names = set(archive.namelist())
    parts = {name: targets.get(link, "") for name, link in ids.items()}
    return {
        name: part
        for name, part in parts.items()
        if part in names and part.endswith(".xml")
    }


def relations_of(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """What a part points at: id, type and the other part."""
    folder, _, name = part.rpartition("/")
    relations: list[tuple[str, str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = posixpath.join(f"/{folder}", attributes.get("Target", ""))
            relations.append(
                (
                    attributes.get("Id", ""),
                    attributes.get("Type", ""),
                    posixpath.normpath(target)[1:],
                )
            )

    links = f"{folder}/_rels/{name}.rels"
    if part == "xl/workbook.xml" or links in archive.namelist():
        parse(archive, links, relation)
    return relations


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> None:
    """Feed one part to the handlers; a document type, and so an entity, is refused."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if data is not None:
        parser.CharacterDataHandler = data

    def refuse(*_: object) -> None:
        raise Unreadable(DAMAGED)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(DAMAGED) from error


STYLES = "xl/styles.xml"
# The formats that have a number and no text; those of days are read by the reader.
BUILT_IN = {9: "0%", 10: "0.00%", 44: "$#,##0.00", 42: "$#,##0"}
# Colours that people do not see as such.
PLAIN_FILLS = frozenset({"none", "gray125", ""})


@dataclass(frozen=True, slots=True)
class CellStyle:
    number_format: str = ""
    is_struck: bool = False
    is_coloured: bool = False


class StyleScan:
    def __init__(self) -> None:
        self.formats: dict[int, str] = dict(BUILT_IN)
        self.struck: list[bool] = []
        self.coloured: list[bool] = []
        self.styles: list[CellStyle] = []
        self.inside = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs" as part:
                self.inside = part
            case "numFmt" if self.inside != "dxfs":
                code = attributes.get("formatCode", "")
                self.formats[number_in(attributes, "numFmtId")] = code[:200]
            case "font" if self.inside == "fonts":
                self.struck.append(False)
            case "strike" if self.inside == "fonts" and self.struck:
                self.struck[-1] = attributes.get("val", "1") not in ("0", "false")
            case "fill" if self.inside == "fills":
                self.coloured.append(False)
            case "patternFill" if self.inside == "fills" and self.coloured:
                pattern = attributes.get("patternType", "")
                self.coloured[-1] = pattern not in PLAIN_FILLS
            case "xf" if self.inside == "cellXfs":
                self.styles.append(self.style(attributes))

    def style(self, attributes: dict[str, str]) -> CellStyle:
        font, fill = number_in(attributes, "fontId"), number_in(attributes, "fillId")
        return CellStyle(
            self.formats.get(number_in(attributes, "numFmtId"), ""),
            font < len(self.struck) and self.struck[font],
            fill < len(self.coloured) and self.coloured[fill],
        )


def styles_of(archive: zipfile.ZipFile) -> list[CellStyle]:
    """The styles of a workbook, in the order in which cells name them."""
    if STYLES not in archive.namelist():
        return []
    scan = StyleScan()
    parse(archive, STYLES, scan.start)
    return scan.styles


def number_in(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "0")
    return int(text) if text.isdecimal() and len(text) < 8 else 0


# Reading an .xlsx's own XML for what the spreadsheet reader does not tell.
#
# It gives "" for a formula without a saved result and for an error, and allocates the
# whole used range at once; both have to be known before it is asked. It also says
# nothing of formats, colours, comments and of what is hidden.

ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    uncomputed: frozenset[tuple[int, int]]
    formats: dict[tuple[int, int], str]
    marks: Marks


@dataclass(slots=True)
class SheetScan:
    styles: Sequence[CellStyle] = ()
    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    box: list[int] = field(default_factory=list)  # top, left, bottom, right
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    struck: int = 0
    coloured: int = 0
    row: int = 0
    column: int = -1
    style: int = 0
    is_formula: bool = False
    is_error: bool = False
    is_text: bool = False
    is_number: bool = False
    is_value: bool = False
    is_filled: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                address = attributes.get("r", "")
                self.row = int(address) if address.isdecimal() else self.row + 1
                self.column = -1
                if is_hidden(attributes):
                    self.hidden_rows.add(self.row)
            case "col" if is_hidden(attributes):
                first, last = number_in(attributes, "min"), number_in(attributes, "max")
                last = min(last, first + MOST_COLUMNS)
                self.hidden_columns.update(range(first - 1, last))
            case "c":
                self.place(attributes.get("r", ""))
                self.is_formula = self.is_value = self.is_filled = False
                self.is_error = attributes.get("t") == "e"
                self.is_text = attributes.get("t") == "str"
                self.is_number = attributes.get("t", "n") == "n"
                self.style = number_in(attributes, "s")
            case "f":
                self.is_formula = True
            case "v":
                # An empty text is a result; an empty number is none.
                self.is_value = True
                self.is_filled = self.is_filled or self.is_text
            case "is":
                self.is_filled = True

    def place(self, address: str) -> None:
        """Go to the cell at `address`, or to the next one if it has none."""
        match = ADDRESS.fullmatch(address)
        if match is None:
            self.column += 1
            return
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        self.row, self.column = int(match[2]), column - 1

    def data(self, text: str) -> None:
        if self.is_value and text.strip():
            self.is_filled = True

    def end(self, name: str) -> None:
        """A tag closes; a closed cell is counted."""
        local = name.rpartition(":")[2]
        if local == "v":
            self.is_value = False
        if local != "c":
            return
        if self.is_error or (self.is_formula and not self.is_filled):
            self.uncomputed.add((self.row, self.column))
        if self.is_filled or self.is_formula:
            self.stretch()
            self.look()

    def look(self) -> None:
        """Note how the cell looks; the first row's colours are those of names."""
        if not 0 < self.style < len(self.styles):
            return
        style = self.styles[self.style]
        if style.number_format and self.is_number:
            self.formats[self.row, self.column] = style.number_format
        self.struck += style.is_struck
        self.coloured += style.is_coloured and self.row > self.box[0]

    def stretch(self) -> None:
        if not self.box:
            self.box = [self.row, self.column, self.row, self.column]
        box = self.box
        box[0], box[1] = min(box[0], self.row), min(box[1], self.column)
        box[2], box[3] = max(box[2], self.row), max(box[3], self.column)

    def facts(self, comments: int) -> SheetFacts:
        """What was found, without what is hidden outside the used range."""
        top, left, bottom, right = self.box or (1, 0, 0, -1)
        marks = Marks(
            comments=comments,
            struck=self.struck,
            coloured=self.coloured,
            rows=tuple(sorted(row for row in self.hidden_rows if top <= row <= bottom)),
            columns=tuple(
                sorted(at for at in self.hidden_columns if left <= at <= right)
            ),
        )
        return SheetFacts(frozenset(self.uncomputed), self.formats, marks)


def is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get("hidden", "0") in ("1", "true")


def scan_sheets(content: bytes) -> dict[str, SheetFacts]:
    """By sheet name, what its XML says beside its values.

    Raises:
        Unreadable: the XML is damaged or unsafe, or a used range is too big.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = styles_of(archive)
        facts = {}
        for name, part in sheet_parts(archive).items():
            scan = SheetScan(styles)
            parse(archive, part, scan.start, scan.end, scan.data)
            check_area(name, scan.box)
            facts[name] = scan.facts(comments_on(archive, part))
    return facts


def comments_on(archive: zipfile.ZipFile, part: str) -> int:
    names, count = set(archive.namelist()), 0

    def comment(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += tag.rpartition(":")[2] == "comment"

    for _, kind, target in relations_of(archive, part):
        if kind.endswith("/comments") and target in names:
            parse(archive, target, comment)
    return count


def check_area(name: str, box: list[int]) -> None:
    """Refuse a sheet whose used range would fill the memory."""
    if not box:
        return
    area = (box[2] + 1) * (box[3] + 1)
    if area > MOST_AREA:
        raise Unreadable(
            f"its used range reaches to {column_letter(box[3])}{box[2]:,}, which is "
            f"{area:,} cells. Delete what stands far outside the table (look there "
            "with Ctrl+End) and save it again.",
            sheet=name,
        )


WORKBOOK_STREAMS = ("Workbook", "Book")
NO_FACTS = SheetFacts(frozenset(), {}, NO_MARKS)
PROTECTED = (
    "The workbook is protected by a password. Save it without one and import that file."
)


def kind_of_ole(content: bytes) -> Kind:
    """What an old Office container really is.

    Raises:
        Unreadable: it is a workbook behind a password.
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(PROTECTED)
    if "WordDocument".encode("utf-16-le") in content:
        return other("a Word document")
    if any(name.encode("utf-16-le") in content for name in WORKBOOK_STREAMS):
        return XLS
    return other("an old Office file that is no workbook")


def read_book(content: bytes, kind: str) -> list[Sheet]:
    """The sheets of a workbook, hidden ones too.

    Raises:
        Unreadable: damaged, protected, or past a limit.
    """
    facts = scan_sheets(content) if kind != "xls" else {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return list(sheets_of(book, facts))
    except PasswordError as error:
        raise Unreadable(PROTECTED) from error
    except CalamineError as error:
        raise Unreadable(DAMAGED) from error
    except BaseException as error:
        # A panic of the reader's native code is no ordinary exception.
        if type(error).__name__ == "PanicException":
            raise Unreadable(DAMAGED) from error
        raise


def sheets_of(book: CalamineWorkbook, facts: dict[str, SheetFacts]) -> Iterator[Sheet]:
    metadata = book.sheets_metadata
    if len(metadata) > MOST_SHEETS:
        raise Unreadable(
            f"The workbook has {len(metadata):,} sheets; at most {MOST_SHEETS} are "
            "read. Copy the ones that are needed into a new workbook."
        )
    for about in metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        source = book.get_sheet_by_name(about.name)
        merges = tuple(
            Merge(top + 1, left, bottom + 1, right)
            for (top, left), (bottom, right) in source.merged_cell_ranges or []
        )
        scan = facts.get(about.name, NO_FACTS)
        known = [*rows_of(source, scan.formats), *rows_without_results(scan.uncomputed)]
        rows = tuple(fill_merged(known, merges))
        check_limits(rows, about.name)
        yield Sheet(
            name=about.name,
            rows=rows,
            hidden=about.visible != SheetVisibleEnum.Visible,
            merges=merges,
            uncomputed=scan.uncomputed,
            formats=scan.formats,
            marks=scan.marks,
        )


def rows_of(
    source: CalamineSheet, formats: Mapping[tuple[int, int], str]
) -> Iterator[Row]:
    start, end = source.start, source.end
    if start is None or end is None:
        return
    if (end[0] + 1) * (end[1] + 1) > MOST_AREA:
        raise Unreadable(
            "its used range is too big. Delete what stands far outside the table and "
            "save it again.",
            sheet=source.name,
        )
    values = source.to_python(skip_empty_area=False)
    for number, cells in enumerate(values, start=1):
        shares = {
            index
            for index, value in enumerate(cells)
            if isinstance(value, int | float)
            and "%" in formats.get((number, index), "")
        }
        texts = [
            share_of(value) if index in shares else text_of(value)
            for index, value in enumerate(cells)
        ]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            numbers = frozenset(
                index
                for index, value in enumerate(cells)
                if isinstance(value, int | float)
                and not isinstance(value, bool)
                and index not in shares
            )
            days = frozenset(
                index
                for index, value in enumerate(cells)
                if isinstance(value, datetime.date)
            )
            yield Row(number, tuple(texts), numbers, days)


def rows_without_results(uncomputed: frozenset[tuple[int, int]]) -> list[Row]:
    """Empty stand-ins, so that a row of mere formulas is not taken for a blank one."""
    return [Row(number, ()) for number in sorted({row for row, _ in uncomputed})]


def fill_merged(rows: Iterable[Row], merges: tuple[Merge, ...]) -> list[Row]:
    """The rows, with each cell that is merged downwards repeated in its rows.

    A range over several columns stays as it is: nobody can say which column its
    value belongs to.
    """
    first: dict[int, Row] = {}
    for row in sorted(rows, key=lambda row: row.number):
        first.setdefault(row.number, row)
    filled = {number: list(row.cells) for number, row in first.items()}
    for merge in merges:
        top = first.get(merge.top)
        if merge.is_wide or top is None or not top.cell(merge.left):
            continue
        for number in filled:
            if merge.top < number <= merge.bottom:
                cells = filled[number]
                cells.extend([""] * (merge.left + 1 - len(cells)))
                cells[merge.left] = top.cell(merge.left)
    return [
        replace(first[number], cells=tuple(cells)) for number, cells in filled.items()
    ]


def share_of(value: object) -> str:
    """A number that the spreadsheet shows in per cent: “5%” and not 0.05."""
    return f"{(Decimal(text_of(value)) * 100).normalize():f}%"


def text_of(value: object) -> str:
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            whole = value.is_integer() and abs(value) < 10**15
            return str(int(value)) if whole else f"{value:.15g}"
        case datetime.datetime():
            if value.time() == datetime.time():
                return value.date().isoformat()
            return value.isoformat(sep=" ")
        case datetime.date() | datetime.time():
            return value.isoformat()
    return tidy(str(value))


# Reading .xls in a process of its own.
#
# The binary format lets a damaged file ask the native reader for terabytes, and the
# reader then ends its whole process. Here it ends a child, and the user gets a
# sentence.

MEMORY_BYTES = 2 * 1024**3
SECONDS = 60
ROOT = Path(__file__).parents[3]


def read_old_book(content: bytes) -> list[Sheet]:
    """The sheets of an .xls, hidden ones too.

    Raises:
        Unreadable: damaged, protected, past a limit, or too slow to be honest.
    """
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
    if "refused" in answer:
        raise Unreadable(**answer["refused"])
    return [unpacked(sheet) for sheet in answer["sheets"]]


def main() -> None:
    limit_memory()
    try:
        sheets = read_book(sys.stdin.buffer.read(), "xls")
        answer: dict[str, Any] = {"sheets": [packed(sheet) for sheet in sheets]}
    except Unreadable as error:
        problem = error.problem
        answer = {
            "refused": {
                "sentence": problem.sentence,
                "sheet": problem.sheet,
                "row": problem.row,
                "column": problem.column,
            }
        }
    sys.stdout.write(json.dumps(answer))


def limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not there on every system

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def packed(sheet: Sheet) -> dict[str, Any]:
    return {
        "name": sheet.name,
        "hidden": sheet.hidden,
        "merges": [
            [merge.top, merge.left, merge.bottom, merge.right] for merge in sheet.merges
        ],
        "rows": [
            [row.number, row.cells, sorted(row.numbers), sorted(row.days)]
            for row in sheet.rows
        ],
    }


def unpacked(told: dict[str, Any]) -> Sheet:
    return Sheet(
        name=told["name"],
        rows=tuple(
            Row(number, tuple(cells), frozenset(numbers), frozenset(days))
            for number, cells, numbers, days in told["rows"]
        ),
        hidden=told["hidden"],
        merges=tuple(Merge(*edges) for edges in told["merges"]),
    )


if __name__ == "__main__":
    main()
