"""What a read table is made of, and how its problems are told."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclasses_field

from evaltracker.errors import Invalid
from evaltracker.toolbox.tabular import limits


def column_letter(index: int) -> str:
    """The letters over column `index` (from 0) in a spreadsheet: A, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing that keeps a file from coming in, and where it is."""

    sentence: str
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def place(self) -> str:
        """Sheet, row and column as far as they are known."""
        parts = [
            f"sheet “{self.sheet}”" if self.sheet else "",
            f"row {self.row}" if self.row is not None else "",
            f"column {self.column}" if self.column else "",
        ]
        place = ", ".join(part for part in parts if part)
        return place[:1].upper() + place[1:]

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class Unreadable(Invalid):
    """The file cannot be read as a table; `problem` says where and how to mend it."""

    default_code = "unreadable"

    def __init__(
        self,
        sentence: str,
        *,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
    ) -> None:
        self.problem = ImportProblem(sentence, sheet, row, column)
        super().__init__(str(self.problem), errors={"file": [str(self.problem)]})


@dataclass(frozen=True, slots=True)
class Row:
    """One row with the number that the user's spreadsheet shows beside it.

    `numbers` are the columns whose cell held a number and no text: a spreadsheet
    cannot tell 1.10 from 1.1. `days` are those whose cell held a day, which it makes
    of 1.2 and 3/4 unasked. `is_kept` says that somebody wants it in, whatever it looks
    like.
    """

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    is_kept: bool = False

    def cell(self, column: int) -> str:
        """The text at `column`, "" beyond the end of the row."""
        return self.cells[column] if column < len(self.cells) else ""

    @property
    def filled(self) -> list[int]:
        """The columns that hold something."""
        return [index for index, cell in enumerate(self.cells) if cell]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range; rows count from 1 and columns from 0, both ends within."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_wide(self) -> bool:
        """Whether it spans more than one column."""
        return self.right > self.left

    def covers(self, row: int, column: int) -> bool:
        """Whether the cell lies within."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def __str__(self) -> str:
        start, end = column_letter(self.left), column_letter(self.right)
        return f"{start}{self.top}:{end}{self.bottom}"


@dataclass(frozen=True, slots=True)
class Marks:
    """What people put on a sheet beside its values, none of which is read."""

    comments: int = 0
    struck: int = 0
    coloured: int = 0
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """What was passed over, a line each."""
        found = []
        if self.comments:
            found.append(f"Comments on cells are not read: {self.comments:,}.")
        if self.coloured:
            found.append(f"Colours are not read: {self.coloured:,} cells have one.")
        if self.struck:
            found.append(
                f"Read although it is struck through: {self.struck:,} cells. Delete "
                "what no longer counts."
            )
        if self.rows:
            names = [str(row) for row in self.rows]
            found.append(f"Read although hidden: {counted('row', names)}.")
        if self.columns:
            names = [column_letter(column) for column in self.columns]
            found.append(f"Read although hidden: {counted('column', names)}.")
        return found


def counted(word: str, names: list[str]) -> str:
    """“row 3”, “2 rows (3, 4)”, “9 rows (3, 4, 5 …)”."""
    if len(names) == 1:
        return f"{word} {names[0]}"
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return f"{len(names):,} {word}s ({shown})"


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that hold something, in order."""

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    merges: tuple[Merge, ...] = ()
    # Cells (row, column) that hold a formula without a result, or an error.
    uncomputed: frozenset[tuple[int, int]] = frozenset()
    # By cell that holds a number, the format in which the spreadsheet shows it.
    formats: Mapping[tuple[int, int], str] = dataclasses_field(default_factory=dict)
    marks: Marks = NO_MARKS

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything that can be read."""
        return not any(row.filled for row in self.rows)

    def below(self, header: Row) -> list[Row]:
        """The rows under a row of names."""
        return [row for row in self.rows if row.number > header.number]

    def merged_across(self) -> dict[tuple[int, int], str]:
        """By cell (row, column), the text of the wide merged range that covers it."""
        rows = {row.number: row for row in self.rows}
        width = max((len(row.cells) for row in self.rows), default=0)
        found: dict[tuple[int, int], str] = {}
        for merge in self.merges:
            top = rows.get(merge.top)
            text = top.cell(merge.left) if top and merge.is_wide else ""
            if not text or len(found) > limits.AREA:
                continue
            for number in range(merge.top, merge.bottom + 1):
                if number in rows:
                    for column in range(merge.left, min(merge.right + 1, width)):
                        found[number, column] = text
        return found

    def problem(
        self, sentence: str, *, row: int | None = None, column: int | None = None
    ) -> ImportProblem:
        """A problem on this sheet."""
        letter = "" if column is None else column_letter(column)
        return ImportProblem(sentence, self.name, row, letter)


@dataclass(frozen=True, slots=True)
class Edits:
    """What somebody put right before the file came in: places, and rows by sheet."""

    typed: tuple[str, ...] = ()
    left: Mapping[str, tuple[Row, ...]] = dataclasses_field(default_factory=dict)


NO_EDITS = Edits()


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read: its sheets, and what the reader had to decide."""

    filename: str
    kind: str
    sheets: tuple[Sheet, ...]
    remarks: tuple[str, ...] = ()
    sha256: str = ""
    edits: Edits = NO_EDITS

    @property
    def visible(self) -> list[Sheet]:
        """The sheets that the user sees."""
        return [sheet for sheet in self.sheets if not sheet.hidden]


# Finding the header row by the column names that the reader knows.

SEARCHED_ROWS = 60
IN_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
TAGS = re.compile(r"<[a-zA-Z/][^<>]{0,80}>")


def header_key(name: str) -> str:
    """`name` without case, blanks, marks and what stands in brackets.

    “Requirement ID”, “requirement_id” and “**Requirement-Id**<br>(text)” are one.
    """
    if name.isascii() and name.isalnum():
        return name.lower()
    plain = name
    if not name.isalnum():
        plain = IN_BRACKETS.sub(" ", TAGS.sub(" ", name))
    key = "".join(mark for mark in plain.casefold() if mark.isalnum())
    return key or ("#" if "#" in name else "")


def header_keys(name: str) -> list[str]:
    """The keys of a name: of all of it, and of the two words that a stroke parts.

    “Question/Request” has two, and “buyer/name”, as programs write it, has none.
    """
    parts = [it.strip() for it in name.split("/")] if name.count("/") == 1 else []
    if not all(part[:1].isupper() for part in parts):
        parts = []
    return [key for key in (header_key(it) for it in (name, *parts)) if key]


def find_header(sheet: Sheet, score: Callable[[Row], int]) -> Row | None:
    """The row near the top with the highest score above 0; the first of equals.

    Of two rows of names right below each other the lower one names more closely.
    """
    best, best_score = None, 0
    for row in sheet.rows[:SEARCHED_ROWS]:
        points = score(row)
        is_second = best is not None and row.number == best.number + 1
        if points > best_score or (is_second and points == best_score > 0):
            best, best_score = row, points
    return best


def columns_by_field(
    header: Row, synonyms: Mapping[str, Sequence[str]], taken: Collection[int] = ()
) -> dict[str, int]:
    """By field, the column whose name is the first synonym that the header has.

    Fields are served in order, and a column serves one field only.
    """
    keys: dict[str, int] = {}
    free = [it for it in header.filled if it not in taken]
    for index in free:
        keys.setdefault(header_key(header.cells[index]), index)
    for index in free:
        # “Question/Request” is called by two words, of which one may be known.
        for key in header_keys(header.cells[index])[1:]:
            keys.setdefault(key, index)
    found: dict[str, int] = {}
    for field, names in synonyms.items():
        for name in names:
            if name in keys and keys[name] not in found.values():
                found[field] = keys[name]
                break
    return found
