"""Reading an .xlsx's own XML for what the spreadsheet reader does not tell.

It gives "" for a formula without a saved result and for an error, and allocates the
whole used range at once; both have to be known before it is asked.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from evaltracker.tabular import limits
from evaltracker.tabular.archives import DAMAGED
from evaltracker.tabular.shapes import Unreadable, column_letter

ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(slots=True)
class SheetScan:
    """What the cells of one sheet's XML say, cell by cell."""

    uncomputed: set[tuple[int, int]] = field(default_factory=set)
    box: list[int] = field(default_factory=list)  # top, left, bottom, right
    row: int = 0
    column: int = -1
    is_formula: bool = False
    is_error: bool = False
    is_text: bool = False
    is_value: bool = False
    is_filled: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                given = attributes.get("r", "")
                self.row = int(given) if given.isdecimal() else self.row + 1
                self.column = -1
            case "c":
                self.place(attributes.get("r", ""))
                self.is_formula = self.is_value = self.is_filled = False
                self.is_error = attributes.get("t") == "e"
                self.is_text = attributes.get("t") == "str"
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
        found = ADDRESS.fullmatch(address)
        if found is None:
            self.column += 1
            return
        column = 0
        for letter in found[1]:
            column = column * 26 + ord(letter) - 64
        self.row, self.column = int(found[2]), column - 1

    def data(self, text: str) -> None:
        """Text inside the tag that is open."""
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

    def stretch(self) -> None:
        """Let the used range hold this cell."""
        if not self.box:
            self.box = [self.row, self.column, self.row, self.column]
        box = self.box
        box[0], box[1] = min(box[0], self.row), min(box[1], self.column)
        box[2], box[3] = max(box[2], self.row), max(box[3], self.column)


def scan_sheets(content: bytes) -> dict[str, frozenset[tuple[int, int]]]:
    """By sheet name, the cells without a result.

    Raises:
        Unreadable: the XML is damaged or unsafe, or a used range is too big.

    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {}
        for name, part in sheet_parts(archive).items():
            scan = SheetScan()
            parse(archive, part, scan.start, scan)
            check_area(name, scan.box)
            found[name] = frozenset(scan.uncomputed)
    return found


def check_area(name: str, box: list[int]) -> None:
    """Refuse a sheet whose used range would fill the memory."""
    if not box:
        return
    area = (box[2] + 1) * (box[3] + 1)
    if area > limits.AREA:
        raise Unreadable(
            f"its used range reaches to {column_letter(box[3])}{box[2]:,}, which is "
            f"{area:,} cells. Delete what stands far outside the table (look there "
            "with Ctrl+End) and save it again.",
            sheet=name,
        )


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """By sheet name, the archive's part that holds its cells."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            link = next(
                (value for key, value in attributes.items() if key.endswith(":id")), ""
            )
            ids[attributes.get("name", "")] = link

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    parse(archive, "xl/workbook.xml", sheet)
    parse(archive, "xl/_rels/workbook.xml.rels", relation)
    names = set(archive.namelist())
    parts = {
        name: posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))[1:]
        for name, link in ids.items()
    }
    return {
        name: part
        for name, part in parts.items()
        if part in names and part.endswith(".xml")
    }


def parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    scan: SheetScan | None = None,
) -> None:
    """Feed one part to the handlers; a document type, and so an entity, is refused."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    if scan is not None:
        parser.EndElementHandler = scan.end
        parser.CharacterDataHandler = scan.data

    def refuse(*_: object) -> None:
        raise Unreadable(DAMAGED)

    parser.StartDoctypeDeclHandler = refuse
    try:
        with archive.open(part) as stream:
            parser.ParseFile(stream)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
