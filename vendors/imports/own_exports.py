"""The matrix as this product saves it, coming back: what people said, nothing derived.

Its columns are “Acme: claimed”, “Acme: shown” and so on. What was claimed is read; the
rest is worked out from other things, and is named as passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from evaltracker.importing.own_exports import (
    CLAIMED,
    DERIVED,
    NUMBERS,
    is_saved_matrix,
    without_escapes,
)
from evaltracker.tabular import Row, Sheet, Workbook
from vendors.choices import Availability
from vendors.imports.plan import Cell, ClaimLine, KnownClaim

FEET = ("Fit", "Fit of all scored requirements, in %", "Answered, shown, tested")
LEFT = (*DERIVED, NUMBERS)
# Words of the matrix that say nothing of an answer.
SILENT = frozenset({"not applicable", "withdrawn"})
SAID: Mapping[str, Availability] = {
    "planned": Availability.PLANNED,
    "slipped": Availability.PLANNED,
    "not stated": Availability.UNSTATED,
    **{it.value.replace("_", " "): it for it in Availability},
}


def without_derived(book: Workbook) -> tuple[Workbook, list[str]]:
    """The book with what was claimed alone, and a remark for each saved matrix."""
    sheets, remarks = [], []
    book = without_escapes(book)
    for sheet in book.sheets:
        if not is_saved_matrix(sheet):
            sheets.append(sheet)
            continue
        head = sheet.rows[0]
        sheets.append(replace(sheet, rows=tuple(rows_of(sheet, head))))
        count = sum(name.endswith(LEFT) for name in head.cells)
        remarks.append(
            f"This is a matrix as it is saved here. What was claimed is read; {count} "
            "columns of what was shown, tested and where it stands, and the sums "
            "below, are worked out and were passed over."
        )
    return replace(book, sheets=tuple(sheets)), remarks


def rows_of(sheet: Sheet, head: Row) -> Iterator[Row]:
    """The rows without what is worked out."""
    left = {index for index, it in enumerate(head.cells) if it.endswith(LEFT)}
    said = {index for index, it in enumerate(head.cells) if it.endswith(CLAIMED)}
    for row in sheet.rows:
        if row.cell(0) in FEET and not row.cell(1):
            continue
        cells = [
            "" if it in left or (it in said and cell in SILENT) else cell
            for it, cell in enumerate(row.cells)
        ]
        if row is head:
            cells = [cell.removesuffix(CLAIMED) for cell in cells]
        yield replace(row, cells=tuple(cells))


def as_it_stands(
    lines: list[ClaimLine], known: Mapping[Cell, KnownClaim]
) -> list[ClaimLine]:
    """The lines; one that says no more than what stands keeps its words.

    A saved matrix has one word for an answer, which is no reason to lose the rest.
    """
    kept = []
    for line in lines:
        before = known.get(line.cell)
        word = SAID.get(line.words.statement.casefold().replace("_", " "))
        if before is not None and before.words.availability == word:
            kept.append(replace(line, words=before.words))
        else:
            kept.append(line)
    return kept
