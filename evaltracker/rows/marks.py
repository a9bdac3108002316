"""What a workbook says beside its values: formats, merges, and what is passed over.

The reader of workbooks gives a blank for a formula without a saved result and for an
error, and allocates the whole used range at once: both are known here before.
"""

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field

from evaltracker.rows.guards import (
    MOST_AREA,
    MOST_COLUMNS,
    PROTECTED,
    Unreadable,
    column_letter,
    parse,
)

type Attributes = dict[str, str]
type Place = tuple[int, int]

ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# The formats that have a number and no text; those of days are read by the reader.
BUILT_IN = {9: "0%", 10: "0.00%", 42: "$#,##0", 44: "$#,##0.00"}
CONTENT = "content.xml"


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


@dataclass(slots=True)
class Facts:
    """By place (row from 1, column from 0) what one sheet says beside its values."""

    # Cells that hold a formula without a result, or an error.
    uncomputed: set[Place] = field(default_factory=set)
    # Of cells that hold a number, how the spreadsheet shows it.
    formats: dict[Place, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    # Top, left, bottom, right of what is filled.
    box: list[int] = field(default_factory=list)
    comments: int = 0
    struck: int = 0
    coloured: int = 0
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)

    def stretch(self, name: str, bottom: int, right: int) -> None:
        """Count a filled cell in, or refuse a range that would fill the memory."""
        top, left, *_ = self.box or (bottom, right)
        old_bottom, old_right = self.box[2:] or (bottom, right)
        self.box = [
            *(min(top, bottom), min(left, right)),
            *(max(old_bottom, bottom), max(old_right, right)),
        ]
        area = (self.box[2] + 1) * (self.box[3] + 1)
        if area > MOST_AREA:
            raise Unreadable(
                f"its used range reaches to {column_letter(self.box[3])}"
                f"{self.box[2]:,}, which is {area:,} cells. Delete what stands far "
                "outside the table (look there with Ctrl+End) and save it again.",
                sheet=name,
            )

    @property
    def sentences(self) -> list[str]:
        """What was passed over, a line each; what is hidden outside is nothing."""
        top, left, bottom, right = self.box or (1, 0, 0, -1)
        rows = [str(row) for row in sorted(self.hidden_rows) if top <= row <= bottom]
        columns = [at for at in sorted(self.hidden_columns) if left <= at <= right]
        lines = (
            (self.comments, "Comments on cells are not read: {:,}."),
            (self.coloured, "Colours are not read: {:,} cells have one."),
            (
                self.struck,
                "Read although it is struck through: {:,} cells. Delete what no longer "
                "counts.",
            ),
        )
        hidden = (("row", rows), ("column", list(map(column_letter, columns))))
        return [line.format(count) for count, line in lines if count] + [
            f"Read although hidden: {_counted(thing, names)}."
            for thing, names in hidden
            if names
        ]


def _counted(thing: str, names: list[str]) -> str:
    if len(names) == 1:
        return f"{thing} {names[0]}"
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return f"{len(names):,} {thing}s ({shown})"


def _number(attributes: Attributes, name: str, default: int = 0) -> int:
    text = attributes.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 8 else default


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def marks_of(content: bytes, kind: str) -> dict[str, Facts]:
    """By sheet of an archive, what its XML says beside its values.

    Raises:
        Unreadable: the XML is damaged, unsafe or behind a password, or a used range is
            too big.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return _of_ods(archive) if kind == "ods" else _of_xlsx(archive)


def _of_xlsx(archive: zipfile.ZipFile) -> dict[str, Facts]:
    ids: dict[str, str] = {}

    def sheet(name: str, attributes: Attributes) -> None:
        if _local(name) == "sheet":
            links = (value for key, value in attributes.items() if key.endswith(":id"))
            ids[attributes.get("name", "")] = next(links, "")

    parse(archive, "xl/workbook.xml", sheet)
    targets = {link: part for link, _, part in _relations(archive, "xl/workbook.xml")}
    styles = _styles(archive)
    facts = {}
    for name, link in ids.items():
        part = targets.get(link, "")
        if part.endswith(".xml") and part in archive.namelist():
            scan = _Scan(name, styles)
            parse(archive, part, scan.start, scan.end, scan.data)
            scan.facts.comments = _comments(archive, part)
            facts[name] = scan.facts
    return facts


def _relations(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """What a part points at: id, type and the other part."""
    folder, _, name = part.rpartition("/")
    relations: list[tuple[str, str, str]] = []

    def relation(tag: str, attributes: Attributes) -> None:
        if _local(tag) == "Relationship":
            target = posixpath.join(f"/{folder}", attributes.get("Target", ""))
            link, kind = attributes.get("Id", ""), attributes.get("Type", "")
            relations.append((link, kind, posixpath.normpath(target)[1:]))

    links = f"{folder}/_rels/{name}.rels"
    if part == "xl/workbook.xml" or links in archive.namelist():
        parse(archive, links, relation)
    return relations


def _comments(archive: zipfile.ZipFile, part: str) -> int:
    tags: list[str] = []
    for _, kind, target in _relations(archive, part):
        if kind.endswith("/comments") and target in archive.namelist():
            parse(archive, target, lambda tag, _: tags.append(_local(tag)))
    return tags.count("comment")


type Style = tuple[str, bool, bool]


def _styles(archive: zipfile.ZipFile) -> list[Style]:
    """Format, struck and coloured, in the order in which cells name them."""
    formats, struck, coloured = dict(BUILT_IN), [False], [False]
    styles: list[Style] = []
    inside = ""

    def start(name: str, attributes: Attributes) -> None:
        nonlocal inside
        tag = _local(name)
        if tag in ("numFmts", "fonts", "fills", "cellXfs", "cellStyleXfs", "dxfs"):
            inside = tag
        match inside, tag:
            case "numFmts", "numFmt":
                code = attributes.get("formatCode", "")[:200]
                formats[_number(attributes, "numFmtId")] = code
            case "fonts", "font":
                struck.append(False)
            case "fonts", "strike":
                struck[-1] = attributes.get("val", "1") not in ("0", "false")
            case "fills", "fill":
                coloured.append(False)
            case "fills", "patternFill":
                # Colours that people do not see as such.
                plain = ("none", "gray125", "")
                coloured[-1] = attributes.get("patternType", "") not in plain
            case "cellXfs", "xf":
                # The first of both lists stands for a number that no list has.
                font, fill = (
                    number if number < len(of) else 0
                    for number, of in (
                        (_number(attributes, "fontId") + 1, struck),
                        (_number(attributes, "fillId") + 1, coloured),
                    )
                )
                code = formats.get(_number(attributes, "numFmtId"), "")
                styles.append((code, struck[font], coloured[fill]))

    if "xl/styles.xml" in archive.namelist():
        parse(archive, "xl/styles.xml", start)
    return styles


class _Scan:
    """Goes by the cells of an .xlsx's sheet; its first row's colours are of names."""

    def __init__(self, name: str, styles: list[Style]) -> None:
        self.name, self.styles, self.facts = name, styles, Facts()
        self.row, self.column = 0, -1
        self.kind, self.style = "n", 0
        self.is_formula = self.is_value = self.is_filled = False

    def start(self, name: str, attributes: Attributes) -> None:
        tag = _local(name)
        if tag == "c":
            if match := ADDRESS.fullmatch(attributes.get("r", "")):
                column = 0
                for letter in match[1]:
                    column = column * 26 + ord(letter) - 64
                self.row, self.column = int(match[2]), column - 1
            else:
                self.column += 1
            self.is_formula = self.is_value = self.is_filled = False
            self.kind = attributes.get("t", "n")
            self.style = _number(attributes, "s")
        elif tag == "v":
            # An empty text is a result; an empty number is none.
            self.is_value = True
            self.is_filled = self.is_filled or self.kind == "str"
        elif tag == "is":
            self.is_filled = True
        elif tag == "f":
            self.is_formula = True
        elif tag == "row":
            self.row = _number(attributes, "r", self.row + 1)
            self.column = -1
            if _is_hidden(attributes):
                self.facts.hidden_rows.add(self.row)
        elif tag == "col" and _is_hidden(attributes):
            first = _number(attributes, "min")
            last = min(_number(attributes, "max"), first + MOST_COLUMNS)
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
        place, facts = (self.row, self.column), self.facts
        if self.kind == "e" or (self.is_formula and not self.is_filled):
            facts.uncomputed.add(place)
        if not (self.is_filled or self.is_formula):
            return
        facts.stretch(self.name, *place)
        if 0 < self.style < len(self.styles):
            shape, is_struck, is_coloured = self.styles[self.style]
            if shape and self.kind == "n":
                facts.formats[place] = shape
            facts.struck += is_struck
            facts.coloured += is_coloured and self.row > facts.box[0]


def _is_hidden(attributes: Attributes) -> bool:
    return attributes.get("hidden", "0") in ("1", "true")


def _of_ods(archive: zipfile.ZipFile) -> dict[str, Facts]:
    manifest: list[str] = ["encrypted-package"] * (
        "encrypted-package" in archive.namelist()
    )
    if "META-INF/manifest.xml" in archive.namelist():
        parse(
            archive,
            "META-INF/manifest.xml",
            lambda tag, _: manifest.append(_local(tag)),
        )
    if "encryption-data" in manifest or "encrypted-package" in manifest:
        raise Unreadable(PROTECTED)
    tables: dict[str, Facts] = {}
    table, name, row, column, rows_at_once = Facts(), "", 0, 0, 1

    def start(tag: str, attributes: Attributes) -> None:
        nonlocal table, name, row, column, rows_at_once
        local = _local(tag)
        if local == "table":
            name, row, table = attributes.get("table:name", ""), 0, Facts()
            tables.setdefault(name, table)
        elif local == "table-row":
            row, column = row + rows_at_once if row else 1, 0
            rows_at_once = _number(attributes, "table:number-rows-repeated", 1)
        elif local in ("table-cell", "covered-table-cell"):
            cell(attributes)
        elif local == "annotation":
            table.comments += 1

    def cell(attributes: Attributes) -> None:
        nonlocal column
        columns = _number(attributes, "table:number-columns-repeated", 1)
        down = _number(attributes, "table:number-rows-spanned", 1)
        right = _number(attributes, "table:number-columns-spanned", 1)
        if down > 1 or right > 1:
            merge = Merge(row, column, row + down - 1, column + right - 1)
            table.merges.append(merge)
        kind = attributes.get("office:value-type", "")
        is_error = attributes.get("calcext:value-type") == "error"
        is_formula = "table:formula" in attributes
        shape = {"percentage": "0%"}.get(kind, "")
        if kind == "currency":
            shape = f"[${attributes.get('office:currency', '')[:10]}] 0"
        if kind or is_formula:
            table.stretch(name, row + rows_at_once - 1, column + columns - 1)
        if shape or is_error or (is_formula and not kind):
            for down in range(row, row + rows_at_once):
                for at in range(column, column + columns):
                    if shape:
                        table.formats[down, at] = shape
                    else:
                        table.uncomputed.add((down, at))
        column += columns

    parse(archive, CONTENT, start)
    return tables
