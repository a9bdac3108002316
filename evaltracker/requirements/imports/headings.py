"""Rows that are headings: the categories of the rows below them, two levels deep."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evaltracker.importing.layout import short
from evaltracker.importing.plan import Aside, Findings, Value
from evaltracker.importing.rows_aside import numbered
from evaltracker.kit.text import LINE_LIMIT
from evaltracker.requirements.imports.layout import Layout
from evaltracker.tabular import Row
from evaltracker.tabular.wording import without_markup

LEVELS = 2
LONGEST = 80
NUMBERED = re.compile(
    r"(?:[A-Za-z]{0,12}[ .-]?)?[0-9A-Z]{1,4}(?:\.[0-9A-Z]{1,4}){0,5}\b"
)
HEADINGS, REQUIREMENTS = "headings", "requirements"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its row, its level from 1, and what it is called."""

    row: Row
    level: int
    name: str


class Headings:
    """Which rows of a sheet are headings, and under which each other row stands."""

    def __init__(self, layout: Layout, body: Sequence[Row], findings: Findings) -> None:
        self.layout, self.body = layout, body
        ref, text = layout.columns["ref"], layout.columns["text"]
        full = [row for row in body if row.cell(ref) and row.cell(text)]
        if ref == text:
            full = [row for row in full if len(row.filled) > 1]
        numbered = [row for row in full if any(it.isdigit() for it in row.cell(ref))]
        self.last_full = full[-1].number if full else 0
        self.is_numbered = len(numbered) * 2 > len(full)
        self.merged = {
            merge.top: merge for merge in layout.sheet.merges if merge.is_wide
        }
        self.renamed = {row.number for row in body if self.is_renaming(row)}
        lone = {row.number for row in body if self.is_lone(row)} | self.renamed
        parents = self.parents(lone) or self.alone(lone)
        is_sure = self.layout.columns["ref"] != self.layout.columns["text"]
        if parents and not (is_sure and self.has_more(parents)):
            usual = REQUIREMENTS if is_sure else ""
            parents = self.asked(parents, findings, usual)
        found = lone | {row.number for row in parents}
        self.numbers = found
        self.rows = [row for row in body if row.number in found]
        self.categories = self.under(found)
        self.tell(findings)

    def is_lone(self, row: Row) -> bool:
        """Whether nothing but one cell stands in the row, above rows with more."""
        layout = self.layout
        ref, text = layout.columns["ref"], layout.columns["text"]
        unknown = {(row.number, it) for it in (ref, text)} & layout.sheet.uncomputed
        if len(row.filled) != 1 or unknown or row.is_kept:
            return False
        merge = self.merged.get(row.number)
        is_merged = merge is not None and merge.covers(row.number, row.filled[0])
        is_one = is_merged or is_bold(row) or (ref != text and self.reads_like_one(row))
        return is_one and row.number < self.last_full

    def is_renaming(self, row: Row) -> bool:
        """Whether a heading stands where the ref is, before names of columns again."""
        first, *others = row.filled or [0]
        header, columns = self.layout.header, self.layout.columns
        is_first = first == columns["ref"] != columns["text"] and not row.is_kept
        return (
            is_first
            and bool(others)
            and all(row.cell(it) == header.cell(it) for it in others)
        )

    def alone(self, lone: set[int]) -> list[Row]:
        """Where most rows have more than their names, those that have not."""
        columns = self.layout.columns
        if columns["ref"] != columns["text"]:
            return []
        found = [
            row
            for row in self.body
            if row.filled == [columns["text"]]
            and row.number not in lone
            and row.number < self.last_full
            and not row.is_kept
        ]
        return found if len(found) * 2 < len(self.body) else []

    def reads_like_one(self, row: Row) -> bool:
        """Whether a lone cell is words, and neither a ref nor a whole sentence."""
        cell, column = row.cells[row.filled[0]], row.filled[0]
        if column == self.layout.columns["ref"]:
            is_word = self.is_numbered and cell.isalpha()
            return is_word or any(mark.isspace() for mark in cell)
        is_short = len(cell) <= LONGEST and cell[-1] not in ".?!;,"
        return column == self.layout.columns["text"] and is_short

    def parents(self, lone: set[int]) -> list[Row]:
        """Rows with a ref and a text alone, whose ref begins those below."""
        layout, found = self.layout, []
        ref, text = layout.columns["ref"], layout.columns["text"]
        if ref == text:
            return []
        rows = [row for row in self.body if row.number not in lone]
        for row, after in pairwise(rows):
            is_bare = row.filled == sorted((ref, text)) and not row.is_kept
            is_bare = is_bare and not any(
                number == row.number for number, _ in layout.sheet.uncomputed
            )
            if is_bare and begins(row.cell(ref), after.cell(ref)):
                found.append(row)
        return found

    def has_more(self, parents: Sequence[Row]) -> bool:
        """Whether rows that are no parents say more than ref and text."""
        numbers = {row.number for row in parents}
        return any(
            len(row.filled) > 2 for row in self.body if row.number not in numbers
        )

    def asked(self, parents: list[Row], findings: Findings, usual: str) -> list[Row]:
        """The parents, if somebody says that they are headings."""
        layout = self.layout
        first = parents[0].cell(layout.columns["text"])
        said = findings.ask(
            f"headings:{layout.sheet.name}",
            f"{numbered(parents).capitalize()}, such as “{short(first)}”, have rows "
            "under them. Are they headings?",
            [
                (REQUIREMENTS, "requirements like the others"),
                (HEADINGS, "headings: categories of the rows under them"),
            ],
            default=usual,
        )
        return parents if said == HEADINGS else []

    def under(self, found: set[int]) -> dict[int, str]:
        """By row, the category that its headings make."""
        categories: dict[int, str] = {}
        path: list[Heading] = []
        if self.renamed:
            header = self.layout.header
            path = [Heading(header, 1, header.cell(self.layout.columns["ref"]))]
        for place, row in enumerate(self.body):
            if row.number in found:
                heading = self.heading(place, found, path)
                path = [it for it in path if it.level < heading.level] + [heading]
            elif path:
                names = [it.name for it in path[:LEVELS]]
                categories[row.number] = " / ".join(names)[:LINE_LIMIT]
        return categories

    def heading(self, place: int, found: set[int], path: Sequence[Heading]) -> Heading:
        """The heading in a row; its number tells its level, or what follows does."""
        row, columns = self.body[place], self.layout.columns
        is_lone = len(row.filled) == 1 or row.number in self.renamed
        text = row.cells[row.filled[0]] if is_lone else row.cell(columns["text"])
        name = " ".join(without_markup(text).split())
        number = NUMBERED.match(name if is_lone else row.cell(columns["ref"]))
        if number is not None and any(mark.isdigit() for mark in number[0]):
            return Heading(row, number[0].count(".") + 1, name)
        if not is_lone:
            return Heading(row, row.cell(columns["ref"]).count(".") + 1, name)
        after = self.body[place + 1 : place + 2]
        is_group = bool(after) and after[0].number in found
        has_group = bool(path) and path[0].level == 1 and is_grouping(path, row)
        return Heading(row, 2 if has_group and not is_group else 1, name)

    def words_of(self, row: Row) -> str:
        """What a heading says, apart from its ref."""
        is_first = row.number in self.renamed
        return without_markup(row.cells[row.filled[0 if is_first else -1]])

    def tell(self, findings: Findings) -> None:
        """Say how many rows are headings, and name the first."""
        if not self.rows:
            return
        sheet = self.layout.sheet.name
        findings.aside += [
            Aside("heading", sheet, row.number, short(self.words_of(row), 40))
            for row in self.rows
        ]
        names = [f"“{short(self.words_of(row), 30)}”" for row in self.rows[:4]]
        more = " …" if len(self.rows) > 4 else ""
        count = len(self.rows)
        words = "1 row is a heading" if count == 1 else f"{count:,} rows are headings"
        where = self.layout.sheet.name
        where = f" on sheet “{where}”" if where else ""
        findings.remark(
            f"{words}{where}, each the category of the rows below: "
            f"{', '.join(names)}{more}."
        )


def is_bold(row: Row) -> bool:
    """Whether the only cell of a row is bold, as Markdown writes it."""
    cell = row.cells[row.filled[0]]
    return cell.startswith("**") and cell.endswith("**") and len(cell) > 4


def is_grouping(path: Sequence[Heading], row: Row) -> bool:
    """Whether the first heading stands for headings: another came right below it."""
    return len(path) > 1 or path[0].row.number == row.number - 1


def begins(parent: str, child: str) -> bool:
    """Whether a ref stands above another: A over A.1, V1 over 1.1."""
    number = parent.lstrip("VvSs") if parent[1:].isdigit() else parent
    return any(
        child.startswith(f"{start}{mark}")
        for start in {parent, number}
        for mark in ".-_ "
        if start
    )


def with_category(values: Mapping[str, Value], category: str) -> Mapping[str, Value]:
    """The values of a row, in the category of its heading unless it has its own."""
    return values if values.get("category") else {**values, "category": category}
