"""What a workbook says beside its values: formats, merges, and what is passed over.

The reader of workbooks gives a blank for a formula without a saved result and for an
error, and allocates the whole used range at once: both are known here before.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from evaltracker.rows import guards
from evaltracker.rows.guards import Unreadable, column_letter, parse

type Attributes = dict[str, str]
type Place = tuple[int, int]
type Style = tuple[str, bool, bool]

ADDRESS = re.compile(r"([A-Za-z]{0,3})([0-9]{1,7})")
# The formats that have a number and no text; those of days are read by the reader.
BUILT_IN = {9: "0%", 10: "0.00%", 42: "$#,##0", 44: "$#,##0.00"}
# The formats that tell something of a number: a share, or money.
TELLING = re.compile(r"[%$€£¥₹]")
# Colours that people do not see as such.
PLAIN = ("none", "gray125", "")
LISTS = ("numFmts", "fonts", "fills", "cellXfs", "cellStyleXfs", "dxfs")
STYLES = ("numFmt", "font", "strike", "fill", "patternFill", "xf")
STYLE_TAGS = (*LISTS, *STYLES)
MOST_TAGS = 200_000
MOST_UNCOMPUTED = 500_000


class Merge(NamedTuple):
    """A merged range; rows count from 1 and columns from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Facts:
    """By place (row from 1, column from 0) what one sheet says beside its values."""

    name: str = ""
    # Cells that hold a formula without a result, or an error.
    uncomputed: set[Place] = field(default_factory=set)
    # Of cells that hold a share or money, how the spreadsheet shows it.
    formats: dict[Place, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    # What is filled; the bottom is 0 while nothing is.
    top: int = 1
    bottom: int = 0
    right: int = -1
    comments: int = 0
    struck: int = 0
    coloured: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def stretch(self, row: int, column: int) -> None:
        """Count a filled cell in, or refuse a range that would fill the memory."""
        self.top = self.top if self.bottom else row
        if row <= self.bottom and column <= self.right:
            return
        self.bottom = max(self.bottom, row)
        self.right = max(self.right, column)
        area = (self.bottom + 1) * (self.right + 1)
        if area > guards.MOST_AREA:
            cell = f"{column_letter(self.right)}{self.bottom:,}"
            raise Unreadable("area", sheet=self.name, cell=cell, count=area)

    def lack(self, places: Iterable[Place]) -> None:
        """Note cells without a result."""
        self.uncomputed.update(places)
        if len(self.uncomputed) > MOST_UNCOMPUTED:
            raise Unreadable("uncomputed", sheet=self.name, most=MOST_UNCOMPUTED)

    @property
    def sentences(self) -> Iterator[str]:
        """What was passed over, a line each; what is hidden outside is nothing."""
        if self.comments:
            yield f"Comments on cells are not read: {self.comments:,}."
        if self.coloured:
            yield f"Colours are not read: {self.coloured:,} cells have one."
        if self.struck:
            yield (
                f"Read although it is struck through: {self.struck:,} cells. Delete "
                "what no longer counts."
            )
        blanks = [f"{column_letter(at)}{row}" for row, at in sorted(self.uncomputed)]
        rows = [
            hidden_row
            for hidden_row in sorted(self.hidden_rows)
            if self.top <= hidden_row <= self.bottom
        ]
        columns = [at for at in sorted(self.hidden_columns) if at <= self.right]
        if blanks:
            yield (
                "Formulas without a saved result are read as blank: "
                f"{_counted('cell', blanks)}. Open the workbook, save it and import it "
                "again."
            )
        if rows:
            yield f"Read although hidden: {_counted('row', [*map(str, rows)])}."
        if columns:
            letters = [*map(column_letter, columns)]
            yield f"Read although hidden: {_counted('column', letters)}."


def _counted(noun: str, names: list[str]) -> str:
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    if len(names) == 1:
        return f"{noun} {shown}"
    return f"{len(names):,} {noun}s ({shown})"


def _number(attributes: Attributes, name: str, default: int = 0) -> int:
    text = attributes.get(name, "")
    if text.isdecimal() and len(text) < 8:
        return int(text)
    return default


def _place(address: str) -> Place:
    """Row and column; for what is no address the reader might ask for any memory."""
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise Unreadable("damaged")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column - 1


def _is_hidden(attributes: Attributes) -> bool:
    return attributes.get("hidden") in ("1", "true")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def marks_of(content: bytes, kind: str) -> dict[str, Facts]:
    """By sheet of an archive, what its XML says beside its values.

    Raises:
        Unreadable: the XML is damaged, unsafe or behind a password, or a used range is
            too big.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if kind == "ods":
            return _of_ods(archive)
        return _of_xlsx(archive)


def _of_xlsx(archive: zipfile.ZipFile) -> dict[str, Facts]:
    ids = {
        _relation_id(attributes): attributes.get("name")
        for _, attributes in _tags(archive, "xl/workbook.xml", "sheet")
    }
    styles = _styles(archive)
    facts: dict[str, Facts] = {}
    for link, _, part in _relations(archive, "xl/workbook.xml"):
        if (name := ids.get(link)) and part.endswith(".xml"):
            scan = _Scan(styles, facts.setdefault(name, Facts(name)))
            parse(archive, part, scan.start, scan.end, scan.data)
            for _, kind, comments in _relations(archive, part):
                if kind.endswith("/comments"):
                    scan.facts.comments += len(_tags(archive, comments, "comment"))
    return facts


def _relation_id(attributes: Attributes) -> str:
    ids = (attributes[name] for name in attributes if name.endswith(":id"))
    return next(ids, "")


def _tags(
    archive: zipfile.ZipFile, part: str, *names: str
) -> list[tuple[str, Attributes]]:
    """The tags of a part that are called so; none if it is not there."""
    tags: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if (tag := _local(name)) in names:
            tags.append((tag, attributes))
        if len(tags) > MOST_TAGS:
            raise Unreadable("damaged")

    if part in archive.namelist():
        parse(archive, part, start)
    return tags


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, str]]:
    """What a part points at: id, type and the other part, if it is there."""
    folder, _, name = part.rpartition("/")
    for _, attributes in _tags(archive, f"{folder}/_rels/{name}.rels", "Relationship"):
        target = posixpath.join(f"/{folder}", attributes.get("Target", ""))
        target = posixpath.normpath(target)[1:]
        if target in archive.namelist():
            yield attributes.get("Id", ""), attributes.get("Type", ""), target


def _styles(archive: zipfile.ZipFile) -> list[Style]:
    """Format, struck and coloured, in the order in which cells name them."""
    formats = dict(BUILT_IN)
    struck = [False]
    coloured = [False]
    styles: list[Style] = []
    inside = ""
    for tag, attributes in _tags(archive, "xl/styles.xml", *STYLE_TAGS):
        inside = tag if tag in LISTS else inside
        match inside, tag:
            case "numFmts", "numFmt":
                number = _number(attributes, "numFmtId")
                formats[number] = attributes.get("formatCode", "")[:200]
            case "fonts", "font":
                struck.append(False)
            case "fonts", "strike":
                struck[-1] = attributes.get("val", "1") not in ("0", "false")
            case "fills", "fill":
                coloured.append(False)
            case "fills", "patternFill":
                coloured[-1] = attributes.get("patternType", "") not in PLAIN
            case "cellXfs", "xf":
                # The first of each list stands for what no list has.
                font = _number(attributes, "fontId") + 1
                fill = _number(attributes, "fillId") + 1
                is_struck = struck[font if font < len(struck) else 0]
                is_coloured = coloured[fill if fill < len(coloured) else 0]
                code = formats.get(_number(attributes, "numFmtId"), "")
                if TELLING.search(code):
                    shown = code
                else:
                    shown = ""
                styles.append((shown, is_struck, is_coloured))
    return styles


@dataclass(slots=True)
class _Scan:
    """Goes by the cells of an .xlsx's sheet; its first row's colours are of names."""

    styles: list[Style]
    facts: Facts
    row: int = 0
    column: int = -1
    kind: str = "n"
    style: int = 0
    is_formula: bool = False
    is_value: bool = False
    is_filled: bool = False

    def start(self, name: str, attributes: Attributes) -> None:
        tag = _local(name)
        if tag == "c":
            self.column += 1
            if "r" in attributes:
                self.row, self.column = _place(attributes["r"])
            self.is_formula = False
            self.is_value = False
            self.is_filled = False
            self.kind = attributes.get("t", "n")
            self.style = _number(attributes, "s")
        elif tag in ("v", "is", "f"):
            # The reader makes room for a cell with any of them, also for a blank one.
            self.facts.stretch(self.row, self.column)
            self.is_value = tag == "v"
            self.is_formula = self.is_formula or tag == "f"
            # An empty text is a result; an empty number is none.
            is_text = tag == "is" or (tag == "v" and self.kind == "str")
            self.is_filled = self.is_filled or is_text
        elif tag == "row":
            self.row = self.row + 1
            self.column = -1
            if "r" in attributes:
                self.row, _ = _place(attributes["r"])
            if _is_hidden(attributes):
                self.facts.hidden_rows.add(self.row)
        elif tag == "col" and _is_hidden(attributes):
            first = _number(attributes, "min")
            last = min(_number(attributes, "max"), first + guards.MOST_COLUMNS)
            self.facts.hidden_columns.update(range(first - 1, last))

    def data(self, text: str) -> None:
        if self.is_value and text.strip():
            self.is_filled = True

    def end(self, name: str) -> None:
        tag = _local(name)
        if tag == "v":
            self.is_value = False
        if tag != "c":
            return
        place = (self.row, self.column)
        facts = self.facts
        if self.kind == "e" or (self.is_formula and not self.is_filled):
            facts.lack((place,))
        is_there = self.is_filled or self.is_formula
        if is_there and 0 < self.style < len(self.styles):
            shape, is_struck, is_coloured = self.styles[self.style]
            if shape and self.kind == "n":
                facts.formats[place] = shape
            facts.struck += is_struck
            facts.coloured += is_coloured and self.row > facts.top


def _of_ods(archive: zipfile.ZipFile) -> dict[str, Facts]:
    encrypted = _tags(archive, "META-INF/manifest.xml", "encryption-data")
    if encrypted or "encrypted-package" in archive.namelist():
        raise Unreadable("protected")
    tables: dict[str, Facts] = {}
    table = Facts()
    row = 1
    column = 0
    many = 0

    def start(name: str, attributes: Attributes) -> None:
        nonlocal table, row, column, many
        tag = _local(name)
        if tag == "table":
            table = Facts(attributes.get("table:name", ""))
            row = 1
            many = 0
            tables.setdefault(table.name, table)
        elif tag == "table-row":
            row = row + many
            column = 0
            many = _number(attributes, "table:number-rows-repeated", 1)
        elif tag == "annotation":
            table.comments += 1
        elif tag in ("table-cell", "covered-table-cell"):
            right = column + _number(attributes, "table:number-columns-repeated", 1)
            look(attributes, right)
            column = right

    def look(attributes: Attributes, right: int) -> None:
        down = _number(attributes, "table:number-rows-spanned", 1)
        across = _number(attributes, "table:number-columns-spanned", 1)
        if down > 1 or across > 1:
            bottom = row + down - 1
            right_edge = column + across - 1
            table.merges.append(Merge(row, column, bottom, right_edge))
        kind = attributes.get("office:value-type")
        is_formula = "table:formula" in attributes
        if kind or is_formula:
            table.stretch(row + many - 1, right - 1)
        shape = "0%" if kind == "percentage" else ""
        if kind == "currency":
            shape = f"[${attributes.get('office:currency', '')[:10]}] 0"
        is_error = attributes.get("calcext:value-type") == "error"
        is_uncomputed = is_error or (is_formula and not kind)
        if shape or is_uncomputed:
            rows = range(row, row + many)
            columns = range(column, right)
            places = {(number, at) for number in rows for at in columns}
            table.lack(places if is_uncomputed else ())
            table.formats |= dict.fromkeys(places, shape) if shape else {}

    parse(archive, "content.xml", start)
    return tables
