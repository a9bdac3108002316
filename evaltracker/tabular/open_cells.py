"""The cells of an OpenDocument spreadsheet, told while its XML goes by.

Repeated cells and rows are held once until something asks for them: a file may say
that a blank row is repeated a million times.
"""

import datetime
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from evaltracker.tabular import limits
from evaltracker.tabular.cell_styles import CellStyle
from evaltracker.tabular.separated import tidy
from evaltracker.tabular.shapes import Merge

# What LibreOffice and Excel show where a formula has come to nothing.
ERROR = re.compile(r"(?:Err:[0-9]{3}|#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!))")
NUMBERS = frozenset({"float", "percentage", "currency"})
type Place = tuple[int, int]
type Value = str | float | bool | datetime.date


@dataclass
class OpenCell:
    """One cell as its attributes and paragraphs say it."""

    said: dict[str, str]
    style: CellStyle
    paragraphs: list[str] = field(default_factory=list)

    @property
    def times(self) -> int:
        """How often it stands side by side, as far as anybody reads."""
        return min(number_in(self.said, "number-columns-repeated"), 16_384)

    @cached_property
    def shown(self) -> str:
        """What a person reads in it."""
        return tidy("\n".join(self.paragraphs))

    @property
    def is_number(self) -> bool:
        """Whether it holds a number, a share of something too."""
        return self.said.get("value-type") in NUMBERS

    @property
    def is_share(self) -> bool:
        """Whether its number is shown in per cent."""
        return self.said.get("value-type") == "percentage"

    @cached_property
    def is_uncomputed(self) -> bool:
        """Whether its formula has no result."""
        if "formula" not in self.said:
            return False
        return not self.said.get("value-type") or bool(ERROR.fullmatch(self.shown))

    @property
    def number_format(self) -> str:
        """How it shows its number, the currency that it names first."""
        code = self.said.get("currency", "") if self.is_number else ""
        return f"[${code[:10]}] 0" if code else self.style.number_format

    @cached_property
    def value(self) -> Value:
        """Its value; what cannot be read as its type is the text that it shows."""
        said = self.said
        try:
            match said.get("value-type"):
                case "float" | "percentage" | "currency":
                    number = float(said["value"])
                    return number if math.isfinite(number) else self.shown
                case "date":
                    return day_of(said["date-value"])
                case "boolean":
                    return said["boolean-value"] == "true"
        except (KeyError, ValueError):
            return self.shown
        return self.shown or said.get("string-value", "")


@dataclass(slots=True)
class OpenTable:
    """One sheet while it is being read."""

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
        """Note how the next columns look."""
        times = number_in(said, "number-columns-repeated")
        known = range(self.columns, min(self.columns + times, limits.COLUMNS + 1))
        self.columns += times
        if said.get("visibility") in ("collapse", "filter"):
            self.hidden_columns.update(known)
        if style is not None:
            self.column_styles.update(dict.fromkeys(known, style))

    def add_cell(self, cell: OpenCell) -> None:
        """Put a cell, or many that are alike, into the row that is open."""
        across = number_in(cell.said, "number-columns-spanned")
        down = number_in(cell.said, "number-rows-spanned")
        if across > 1 or down > 1:
            self.merges.append(
                Merge(
                    self.row,
                    self.column,
                    self.row + down - 1,
                    min(self.column + across - 1, limits.COLUMNS),
                )
            )
        if cell.shown or cell.value != "" or cell.is_uncomputed:
            for column in range(self.column, self.column + cell.times):
                if column <= limits.COLUMNS:
                    self.line[column] = cell
        self.column += cell.times

    def end_row(self, said: dict[str, str]) -> None:
        """Close the row; one that holds nothing is only counted."""
        times = number_in(said, "number-rows-repeated")
        if self.line:
            last = min(self.row + times, self.row + limits.ROWS + 2)
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
                hits[id(line)] = [it for it in line.items() if test(it[1])]
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
