"""Which columns of a sheet hold what, when requirements are imported."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evaltracker.importing.plan import Findings
from evaltracker.importing.reading import Header
from evaltracker.importing.words import (
    CANDIDATE_COLUMNS,
    COLUMNS,
    COMPONENT_COLUMNS,
    NAME_COLUMNS,
)
from evaltracker.tabular import (
    Row,
    Sheet,
    Unreadable,
    Workbook,
    column_letter,
    columns_by_field,
    find_header,
    header_key,
)

NUMBERED = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,5}\.?")
WANTED = (
    "The table needs a column of refs (named “ref”, “id” or “requirement id”) and a "
    "column of texts (named “text”, “question”, “requirement” or “description”)."
)
ROWS_OR_COLUMNS = "layout candidates-as-rows"


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet with its header row, and by field the column that holds it."""

    sheet: Sheet
    header: Row
    columns: dict[str, int]
    candidate: int | None
    component: int | None

    @property
    def body(self) -> list[Row]:
        """The rows under the header."""
        return [row for row in self.sheet.rows if row.number > self.header.number]

    @property
    def is_list_of_claims(self) -> bool:
        """Whether each requirement is repeated for each candidate."""
        return self.candidate is not None

    def letter(self, field: str) -> str:
        """The letters over the column of `field`."""
        return column_letter(self.columns[field])

    def title(self, field: str) -> str:
        """What the user called the column of `field`."""
        return self.header.cell(self.columns[field])


def find_layouts(
    book: Workbook, findings: Findings, headers: Mapping[str, Header]
) -> list[Layout]:
    """The sheets that hold requirements; `headers` are those that somebody named.

    Raises:
        Unreadable: none does; the sentence says what was looked for and found.

    """
    layouts = []
    for sheet in book.visible:
        layout = find_layout(sheet, headers.get(sheet.name))
        if layout is not None:
            layouts.append(layout)
        elif sheet.name and not sheet.is_blank:
            findings.remark(
                f"Sheet “{sheet.name}” has no row of column names that are known here, "
                "so it was not read."
            )
    if not layouts:
        raise no_table(book)
    return layouts


def find_layout(sheet: Sheet, said: Header | None = None) -> Layout | None:
    """Where requirements stand on `sheet`; None if nowhere."""
    if said is not None and said.columns.keys() & {"ref", "text"}:
        header, columns = said.on(sheet), dict(said.columns)
        columns.setdefault("ref", columns.get("text", 0))
    else:
        found = find_header(sheet, points)
        if found is None:
            return None
        header, columns = found, requirement_columns(found)
    refuse_wide_merge(sheet, header, columns.values())
    extra = columns_by_field(
        header,
        {"candidate": CANDIDATE_COLUMNS, "component": COMPONENT_COLUMNS},
        taken=columns.values(),
    )
    layout = Layout(
        sheet, header, columns, extra.get("candidate"), extra.get("component")
    )
    settle_names(layout)
    return layout


def points(row: Row) -> int:
    """How much `row` looks like the header of requirements; 0 is not at all."""
    columns = requirement_columns(row)
    is_table = "name" in columns or {"ref", "text"} <= columns.keys()
    return len(columns) if is_table else 0


def requirement_columns(header: Row) -> dict[str, int]:
    """By field, its column; a lone column “requirement” is a name, too."""
    columns = columns_by_field(header, COLUMNS)
    text = columns.get("text")
    is_name = text is not None and header_key(header.cell(text)) in NAME_COLUMNS
    if text is not None and is_name and "ref" not in columns:
        columns.setdefault("name", text)
    return columns


def settle_names(layout: Layout) -> None:
    """Let a column that names the thing be its ref, its text, or both."""
    columns = layout.columns
    name = columns.pop("name", None)
    if "ref" not in columns and "category" in columns and is_numbered(layout):
        columns["ref"] = columns.pop("category")
    if name is not None:
        columns.setdefault("ref", name)
        columns.setdefault("text", name)
    columns.setdefault("text", columns["ref"])


def is_numbered(layout: Layout) -> bool:
    """Whether the category column really holds numbers such as 5.01, each once."""
    column = layout.columns["category"]
    values = [row.cell(column) for row in layout.body if row.cell(column)]
    return len(set(values)) == len(values) > 0 and all(
        NUMBERED.fullmatch(value) for value in values
    )


def refuse_wide_merge(sheet: Sheet, header: Row, columns: Collection[int]) -> None:
    """Refuse a header cell over several columns of which one is read: the others have
    no names of their own."""
    body = [row for row in sheet.rows if row.number > header.number]
    for merge in sheet.merges:
        over = range(merge.left, merge.right + 1)
        is_named = merge.is_wide and merge.top <= header.number <= merge.bottom
        is_read = any(column in columns for column in over)
        many = sum(any(row.cell(column) for row in body) for column in over)
        if is_named and is_read and many > 1:
            raise Unreadable(
                f"the cells {merge} of the header row are merged, so these columns "
                "have no names of their own. Unmerge them and name each column.",
                sheet=sheet.name,
                row=header.number,
            )


def no_table(book: Workbook) -> Unreadable:
    """The sentence for a file in which no requirements were found."""
    sheet = next(sheet for sheet in book.visible if not sheet.is_blank)
    first = max(sheet.rows, key=lambda row: min(len(row.filled), 2))
    names = [first.cell(index) for index in first.filled]
    found = ", ".join(f"“{short(name)}”" for name in names[:6])
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    hint = ""
    if header_key(names[0]) in CANDIDATE_COLUMNS and len(names) > 1:
        hint = (
            f" If the file is a matrix with one row per “{short(names[0])}” and one "
            f"column per requirement, say so: {ROWS_OR_COLUMNS}."
        )
    return Unreadable(
        f"No requirements were found. {WANTED} Row {first.number} has: "
        f"{found}{more}. Say which column holds what, or rename the columns.{hint}",
        sheet=sheet.name,
    )


def short(name: str, most: int = 40) -> str:
    """`name` on one line, cut at `most` characters."""
    line = " ".join(name.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
