"""Reading .ods from its own XML.

The reader of workbooks glues lines together and tells neither formats nor merged
cells, formulas without a result, or what is hidden, so nothing is left for it to do.
"""

import io
import re
import zipfile
from dataclasses import dataclass, field, replace

from evaltracker.tabular import limits
from evaltracker.tabular.archives import DAMAGED
from evaltracker.tabular.books import PROTECTED, fill_merged, share_of, text_of
from evaltracker.tabular.cell_styles import CellStyle
from evaltracker.tabular.open_cells import OpenCell, OpenTable
from evaltracker.tabular.open_styles import OpenStyles
from evaltracker.tabular.separated import check_limits
from evaltracker.tabular.shapes import Marks, Row, Sheet, Unreadable
from evaltracker.tabular.xml_parts import parse

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
    """Collects the tables of a spreadsheet."""

    styles: OpenStyles = field(default_factory=OpenStyles)
    tables: list[OpenTable] = field(default_factory=list)
    cell: OpenCell | None = None
    row: dict[str, str] = field(default_factory=dict)
    aside: int = 0
    tables_open: int = 0
    is_paragraph: bool = False

    @property
    def table(self) -> OpenTable | None:
        """The sheet that is open."""
        return self.tables[-1] if self.tables_open else None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        is_no_text = self.cell is not None and tag not in TEXT
        if self.aside or tag in ASIDE or is_no_text:
            if tag == "annotation" and self.table is not None and not self.aside:
                self.table.comments += 1
            self.aside += 1
            return
        said = {
            local(key): value
            for key, value in attributes.items()
            if not key.startswith("calcext:")
        }
        if self.table is None and tag != "table":
            self.styles.start(tag, said)
            return
        match tag:
            case "table":
                self.tables_open = 1
                hidden = said.get("style-name", "") in self.styles.hidden_tables
                self.tables.append(OpenTable(said.get("name", ""), hidden))
            case "table-source":
                # Kept cells of another file, which nobody has seen here.
                self.tables[-1].name = ""
                self.tables[-1].hidden = True
            case "table-column":
                style = self.styles.cells.get(said.get("default-cell-style-name", ""))
                self.tables[-1].add_columns(said, style)
            case "table-row":
                self.row = said
            case _ if tag in CELLS:
                self.cell = OpenCell(said, self.style_of(said))
            case _ if self.cell is not None:
                self.inside(tag, said)

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
        """Text inside the tag that is open."""
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
    """A tag or attribute without its prefix."""
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
    if len(tables) > limits.SHEETS:
        raise Unreadable(
            f"The workbook has {len(tables):,} sheets; at most {limits.SHEETS} are "
            "read. Copy the ones that are needed into a new workbook."
        )
    return [sheet_of(table) for table in tables]


def is_encrypted(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Whether the list of parts says that any of them needs a password."""
    found: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if local(name) == "encryption-data":
            found.append(name)

    if MANIFEST in names:
        parse(archive, MANIFEST, start)
    return bool(found)


def sheet_of(table: OpenTable) -> Sheet:
    """The sheet that a table is."""
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
    kept = tuple(fill_merged(numbered, merges))
    check_limits(kept, table.name)
    formatted = table.places(lambda cell: bool(cell.is_number and cell.number_format))
    return Sheet(
        name=table.name,
        rows=kept,
        hidden=table.hidden,
        merges=merges,
        uncomputed=frozenset(table.places(lambda cell: cell.is_uncomputed)),
        formats={place: cell.number_format for place, cell in formatted.items()},
        marks=marks_of(table),
    )


def marks_of(table: OpenTable) -> Marks:
    """What people put on a sheet beside its values."""
    first = min(table.rows, default=0)
    width = max((max(line) for line in table.rows.values()), default=-1)
    coloured = table.places(lambda cell: cell.style.is_coloured)
    return Marks(
        comments=table.comments,
        struck=len(table.places(lambda cell: cell.style.is_struck)),
        coloured=sum(number > first for number, _ in coloured),
        rows=tuple(sorted(table.hidden_rows)),
        columns=tuple(it for it in sorted(table.hidden_columns) if it <= width),
    )


def check_area(table: OpenTable) -> None:
    """Refuse a sheet whose repeated cells would fill the memory."""
    if sum(max(line) + 1 for line in table.rows.values()) > limits.AREA:
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
