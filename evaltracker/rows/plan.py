"""What a source would bring: read, asked, planned, and nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaltracker.rows.lines import Line
from evaltracker.rows.sources import Workbook
from evaltracker.rows.subjects import Context, Key, Record, Refusal, Subject

# By key of a line what somebody chose, and by `cell:Sheet1:4:2` (row from 1, column
# from 0) what somebody typed anew.
type Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    record: Record
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SeenCell:
    """A cell as the page shows it; `role` is blank where its column is not read."""

    text: str
    state: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class SeenRow:
    """`kind` is *row, joined, heading, names, total, aside, refused* or blank."""

    number: int
    kind: str
    cells: tuple[SeenCell, ...]
    sentence: str = ""
    # The key of the answer that sets this row apart, and that of its line.
    key: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class SeenSheet:
    """A sheet that is read: its columns' menus (lines) by place, and its rows."""

    name: str
    columns: tuple[Line, ...]
    rows: tuple[SeenRow, ...]
    names_row: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What it would do: nothing is written while a line is open.

    `left` counts the rows by what they are: *heading, joined, names, total, left*.
    `refused` waits: each is typed anew, or left out by the answer `refused`.
    """

    filename: str
    sha256: str
    new: tuple[Record, ...] = ()
    changed: tuple[Change, ...] = ()
    same: tuple[Record, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()
    lines: tuple[Line, ...] = ()
    remarks: tuple[str, ...] = ()
    sheets: tuple[SeenSheet, ...] = ()
    # Places of cells that were typed anew, and rows that stay out with their reasons,
    # as plain data: sheet, row, cells, why.
    typed: tuple[str, ...] = ()
    rest: tuple[Mapping[str, Any], ...] = ()
    # All columns and words that were decided, to be remembered with the yes.
    decided: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.state == "open")

    @property
    def can_apply(self) -> bool:
        """Whether a yes may take it: nothing is open, refused or empty."""
        raise NotImplementedError

    @property
    def is_certain(self) -> bool:
        """Whether nothing of it needs a look: a paste lands at once."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """Of all lines and rows: what the yes was said to."""
        raise NotImplementedError

    @property
    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": len(self.same),
            "refused": len({(one.sheet, one.row) for one in self.refused}),
            **self.left,
        }


def read(
    subject: Subject,
    book: Workbook,
    context: Context,
    known: Mapping[Key, Mapping[str, Any]],
    answers: Answers,
) -> Plan:
    """Read a source for a subject, with what was answered so far.

    Args:
        known: by key of a record, the values that the evaluation has.

    Raises:
        Unreadable: no sheet of it holds anything.
    """
    raise NotImplementedError
