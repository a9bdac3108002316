"""Reading separated text: CSV by comma, semicolon, tab or bar."""

import codecs
import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO

from charset_normalizer import from_bytes

from evaltracker.toolbox.tabular.cells import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_FILE_BYTES,
    MOST_ROWS,
    MOST_SHEETS,
    Marks,
    Row,
    Sheet,
    Unreadable,
    column_letter,
)

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
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return by_mark(content, encoding), []
    if b"\x00" in content:
        return without_mark(content), [
            "The file is UTF-16 without a mark at its start; it was read as that."
        ]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return by_guess(content)


def by_mark(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise Unreadable(
            f"The file says that it is {name} text, but it is damaged at byte "
            f"{error.start:,}. {SAVE_AS_UTF8}"
        ) from error
    return refuse_binary(text)


def without_mark(content: bytes) -> str:
    """UTF-16 text without a mark, if every other byte is nearly always zero."""
    sample = content[:4000]
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = sample[start::2]
        if len(content) % 2 == 0 and half and half.count(0) > len(half) * 0.7:
            try:
                return refuse_binary(content.decode(encoding))
            except UnicodeDecodeError:
                continue
    return refuse_binary("\x00")


def refuse_binary(text: str) -> str:
    """`text`, unless it holds what no text file holds."""
    if "\x00" in text:
        raise Unreadable(
            "The file is not a text file or a spreadsheet that can be read here; it "
            "holds binary data. Save the table as CSV or .xlsx and import that file."
        )
    return text


def by_guess(content: bytes) -> tuple[str, list[str]]:
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
    return refuse_binary(text), [
        f"The file is not UTF-8; it was read as {name}. If accented letters look "
        f"wrong, save it as “CSV UTF-8” and import it again."
    ]


SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_RECORDS = 60


@dataclass(frozen=True, slots=True)
class Damage:
    row: int
    is_unclosed: bool

    @property
    def sentence(self) -> str:
        if self.is_unclosed:
            return (
                "a quotation mark is opened and never closed, so the rest of the file "
                "would be one cell. Close it, or write it twice if it belongs to the "
                "text."
            )
        return (
            'a quotation mark stands inside a quoted cell. Write it twice ("") '
            "inside quotes."
        )


def read_separated(text: str) -> tuple[Sheet, list[str]]:
    """The one sheet in `text`, and remarks.

    Raises:
        Unreadable: quoting is broken, or a limit is passed.
    """
    text, separator = named_separator(text)
    if not separator:
        separator = sniff_separator(text)
    records, damage = split(text, separator)
    if damage:
        raise Unreadable(damage.sentence, row=damage.row)
    rows = [
        Row(number, tuple(trimmed(record)))
        for number, record in enumerate(records, start=1)
    ]
    filled = tuple(row for row in rows if row.cells)
    check_limits(filled)
    remarks = []
    if separator != ",":
        remarks.append(f"The cells are separated by {SEPARATORS[separator]}s.")
    return Sheet(name="", rows=filled), remarks


def named_separator(text: str) -> tuple[str, str]:
    """Take off Excel's “sep=;” line, which spreadsheets show as no row."""
    first, _, rest = text.partition("\n")
    name = first.strip().strip('"')
    if name[:4].lower() == "sep=" and name[4:] in SEPARATORS:
        return rest, name[4:]
    if first.rstrip("\r").lower() == "sep=\t":
        return rest, "\t"
    return text, ""


def sniff_separator(text: str) -> str:
    """The separator that splits the start of `text` most evenly into columns."""
    best, best_score = ",", (False, 0.0, 0)
    for separator in SEPARATORS:
        records, damage = split(text, separator, most=SAMPLE_RECORDS)
        widths = Counter(len(record) for record in records if any(record))
        widths.pop(1, None)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / sum(1 for record in records if any(record))
        # Broken quoting speaks against a separator more than uneven rows do.
        score = (damage is None, round(share, 1), width)
        if score > best_score:
            best, best_score = separator, score
    return best


def split(
    text: str, separator: str, most: int | None = None
) -> tuple[list[list[str]], Damage | None]:
    """The records of `text`, and the first place where quoting breaks."""
    csv.field_size_limit(MOST_FILE_BYTES)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if most is not None and len(records) >= most:
                break
    except csv.Error as error:
        is_unclosed = "unexpected end" in str(error)
        return records, Damage(row=len(records) + 1, is_unclosed=is_unclosed)
    return records, None


def trimmed(record: list[str]) -> list[str]:
    """The cells without outer blanks, and without empty cells at the end."""
    cells = [tidy(cell) for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def tidy(cell: str) -> str:
    """A cell's text: one kind of line break, no control characters, no outer blanks."""
    if cell.isascii() and cell.isprintable():
        return cell.strip(" ")
    text = cell.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if not text.isprintable():
        text = "".join(
            mark
            for mark in text
            if mark in "\n\t" or not (mark < " " or "\x7f" <= mark < "\xa0")
        )
    return text.strip(" \t\n\ufeff")


def check_limits(rows: tuple[Row, ...], sheet: str = "") -> None:
    """Refuse more rows, columns or characters than an evaluation can use."""
    if len(rows) > MOST_ROWS + 1:
        raise Unreadable(
            f"it has {len(rows):,} filled rows; at most {MOST_ROWS:,} and a "
            "row of names are read. Split the file.",
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
        for index, cell in enumerate(row.cells):
            if len(cell) > MOST_CELL_CHARACTERS:
                raise Unreadable(
                    f"the cell holds {len(cell):,} characters; at most "
                    f"{MOST_CELL_CHARACTERS:,} are read. Shorten it. (An unclosed "
                    "quotation mark can make one cell out of many.)",
                    sheet=sheet,
                    row=row.number,
                    column=column_letter(index),
                )


# Reading the tables of a Markdown text, a sheet each.
#
# Line by line: a reader of all of Markdown drops cells beyond the last name without a
# word, and takes a minute for what is made to be slow.

BAR = re.compile(r"(?<!\\)\|")
RULE_MARKS = " \t|:-"
RULE = re.compile(r":?-+:?")
FENCE = re.compile(r" {0,3}(```|~~~)")
HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(\S.*)")
CODE = re.compile(r"`([^`\n]{1,500})`")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
NAME_LENGTH = 60


@dataclass(slots=True)
class Found:
    sheets: list[Sheet] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    heading: str = ""
    beside: int = 0

    def close(self) -> None:
        if self.rows:
            name = self.heading or f"Table {len(self.sheets) + 1}"
            if name in self.names:
                name = f"{name} ({len(self.sheets) + 1})"
            self.names.add(name)
            struck = sum(
                cell.count("~~") > 1 for row in self.rows for cell in row.cells
            )
            marks = Marks(struck=struck)
            self.sheets.append(Sheet(name, tuple(self.rows), marks=marks))
        self.rows = []


def read_markdown(text: str) -> tuple[list[Sheet], list[str]]:
    """The tables, named after the headings above them, and remarks.

    Raises:
        Unreadable: there is no table, or a limit is passed.
    """
    tables = tables_in(text.splitlines())
    if not tables.sheets:
        raise Unreadable(
            "There is no table in this Markdown text. A table has a row of names, and "
            "a row such as | --- | --- | under it."
        )
    for sheet in tables.sheets:
        check_limits(sheet.rows, sheet.name)
    one = tables.beside == 1
    counted = "1 other line was" if one else f"{tables.beside:,} other lines were"
    return tables.sheets, (
        [f"Only tables are read: {counted} passed over."] if tables.beside else []
    )


def tables_in(lines: list[str]) -> Found:
    """The tables; a row has the number of its line."""
    tables = Found()
    for number, line in outside_code(lines):
        if len(tables.sheets) > MOST_SHEETS:
            raise Unreadable(f"The text has more than {MOST_SHEETS} tables. Split it.")
        following = lines[number] if number < len(lines) else ""
        title = HEADING.match(line)
        if tables.rows and line.strip() and not title:
            if not is_rule(line) or number > tables.rows[0].number + 1:
                tables.rows.append(Row(number, tuple(trimmed(cells_of(line)))))
            continue
        tables.close()
        if title:
            tables.heading = plain(title[1].rstrip(" #"))[:NAME_LENGTH]
        elif "|" in line and is_rule(following):
            tables.rows.append(Row(number, tuple(trimmed(cells_of(line)))))
        elif line.strip():
            tables.beside += 1
    tables.close()
    return tables


def outside_code(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; those of blocks of code are blank."""
    fence = ""
    for number, line in enumerate(lines, start=1):
        mark = FENCE.match(line)
        is_code = bool(fence or mark)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        yield number, "" if is_code else line


def is_rule(line: str) -> bool:
    if "|" not in line or line.strip(RULE_MARKS):
        return False
    return all(RULE.fullmatch(cell) for cell in cells_of(line))


def cells_of(line: str) -> list[str]:
    """The cells of a line: bars part them, unless a backslash stands before."""
    cells = BAR.split(line.strip().removeprefix("|"))
    if not cells[-1].strip():
        cells.pop()
    return [plain(cell) for cell in cells]


def plain(cell: str) -> str:
    if "`" in cell or "\\" in cell:
        cell = ESCAPED.sub(r"\1", CODE.sub(r"\1", cell))
    return cell.strip()


OLE = bytes.fromhex("D0CF11E0A1B11AE1")
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF file"),
    (b"{\\rtf", "a rich-text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF87a", "a picture (GIF)"),
    (b"GIF89a", "a picture (GIF)"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database file"),
)
# These could also start a word of somebody's table; only with NULs are they proof.
WEAK_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "a program"),
    (b"BZh", "a bzip2 archive"),
    (b"PAR1", "a Parquet file"),
)
HTML = re.compile(r"<(!doctype\s+html|html|head|body|table|div|meta)\b", re.IGNORECASE)
MARKDOWN_RULE = re.compile(
    r"^ {0,3}\|?[ \t]*:?-{2,}:?[ \t]*\|[ \t|:\-]*$", re.MULTILINE
)
YAML_START = re.compile(r"^(%YAML|---\s*(#|\n|$))")
YAML_LINE = re.compile(r"^\s*(- )?[A-Za-z_][\w ./\-]{0,60}:( |$)")

TEXT_NAMES = frozenset({"csv", "tsv", "tab", "txt"})
MARKDOWN_NAMES = frozenset({"md", "markdown", "txt"})
BOOK_NAMES = frozenset({"xlsx", "xlsm", "xls", "ods"})
OTHER_NAMES = {
    "json": "a JSON file",
    "yaml": "a YAML file",
    "yml": "a YAML file",
    "pdf": "a PDF file",
    "html": "a web page (HTML)",
    "htm": "a web page (HTML)",
    "xml": "an XML file",
    "doc": "a Word document",
    "docx": "a Word document",
    "odt": "an OpenDocument text",
    "numbers": "an Apple Numbers file",
    "pages": "an Apple Pages file",
    "xlsb": "a binary Excel workbook",
    "zip": "a zip archive",
    "ics": "a calendar file",
    "rst": "a text document",
    "sql": "a database file",
    "parquet": "a Parquet file",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What the content is: "text", "xlsx" or another ending, or something in words."""

    code: str
    words: str


XLSX = Kind("xlsx", "an Excel workbook (.xlsx)")
XLS = Kind("xls", "an old Excel workbook (.xls)")
XLSM = Kind("xlsm", "an Excel workbook with macros (.xlsm)")
ODS = Kind("ods", "an OpenDocument spreadsheet (.ods)")
TEXT = Kind("text", "a text file")
MARKDOWN = Kind("md", "a Markdown table")


def extension_of(filename: str) -> str:
    """The lower-case end of `filename` after the last dot, "" without one."""
    stem, dot, end = filename.rpartition(".")
    return end.lower() if dot and stem else ""


def other(words: str) -> Kind:
    return Kind("other", words)


def kind_of_bytes(content: bytes) -> Kind:
    """What `content` is by its first bytes; a zip archive is looked into elsewhere."""
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return Kind("zip", "a zip archive")
    if content.startswith(OLE):
        return XLS
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return other(kind)
    for signature, kind in WEAK_SIGNATURES:
        if content.startswith(signature) and b"\x00" in content[:2000]:
            return other(kind)
    return TEXT


def kind_of_text(text: str) -> Kind:
    """Whether `text` is a table at all, or another well-known kind of text."""
    start = text.lstrip("\ufeff \t\r\n")
    head = start[:4000]
    if HTML.match(head):
        return other("a web page (HTML)")
    if head.startswith("<?xml"):
        return other("an XML file")
    if head.startswith("BEGIN:VCALENDAR"):
        return other("a calendar file")
    if start[:1] in ("{", "[") and is_json(start):
        return other("a JSON file")
    if MARKDOWN_RULE.search(head):
        return MARKDOWN
    if YAML_START.match(head) or looks_like_yaml(head):
        return other("a YAML file")
    return TEXT


def is_json(text: str) -> bool:
    """Whether `text` parses as JSON; a deep nesting counts as JSON, too."""
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        # Object notation with comments is still nobody's table.
        return bool(re.match(r'\{\s*("|//|/\*)', text))
    return True


def looks_like_yaml(head: str) -> bool:
    """Whether nearly every line is “key: value” and none looks like a table row."""
    lines = [line for line in head.splitlines()[:40] if line.strip()]
    if len(lines) < 3 or any(mark in line for line in lines[:3] for mark in ",;\t"):
        return False
    keyed = sum(1 for line in lines if YAML_LINE.match(line))
    return keyed >= 3 and keyed * 2 > len(lines)
