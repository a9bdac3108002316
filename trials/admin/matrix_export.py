"""The matrix as a file: workbook, CSV, or JSON; formulas are made harmless."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.http import HttpResponse
from xlsxwriter import Workbook

from evaltracker.evaluations.choices import Priority
from evaltracker.kit import downloads
from evaltracker.kit.formula_guard import harmless
from evaltracker.pages.verdict_marks import MARKS, STANDINGS
from trials.admin.matrix_html import numbers_by_row
from trials.scoring import rounded
from trials.selectors import Cell, Ledger
from trials.selectors.cell_numbers import cell_numbers
from trials.selectors.matrix_json import matrix_json

HEAD = ("Reference", "Category", "Requirement", "Priority", "Weight")
WIDTHS = (12, 20, 48, 14, 8)
# Reference and requirement stay in sight, and leave room for candidates beside them.
FROZEN = 3
PART_WIDTH = 16
PARTS = ("claimed", "shown", "tested", "standing")
# Where anything was claimed for a measure, or runs were confirmed.
NUMBERS = "numbers"
PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


class Format(NamedTuple):
    """A kind of file: what it is called, its type, and who writes it."""

    ending: str
    content_type: str
    write: Callable[[Ledger, Sequence[int]], bytes]


def table_of(book: Ledger, rows: Sequence[int]) -> Iterator[list[str | Decimal]]:
    """A head, one line per requirement, fit and counts below; all text is harmless."""
    names = [column.candidate.name for column in book.columns]
    numbers = numbers_by_row(book, cell_numbers(book.evaluation))
    parts = (*PARTS, NUMBERS) if numbers else PARTS
    yield [*HEAD, *(harmless(f"{name}: {part}") for name in names for part in parts)]
    words = [words_of(kind) for kind in book.kinds]
    blank = [""] * (len(parts) - 1)
    for row in rows:
        one = book.rows[row]
        told = (one.ref, one.category, one.text, Priority(one.priority).label)
        line: list[str | Decimal] = [*map(harmless, told), Decimal(one.weight)]
        said = numbers.get(one.pk, {})
        for place, number in enumerate(book.lines[row]):
            line += words[number]
            if numbers:
                line.append(harmless(said.get(place, "")))
        yield line
    foot: list[str | Decimal] = ["Fit of all scored requirements, in %"]
    foot += [""] * (len(HEAD) - 1)
    for column in book.columns:
        value = column.fit.value
        foot += ["" if value is None else rounded(value * 100, 1), *blank]
    yield foot
    counts: list[str | Decimal] = ["Answered, shown, tested", *[""] * (len(HEAD) - 1)]
    for column in book.columns:
        counts += [column.coverage.in_words, *blank]
    yield counts


def as_csv(book: Ledger, rows: Sequence[int]) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read it right."""
    text = io.StringIO("\ufeff")
    text.seek(1)
    csv.writer(text).writerows(table_of(book, rows))
    return text.getvalue().encode()


def as_xlsx(book: Ledger, rows: Sequence[int]) -> bytes:
    """A workbook of texts and numbers without a formula, written row by row."""
    stream = io.BytesIO()
    with Workbook(stream, PLAIN) as workbook:
        workbook.set_properties({"title": f"Matrix: {book.evaluation.title}"})
        sheet = workbook.add_worksheet("Matrix")
        sheet.freeze_panes(1, FROZEN)
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        for column, width in enumerate(WIDTHS):
            sheet.set_column(column, column, width, wrapped)
        lines = table_of(book, rows)
        names = next(lines)
        sheet.set_column(len(HEAD), len(names) - 1, PART_WIDTH, wrapped)
        head = {"bold": True, "text_wrap": True, "valign": "top"}
        sheet.set_row(0, None, workbook.add_format(head))
        for number, line in enumerate((names, *lines)):
            for column, text in enumerate(line):
                if isinstance(text, Decimal):
                    sheet.write_number(number, column, text)
                elif text:
                    sheet.write_string(number, column, text)
    return stream.getvalue()


def as_json(book: Ledger, rows: Sequence[int]) -> bytes:
    """What programs read, in the words of the API."""
    return matrix_json(book, rows).encode()


FORMATS = {
    "xlsx": Format(
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        as_xlsx,
    ),
    "csv": Format("csv", "text/csv; charset=utf-8", as_csv),
    "json": Format("json", "application/json", as_json),
}


def download(book: Ledger, rows: Sequence[int], kind: str) -> HttpResponse:
    """A file that is named after the evaluation and the day."""
    file = FORMATS[kind]
    name = f"{book.evaluation.slug}-matrix-{book.as_of}.{file.ending}"
    content = file.write(book, rows)
    return downloads.download(
        content, name=name, content_type=file.content_type, cache=""
    )


def words_of(kind: Cell) -> list[str]:
    """Claimed, shown, tested and the standing, all of our own words."""
    if kind.not_applicable:
        return ["not applicable", "", "", ""]
    marks = [MARKS[value][0] if value else "" for value in kind.marks]
    return [*marks, STANDINGS[kind.standing][0]]
