"""Reading an .xlsx's own XML for what the spreadsheet reader does not tell.

It gives "" for a formula without a saved result and for an error, and allocates the
whole used range at once; both have to be known before it is asked. It also says nothing
of formats, colours, comments and of what is hidden.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaltracker.tabular import limits
from evaltracker.tabular.cell_styles import CellStyle, number_in, styles_of
from evaltracker.tabular.shapes import Marks, Unreadable, column_letter
from evaltracker.tabular.xml_parts import parse, relations_of, sheet_parts

ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """What a sheet's XML says beside its values."""

    uncomputed: frozenset[tuple[int, int]]
    formats: dict[tuple[int, int], str]
    marks: Marks


@dataclass(slots=True)
class SheetScan:
    """What the cells of one sheet's XML say, cell by cell."""

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
                given = attributes.get("r", "")
                self.row = int(given) if given.isdecimal() else self.row + 1
                self.column = -1
                if is_hidden(attributes):
                    self.hidden_rows.add(self.row)
            case "col" if is_hidden(attributes):
                first, last = number_in(attributes, "min"), number_in(attributes, "max")
                last = min(last, first + limits.COLUMNS)
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
        """Let the used range hold this cell."""
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
            rows=tuple(sorted(it for it in self.hidden_rows if top <= it <= bottom)),
            columns=tuple(
                sorted(it for it in self.hidden_columns if left <= it <= right)
            ),
        )
        return SheetFacts(frozenset(self.uncomputed), self.formats, marks)


def is_hidden(attributes: dict[str, str]) -> bool:
    """Whether a row or column is hidden."""
    return attributes.get("hidden", "0") in ("1", "true")


def scan_sheets(content: bytes) -> dict[str, SheetFacts]:
    """By sheet name, what its XML says beside its values.

    Raises:
        Unreadable: the XML is damaged or unsafe, or a used range is too big.

    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = styles_of(archive)
        found = {}
        for name, part in sheet_parts(archive).items():
            scan = SheetScan(styles)
            parse(archive, part, scan.start, scan.end, scan.data)
            check_area(name, scan.box)
            found[name] = scan.facts(comments_on(archive, part))
    return found


def comments_on(archive: zipfile.ZipFile, part: str) -> int:
    """How many cells of a sheet have a comment."""
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
    if area > limits.AREA:
        raise Unreadable(
            f"its used range reaches to {column_letter(box[3])}{box[2]:,}, which is "
            f"{area:,} cells. Delete what stands far outside the table (look there "
            "with Ctrl+End) and save it again.",
            sheet=name,
        )
