"""Reading the tables of a Markdown text, a sheet each.

Line by line: a reader of all of Markdown drops cells beyond the last name without a
word, and takes a minute for what is made to be slow.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evaltracker.tabular import limits
from evaltracker.tabular.separated import check_limits, trimmed
from evaltracker.tabular.shapes import Marks, Row, Sheet, Unreadable

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
    """The tables, and what stands beside them."""

    sheets: list[Sheet] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    heading: str = ""
    beside: int = 0

    def close(self) -> None:
        """End the table that is open."""
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
    found = tables_in(text.splitlines())
    if not found.sheets:
        raise Unreadable(
            "There is no table in this Markdown text. A table has a row of names, and "
            "a row such as | --- | --- | under it."
        )
    for sheet in found.sheets:
        check_limits(sheet.rows, sheet.name)
    one = found.beside == 1
    words = "1 other line was" if one else f"{found.beside:,} other lines were"
    return found.sheets, (
        [f"Only tables are read: {words} passed over."] if found.beside else []
    )


def tables_in(lines: list[str]) -> Found:
    """The tables; a row has the number of its line."""
    found = Found()
    for number, line in outside_code(lines):
        if len(found.sheets) > limits.SHEETS:
            raise Unreadable(
                f"The text has more than {limits.SHEETS} tables. Split it."
            )
        following = lines[number] if number < len(lines) else ""
        title = HEADING.match(line)
        if found.rows and line.strip() and not title:
            if not is_rule(line) or number > found.rows[0].number + 1:
                found.rows.append(Row(number, tuple(trimmed(cells_of(line)))))
            continue
        found.close()
        if title:
            found.heading = plain(title[1].rstrip(" #"))[:NAME_LENGTH]
        elif "|" in line and is_rule(following):
            found.rows.append(Row(number, tuple(trimmed(cells_of(line)))))
        elif line.strip():
            found.beside += 1
    found.close()
    return found


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
    """Whether the line parts the names from the rows."""
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
    """A cell without backslashes before marks, and without the marks of code."""
    if "`" in cell or "\\" in cell:
        cell = ESCAPED.sub(r"\1", CODE.sub(r"\1", cell))
    return cell.strip()
