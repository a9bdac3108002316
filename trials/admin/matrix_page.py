"""The matrix: requirement by candidate, a mark or three lines in each cell."""

from dataclasses import replace
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
    panels,
    rows_as_data,
    table_rows,
    templates,
)
from trials.admin.matrix_left_out import left_out
from trials.admin.matrix_rows import (
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
from trials.admin.matrix_view import View
from trials.policy import FROM_DEMOS, today_in
from trials.selectors import ledger
from trials.selectors.cell_numbers import cell_numbers
from trials.selectors.counted import standing_ledger
from trials.selectors.findings import awaited_replies
from vendors.admin.conflict_question import open_answers

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
