"""Which columns of a sheet hold what, when requirements are imported."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from evaltracker.importing.plan import Findings
from evaltracker.importing.reading import Header, likely_header
from evaltracker.importing.rows import Table, find_table, no_table, tables_in
from evaltracker.importing.words import (
    CANDIDATE_COLUMNS,
    COLUMNS,
    COMPONENT_COLUMNS,
    NAME_COLUMNS,
)
from evaltracker.requirements.imports.shapes import (
    as_stories,
    find_questions,
    ref_like,
    settle_ref,
)
from evaltracker.tabular import (
    Row,
    Sheet,
    Unreadable,
    Workbook,
    column_letter,
    columns_by_field,
    header_key,
)
from evaltracker.tabular.headers import header_keys

NUMBERED = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,5}\.?")
NAMED = frozenset(NAME_COLUMNS)
WANTED = (
    "The table needs a column of refs (named “ref”, “id” or “requirement id”) and a "
    "column of texts (named “text”, “question”, “requirement” or “description”)."
)
SIDEWAYS = (
    " If each row is a candidate and each column a requirement, choose that layout "
    "(candidates-as-rows)."
)


@dataclass(frozen=True, slots=True)
class Layout(Table):
    """A table of requirements, with the columns that make it one of claims."""

    columns: dict[str, int]
    candidate: int | None
    component: int | None
    # Columns whose words are read as part of the texts.
    woven: tuple[int, ...] = ()

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
    tables = tables_in(book, headers, requirement_columns, is_table, findings)
    layouts = [layout_of(table) for table in tables]
    layouts = [it for it in layouts if it.sheet.name in headers or has_words(it)]
    if not layouts:
        # Sheets without known names have just been named as not read.
        findings.remarks[:] = book.remarks
        layouts = [it for sheet in book.visible if (it := find_sections(sheet))]
    if not layouts:
        raise nothing_found(book)
    left = {it.sheet.name for it in tables} - {it.sheet.name for it in layouts}
    for name in sorted(left):
        findings.remark(
            f"Sheet “{name}” has numbers where texts would stand, so it was not read."
        )
    for layout in layouts:
        if layout.woven:
            tell_stories(layout, findings)
    return layouts


def find_layout(sheet: Sheet) -> Layout | None:
    """Where requirements stand on `sheet`; None if nowhere."""
    table = find_table(sheet, None, requirement_columns, is_table)
    layout = layout_of(table) if table else None
    return layout if layout and has_words(layout) else find_sections(sheet)


def has_words(layout: Layout) -> bool:
    """Whether more than counts stand in the column of texts, or nothing does yet."""
    is_empty = True
    for row in layout.lines():
        cell = layout.cell(row, "text")
        if cell and not cell.isdigit():
            return True
        is_empty = is_empty and not cell
    return is_empty


def is_table(columns: Collection[str], *, said: bool = False) -> bool:
    """Whether these columns make requirements; one of the two does if `said`."""
    if said:
        return "ref" in columns or "text" in columns
    return "name" in columns or ("ref" in columns and "text" in columns)


def requirement_columns(header: Row) -> dict[str, int]:
    """By field, its column; a lone column “requirement” is a name, too."""
    columns = columns_by_field(header, COLUMNS)
    text = columns.get("text")
    is_name = text is not None and bool(
        NAMED.intersection(header_keys(header.cell(text)))
    )
    if text is not None and is_name and "ref" not in columns:
        columns.setdefault("name", text)
    refs = ref_like(header, columns.values())
    if "name" in columns and "ref" not in columns and refs:
        columns["ref"] = refs[0]
    return columns


def layout_of(table: Table) -> Layout:
    """The table, with a ref and a text: a column that names the thing may be both."""
    columns = dict(table.columns)
    extra = columns_by_field(
        table.header,
        {"candidate": CANDIDATE_COLUMNS, "component": COMPONENT_COLUMNS},
        taken=columns.values(),
    )
    name = columns.pop("name", None)
    settle_ref(table, columns)
    if name is not None and "ref" in columns and is_sparse(table, columns["ref"]):
        # “Number” may be that of a measure.
        del columns["ref"]
    if name is not None:
        if "ref" not in columns and is_numbered(table):
            columns["ref"] = columns.pop("category")
        columns.setdefault("ref", name)
        columns.setdefault("text", name)
    columns.setdefault("ref", columns.get("text", 0))
    columns.setdefault("text", columns["ref"])
    sides = (extra.get("candidate"), extra.get("component"))
    sheet, woven = as_stories(table, columns["text"])
    return Layout(sheet, table.header, columns, *sides, woven)


def find_sections(sheet: Sheet) -> Layout | None:
    """The questions of a sheet that has headings in the place of names."""
    table = find_questions(sheet)
    return (
        Layout(sheet, table.header, dict(table.columns), None, None) if table else None
    )


def tell_stories(layout: Layout, findings: Findings) -> None:
    """Say of which columns the texts are made."""
    columns = sorted((layout.columns["text"], *layout.woven))
    names = " and ".join(f"“{layout.header.cell(it)}”" for it in columns)
    findings.remark(f"Each text is one sentence of {names}.")


def is_sparse(table: Table, column: int) -> bool:
    """Whether most rows have nothing in that column."""
    rows = [row for row in table.below if len(row.filled) > 1]
    return sum(bool(row.cell(column)) for row in rows) * 2 < len(rows)


def is_numbered(table: Table) -> bool:
    """Whether the category column really holds numbers such as 5.01, each once."""
    values = [cell for row in table.below if (cell := table.cell(row, "category"))]
    return len(set(values)) == len(values) > 0 and all(
        NUMBERED.fullmatch(value) for value in values
    )


def nothing_found(book: Workbook) -> Unreadable:
    """The sentence for a file in which no requirements were found."""
    sheet = next(sheet for sheet in book.visible if not sheet.is_blank)
    names = likely_header(sheet).filled
    first = likely_header(sheet).cell(names[0])
    is_sideways = header_key(first) in CANDIDATE_COLUMNS and len(names) > 1
    return no_table(book, "requirements", WANTED + (SIDEWAYS if is_sideways else ""))
