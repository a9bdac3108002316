"""The matrix as a spreadsheet, with formulas made harmless."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.http import HttpResponse
from openpyxl import Workbook

from evaltracker.evaluations.admin.marks import MARKS, STANDINGS
from evaltracker.evaluations.cells import harmless, text_cells
from trials.scoring import rounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evaltracker.evaluations.models import Requirement
    from trials.selectors import Cell, Ledger

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_of(book: Ledger, requirements: Sequence[Requirement]) -> Iterator[list[str]]:
    """A head, one line per requirement, and the fit below."""
    names = [one.name for one in book.candidates]
    head = ["Reference", "Category", "Requirement", "Priority", "Weight"]
    marks = [
        f"{name}: {part}"
        for name in names
        for part in ("claimed", "shown", "tested", "standing")
    ]
    yield [*head, *marks]
    for one in requirements:
        line = [
            one.ref,
            one.category.name,
            one.text,
            one.get_priority_display(),
            str(one.weight),
        ]
        for cell in book.row(one):
            line += _words(cell)
        yield line
    foot = ["Fit of all scored requirements, in %", "", "", "", ""]
    for candidate in book.candidates:
        value = book.of(candidate).fit.value
        foot += ["" if value is None else str(rounded(value * 100, 1)), "", "", ""]
    yield foot


def as_csv(
    book: Ledger, requirements: Sequence[Requirement], name: str
) -> HttpResponse:
    """UTF-8 with a mark, so that spreadsheets read it right."""
    text = io.StringIO()
    writer = csv.writer(text)
    for line in table_of(book, requirements):
        writer.writerow([harmless(each) for each in line])
    content = "\ufeff" + text.getvalue()
    return _download(content.encode(), "text/csv; charset=utf-8", f"{name}.csv")


def as_xlsx(
    book: Ledger, requirements: Sequence[Requirement], name: str
) -> HttpResponse:
    """A workbook whose cells are all text."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Matrix")
    for line in table_of(book, requirements):
        sheet.append(text_cells(sheet, line))
    stream = io.BytesIO()
    workbook.save(stream)
    return _download(stream.getvalue(), XLSX, f"{name}.xlsx")


def _words(cell: Cell) -> list[str]:
    if cell.not_applicable:
        return ["not applicable", "", "", ""]
    marks = [MARKS[value][0] if value else "" for value in cell.marks]
    return [*marks, STANDINGS[cell.standing][0]]


def _download(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
