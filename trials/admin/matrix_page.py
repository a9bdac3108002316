"""The matrix: requirement by candidate, three marks in each cell."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import json_script

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Evaluation
from evaltracker.pages.etag import unless_unchanged
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page, show
from trials.admin.matrix_export import FORMATS, download
from trials.admin.matrix_html import (
    Looks,
    rows_as_data,
    table_rows,
    templates,
)
from trials.admin.matrix_rows import (
    CLOSE,
    PARAMETERS,
    Chosen,
    categories_of,
    read_choice,
    shown_candidates,
    shown_rows,
    switches_of,
)
from trials.policy import FROM_DEMOS, today_in
from trials.selectors import Ledger, ledger
from trials.selectors.counted import standing_ledger
from trials.selectors.findings import awaited_replies
from vendors.admin.conflict_question import ask_first

NOBODY, NOTHING = UUID(int=0), UUID(int=1)
# Cells up to which the page is one plain table, and up to which it has all its rows.
TABLE, ROWS = 2_000, 5_000
ROWS_HERE, DATA_HERE = b"<!-- rows -->", b"<!-- data -->"
ON_A_PAGE = 1_000  # cells, where a script shows the rows, or without it a page of them


@dataclass(frozen=True, slots=True)
class View:
    """What the filters leave, and how it is laid out."""

    book: Ledger
    rows: list[int]
    chosen: Chosen
    page: int = 1

    @property
    def cells(self) -> int:
        """How many cells are shown."""
        return len(self.rows) * len(self.book.columns)

    @property
    def layout(self) -> str:
        """`table` for few cells, `rows` for many, `virtual` for more."""
        if self.cells <= TABLE:
            return "table"
        return "rows" if self.cells <= ROWS else "virtual"

    @property
    def on_a_page(self) -> int:
        """How many rows there are in the HTML."""
        if self.layout != "virtual":
            return len(self.rows) or 1
        return max(10, ON_A_PAGE // len(self.book.columns))

    @property
    def pages(self) -> int:
        """How many pages there are for those without a script."""
        return max(1, -(-len(self.rows) // self.on_a_page))

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1

    @property
    def row_count(self) -> int:
        """Rows of the table with its head and its four lines of foot."""
        return len(self.rows) + 5

    @property
    def column_count(self) -> int:
        """Columns with that of the requirements."""
        return len(self.book.columns) + 1

    @property
    def first(self) -> int:
        """How many rows come before those in the HTML."""
        return (self.page - 1) * self.on_a_page


@evaluation_page("matrix", "Matrix", order=50, group="Proof")
def matrix_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The whole ledger on one page, or what the filters leave of it."""
    check_query(request, filters=(*PARAMETERS, "page"), searchable=True)
    ask_first(request, evaluation)
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
    ask_first(request, evaluation)
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
    book, chosen, first = found.book, found.chosen, found.first
    looks = Looks.of(book, found.rows)
    here = found.rows[first : first + found.on_a_page]
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
        categories=categories_of(book),
        address=address_of_cells(),
    )
    cells: dict[bytes, str] = {
        ROWS_HERE: table_rows(looks, here, address_of_cells(), first)
    }
    if found.layout == "virtual":
        data = json_script(rows_as_data(looks, found.rows), "matrix-rows")
        cells[DATA_HERE] = templates(looks) + data
    response.add_post_render_callback(partial(_fill, cells))
    return response


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
    found = View(book, shown_rows(book, chosen), chosen, _page_number(request))
    if found.page > found.pages:
        raise Invalid("The matrix has no such page.")
    return found


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 6) or text == "0":
        raise Invalid("A page is a number from 1.")
    return int(text)
