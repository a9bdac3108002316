"""Lists of anything: rows by a key, compared field by field with what stands."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaltracker.importing.columns_aside import unread_columns
from evaltracker.importing.layout import refuse_wide_merge, short
from evaltracker.importing.plan import Findings, Plan, source_of
from evaltracker.importing.reading import Header, likely_header
from evaltracker.importing.rows_aside import tell_aside, without_aside
from evaltracker.tabular import (
    Row,
    Sheet,
    Unreadable,
    Workbook,
    find_header,
)

type Key = tuple[str, ...]


class Refusal(Exception):
    """Why a row cannot come in, and in which column: a field's name or a place."""

    def __init__(self, column: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column, self.sentence = column, sentence


@dataclass(frozen=True, slots=True)
class RowLine:
    """One thing as the file has it; only the fields that the file gives."""

    key: Key
    values: Mapping[str, Any]
    sheet: str
    row: int

    @property
    def name(self) -> str:
        """How people call it."""
        return " / ".join(part for part in self.key if part)


@dataclass(frozen=True, slots=True)
class RowChange:
    """A thing whose file differs from what stands, field by field."""

    line: RowLine
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowsPlan(Plan[RowLine, RowChange]):
    """What a list would bring."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with its header, and by field the column that holds it."""

    sheet: Sheet
    header: Row
    columns: Mapping[str, int]

    @property
    def below(self) -> list[Row]:
        """All rows under the header."""
        return self.sheet.below(self.header)

    def lines(self) -> Iterator[Row]:
        """The rows under the header that say something in a column that is read."""
        read, unknown = set(self.columns.values()), self.sheet.uncomputed
        for row in without_aside(self.below, self.header, read):
            if any(row.cell(it) or (row.number, it) in unknown for it in read):
                yield row

    @property
    def body(self) -> list[Row]:
        """All of its lines."""
        return list(self.lines())

    def cell(self, row: Row, field: str) -> str:
        """The text of `field` in `row`; "" where the file has no column for it."""
        return row.cell(self.columns[field]) if field in self.columns else ""


def find_table(
    sheet: Sheet,
    said: Header | None,
    columns_in: Callable[[Row], dict[str, int]],
    is_table: Callable[..., bool],
) -> Table | None:
    """The table of `sheet`, by what somebody said or by the usual names."""

    def points(row: Row) -> int:
        found = columns_in(row)
        return len(found) if is_table(found) else 0

    if said is not None:
        header, columns = said.on(sheet), dict(said.columns)
        if not is_table(columns, said=True):
            return None
    else:
        hit = find_header(sheet, points)
        if hit is None:
            return None
        header, columns = hit, columns_in(hit)
    refuse_wide_merge(sheet, header, columns.values())
    return Table(sheet, header, columns)


def tables_in(
    book: Workbook,
    headers: Mapping[str, Header],
    columns_in: Callable[[Row], dict[str, int]],
    is_table: Callable[..., bool],
    findings: Findings,
) -> list[Table]:
    """The tables of all visible sheets; sheets without one are named."""
    found = []
    for sheet in book.visible:
        table = find_table(sheet, headers.get(sheet.name), columns_in, is_table)
        if table is not None:
            found.append(table)
        elif sheet.name and not sheet.is_blank:
            findings.remark(
                f"Sheet “{sheet.name}” has no row of column names that are known here, "
                "so it was not read."
            )
    return found


def no_table(book: Workbook, things: str, wanted: str) -> Unreadable:
    """The sentence for a file in which nothing was found."""
    sheets = [sheet for sheet in book.visible if not sheet.is_blank]
    # A cover has fewer names than what it covers.
    sheet = max(sheets, key=lambda it: len(likely_header(it).filled))
    first = likely_header(sheet)
    names = ", ".join(f"“{short(first.cell(it))}”" for it in first.filled[:6])
    more = f" and {len(first.filled) - 6} more" if len(first.filled) > 6 else ""
    return Unreadable(
        f"No {things} were found. Row {first.number} has: {names}{more}. Say which "
        f"column holds what, or rename the columns. {wanted}",
        sheet=sheet.name,
    )


def once_each(lines: Iterable[RowLine], book: Workbook, findings: Findings) -> None:
    """Refuse what stands twice, naming both rows."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    first: dict[Key, RowLine] = {}
    for line in lines:
        kept = first.setdefault(line.key, line)
        if kept is not line:
            where = f" of sheet “{kept.sheet}”" if kept.sheet != line.sheet else ""
            findings.refuse(
                sheets[line.sheet],
                line.row,
                f"“{short(line.name)}” stands in row {kept.row}{where} already. Keep "
                "one of the two.",
            )


def compared(
    book: Workbook,
    lines: Sequence[RowLine],
    known: Mapping[Key, Mapping[str, Any]],
    findings: Findings,
    *,
    skipped: int = 0,
) -> RowsPlan:
    """The plan: each line by what it would do."""
    once_each(lines, book, findings)
    lines = [it for it in lines if (it.sheet, it.row) not in findings.refused_rows]
    new, changed, same = [], [], []
    for line in lines:
        before = known.get(line.key)
        if before is None:
            new.append(line)
            continue
        after = {
            field: value
            for field, value in line.values.items()
            if before.get(field) != value
        }
        if after:
            old = {field: before.get(field) for field in after}
            changed.append(RowChange(line, old, after))
        else:
            same.append(line)
    if not (lines or findings.problems or skipped):
        findings.refuse(
            book.visible[0],
            1,
            "The table has a header and no rows under it. Fill it in and import it "
            "again.",
        )
    return RowsPlan(
        **source_of(book),
        new=tuple(new),
        changed=tuple(changed),
        same=tuple(same),
        refused=skipped + len(findings.refused_rows),
        **findings.told(),
    )


def moved_since(plan: RowsPlan, known: Mapping[Key, Mapping[str, Any]]) -> list[str]:
    """What of the plan is no longer true."""
    added = [line.name for line in plan.new if line.key in known]
    return added + [
        change.line.name
        for change in plan.changed
        if any(
            known.get(change.line.key, {}).get(field) != value
            for field, value in change.before.items()
        )
    ]


def tell_unread(table: Table, findings: Findings) -> None:
    """Name the columns that were left aside, so that nothing is lost unseen."""
    body, used = table.below, set(table.columns.values())
    findings.remarks += unread_columns(table.sheet, table.header, body, used)
    tell_aside(table.sheet, body, table.header, findings)
