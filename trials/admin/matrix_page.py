"""The matrix: requirement by candidate, a mark or three lines in each cell."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import json_script
from xlsxwriter import Workbook

from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import Priority
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.pages.base import check_query
from evaltracker.pages.tabs import MARKS, STANDINGS, unless_unchanged
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.toolbox import files as downloads
from evaltracker.toolbox.formula_guard import harmless
from trials.admin.matrix import (
    ALL,
    CLOSE,
    PARAMETERS,
    VIEWS,
    categories_of,
    read_choice,
    shown_candidates,
    shown_rows,
    switches_of,
)
from trials.admin.matrix_html import (
    Looks,
    numbers_by_row,
    panels,
    rows_as_data,
    table_rows,
    templates,
)
from trials.admin.matrix_looks import View
from trials.policy import FROM_DEMOS, today_in
from trials.scoring import rounded
from trials.selectors import Cell, Ledger, ledger
from trials.selectors.cell_numbers import cell_numbers, counted_once, standing_ledger
from trials.selectors.cell_tuples import awaited_replies
from trials.selectors.matrix_json import matrix_json
from vendors.admin.base import open_answers
from vendors.choices import CandidateState
from vendors.models import Candidate

# The matrix as a file: workbook, CSV, or JSON; formulas are made harmless.

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


# What is in the evaluation and not in the matrix, so that nothing is missed.


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Candidates without a column, and the references of retired requirements."""

    eliminated: list[Candidate]
    not_shortlisted: list[Candidate]
    retired: list[str]


def left_out(
    evaluation: Evaluation, everybody: Sequence[Candidate], shown: Ledger
) -> LeftOut:
    """What has no place in the columns and rows of `shown`, whatever the filters."""
    seen = {candidate.pk for candidate in shown.candidates}
    eliminated: list[Candidate] = []
    not_shortlisted: list[Candidate] = []
    for candidate in everybody:
        if candidate.pk not in seen:
            is_out = candidate.state == CandidateState.ELIMINATED
            (eliminated if is_out else not_shortlisted).append(candidate)
    return LeftOut(
        eliminated=eliminated,
        not_shortlisted=not_shortlisted,
        retired=counted_once(evaluation, "retired", _retired),
    )


def _retired(evaluation: Evaluation) -> list[str]:
    retired = Requirement.objects.filter(
        evaluation=evaluation, retired_at__isnull=False
    )
    return list(retired.order_by("position", "ref").values_list("ref", flat=True))


NOBODY, NOTHING = UUID(int=0), UUID(int=1)
ROWS_HERE, DATA_HERE = b"<!-- rows -->", b"<!-- data -->"


@evaluation_page("matrix", "Matrix", order=50, group="Proof")
def matrix_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The whole ledger on one page, or what the filters leave of it."""
    check_query(request, filters=(*PARAMETERS, "page"), searchable=True)
    open_answers(request, evaluation)
    return unless_unchanged(
        request,
        evaluation,
        lambda: _page(request, evaluation),
        day=today_in(evaluation.zone),
        counted=awaited_replies(),
    )


@evaluation_page("matrix_file", "Matrix", route="matrix/file/")
def matrix_file(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The same as a workbook, as CSV or as JSON."""
    check_query(request, filters=(*PARAMETERS, "format"), searchable=True)
    open_answers(request, evaluation)
    kind = request.GET.get("format", "xlsx")
    if kind not in FORMATS:
        raise Invalid("The matrix is saved as xlsx, csv or json.")
    found = _read(request, evaluation)
    return download(found.book, found.rows, kind)


def address_of_cells() -> str:
    """The address of a cell's page with `{candidate}` and `{requirement}` left open."""
    address = reverse("admin:cell", args=[NOBODY, NOTHING])
    return address.replace(str(NOBODY), "{candidate}").replace(
        str(NOTHING), "{requirement}"
    )


def _page(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    found = _read(request, evaluation)
    book, chosen = found.book, found.chosen
    response = show(
        request,
        evaluation,
        "trials/matrix.html",
        title="Matrix",
        tab="matrix",
        book=book,
        found=found,
        chosen=chosen,
        switches=[
            {"name": name, "label": label, "on": name in chosen.switches}
            for name, label in switches_of(book).items()
        ],
        views=[
            {
                "label": label,
                "query": replace(chosen, view=view).query,
                "on": view == chosen.view,
            }
            for view, label in VIEWS.items()
        ],
        all_candidates=replace(chosen, candidates=ALL).query,
        left_out=left_out(evaluation, found.everybody, book),
        categories=categories_of(book),
        address=address_of_cells(),
    )
    response.add_post_render_callback(partial(_fill, _cells(found)))
    return response


def _cells(found: View) -> dict[bytes, str]:
    """What is joined by hand, by the place where it goes."""
    first = found.first
    looks = Looks.of(
        found.book,
        found.rows,
        cell_numbers(found.book.evaluation),
        picture=found.is_picture,
    )
    here = found.lines[first : first + found.on_a_page]
    data = panels(looks) if found.is_picture else ""
    if found.layout == "virtual":
        data += templates(looks, found.lines)
        data += json_script(rows_as_data(looks, found.lines), "matrix-rows")
    return {
        ROWS_HERE: table_rows(looks, here, address_of_cells(), first),
        DATA_HERE: data,
    }


def _fill(cells: dict[bytes, str], response: TemplateResponse) -> None:
    """Put the cells into the frame, which would copy them once for each block.

    The places are comments, which no escaped text can be.
    """
    for place, html in cells.items():
        response.content = response.content.replace(place, html.encode(), 1)


def _read(request: HttpRequest, evaluation: Evaluation) -> View:
    """What the filters leave of what stands; of another day it is read, in five
    queries."""
    whole = standing_ledger(evaluation)
    chosen = read_choice(
        request.GET,
        # Until demos begin, everybody on the long list is still being compared.
        narrowed=evaluation.stage in FROM_DEMOS
        and any(candidate.state in CLOSE for candidate in whole.candidates),
    )
    shown = shown_candidates(whole.candidates, chosen)
    if chosen.as_of:
        book = ledger(evaluation, shown, chosen.as_of)
    else:
        book = whole.only(shown)
    rows = shown_rows(book, chosen)
    found = View(book, rows, chosen, whole.candidates, _page_number(request))
    if found.page > found.pages:
        raise Invalid("The matrix has no such page.")
    return found


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 6) or text == "0":
        raise Invalid("A page is a number from 1.")
    return int(text)
