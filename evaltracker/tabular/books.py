"""Reading .xlsx, .xlsm and .xls by calamine; macros are none of its business."""

import datetime
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from evaltracker.tabular import limits
from evaltracker.tabular.archives import DAMAGED
from evaltracker.tabular.separated import check_limits, tidy
from evaltracker.tabular.shapes import NO_MARKS, Merge, Row, Sheet, Unreadable
from evaltracker.tabular.sheet_scan import SheetFacts, scan_sheets
from evaltracker.tabular.sniffing import XLS, Kind, other

WORKBOOK_STREAMS = ("Workbook", "Book")
NO_FACTS = SheetFacts(frozenset(), {}, NO_MARKS)
PROTECTED = (
    "The workbook is protected by a password. Save it without one and import that file."
)


def kind_of_ole(content: bytes) -> Kind:
    """What an old Office container really is.

    Raises:
        Unreadable: it is a workbook behind a password.

    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(PROTECTED)
    if "WordDocument".encode("utf-16-le") in content:
        return other("a Word document")
    if any(name.encode("utf-16-le") in content for name in WORKBOOK_STREAMS):
        return XLS
    return other("an old Office file that is no workbook")


def read_book(content: bytes, kind: str) -> list[Sheet]:
    """The sheets of a workbook, hidden ones too.

    Raises:
        Unreadable: damaged, protected, or past a limit.

    """
    facts = scan_sheets(content) if kind != "xls" else {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            return list(sheets_of(book, facts))
    except PasswordError as error:
        raise Unreadable(PROTECTED) from error
    except CalamineError as error:
        raise Unreadable(DAMAGED) from error
    except BaseException as error:
        # A panic of the reader's native code is no ordinary exception.
        if type(error).__name__ == "PanicException":
            raise Unreadable(DAMAGED) from error
        raise


def sheets_of(book: CalamineWorkbook, facts: dict[str, SheetFacts]) -> Iterator[Sheet]:
    """Each worksheet of an opened workbook."""
    metadata = book.sheets_metadata
    if len(metadata) > limits.SHEETS:
        raise Unreadable(
            f"The workbook has {len(metadata):,} sheets; at most {limits.SHEETS} are "
            "read. Copy the ones that are needed into a new workbook."
        )
    for about in metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        source = book.get_sheet_by_name(about.name)
        merges = tuple(
            Merge(top + 1, left, bottom + 1, right)
            for (top, left), (bottom, right) in source.merged_cell_ranges or []
        )
        said = facts.get(about.name, NO_FACTS)
        known = [*rows_of(source, said.formats), *rows_without_results(said.uncomputed)]
        rows = tuple(fill_merged(known, merges))
        check_limits(rows, about.name)
        yield Sheet(
            name=about.name,
            rows=rows,
            hidden=about.visible != SheetVisibleEnum.Visible,
            merges=merges,
            uncomputed=said.uncomputed,
            formats=said.formats,
            marks=said.marks,
        )


def rows_of(
    source: CalamineSheet, formats: Mapping[tuple[int, int], str]
) -> Iterator[Row]:
    """The rows that hold something, numbered as the user's spreadsheet shows them."""
    start, end = source.start, source.end
    if start is None or end is None:
        return
    if (end[0] + 1) * (end[1] + 1) > limits.AREA:
        raise Unreadable(
            "its used range is too big. Delete what stands far outside the table and "
            "save it again.",
            sheet=source.name,
        )
    values = source.to_python(skip_empty_area=False)
    for number, cells in enumerate(values, start=1):
        shares = {
            index
            for index, value in enumerate(cells)
            if isinstance(value, int | float)
            and "%" in formats.get((number, index), "")
        }
        texts = [
            share_of(value) if index in shares else text_of(value)
            for index, value in enumerate(cells)
        ]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            numbers = frozenset(
                index
                for index, value in enumerate(cells)
                if isinstance(value, int | float)
                and not isinstance(value, bool)
                and index not in shares
            )
            days = frozenset(
                index
                for index, value in enumerate(cells)
                if isinstance(value, datetime.date)
            )
            yield Row(number, tuple(texts), numbers, days)


def rows_without_results(uncomputed: frozenset[tuple[int, int]]) -> list[Row]:
    """Empty stand-ins, so that a row of mere formulas is not taken for a blank one."""
    return [Row(number, ()) for number in sorted({row for row, _ in uncomputed})]


def fill_merged(rows: Iterable[Row], merges: tuple[Merge, ...]) -> list[Row]:
    """The rows, with each cell that is merged downwards repeated in its rows.

    A range over several columns stays as it is: nobody can say which column its
    value belongs to.
    """
    kept: dict[int, Row] = {}
    for row in sorted(rows, key=lambda row: row.number):
        kept.setdefault(row.number, row)
    filled = {number: list(row.cells) for number, row in kept.items()}
    for merge in merges:
        top = kept.get(merge.top)
        if merge.is_wide or top is None or not top.cell(merge.left):
            continue
        for number in filled:
            if merge.top < number <= merge.bottom:
                cells = filled[number]
                cells.extend([""] * (merge.left + 1 - len(cells)))
                cells[merge.left] = top.cell(merge.left)
    return [
        replace(kept[number], cells=tuple(cells)) for number, cells in filled.items()
    ]


def share_of(value: object) -> str:
    """A number that the spreadsheet shows in per cent: “5%” and not 0.05."""
    return f"{(Decimal(text_of(value)) * 100).normalize():f}%"


def text_of(value: object) -> str:
    """A cell's value as the text that a person would read there."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            whole = value.is_integer() and abs(value) < 10**15
            return str(int(value)) if whole else f"{value:.15g}"
        case datetime.datetime():
            if value.time() == datetime.time():
                return value.date().isoformat()
            return value.isoformat(sep=" ")
        case datetime.date() | datetime.time():
            return value.isoformat()
    return tidy(str(value))
