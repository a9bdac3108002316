"""The matrix: requirement by candidate, three marks in each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from evaltracker.evaluations.admin.query import check_query
from evaltracker.evaluations.admin.workspace import evaluation_page, show
from trials.admin.matrix_export import as_csv, as_xlsx
from trials.admin.matrix_html import matrix_rows
from trials.admin.matrix_rows import (
    PARAMETERS,
    SWITCHES,
    Chosen,
    read_choice,
    shown_candidates,
    shown_requirements,
)
from trials.policy import FROM_DEMOS
from trials.selectors import ledger
from vendors.admin.asking import ask_first
from vendors.choices import CandidateState
from vendors.models import Candidate

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from evaltracker.evaluations.models import Evaluation, Requirement
    from trials.selectors import Ledger

NOBODY = UUID(int=0)
NOTHING = UUID(int=1)
FORMATS = {"csv": as_csv, "xlsx": as_xlsx}


@evaluation_page("matrix", "Matrix", order=50)
def matrix_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The whole ledger on one page, or what the filters leave of it."""
    check_query(request, filters=PARAMETERS)
    ask_first(request, evaluation)
    book, requirements, chosen, categories = _read(request, evaluation)
    switches = [
        {"name": name, "label": label, "on": name in chosen.switches}
        for name, label in SWITCHES.items()
    ]
    return show(
        request,
        evaluation,
        "trials/matrix.html",
        title="Matrix",
        tab="matrix",
        book=book,
        columns=[book.of(one) for one in book.candidates],
        rows=matrix_rows(book, requirements, cell_address()),
        shown=len(requirements),
        chosen=chosen,
        switches=switches,
        categories=categories,
        query=_query(chosen),
    )


@evaluation_page("matrix_file", "Matrix", route="matrix/file/")
def matrix_file(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    """The same as a spreadsheet."""
    check_query(request, filters=(*PARAMETERS, "format"))
    ask_first(request, evaluation)
    write = FORMATS.get(request.GET.get("format", "xlsx"), as_xlsx)
    book, requirements, _, _ = _read(request, evaluation)
    return write(book, requirements, f"{evaluation.slug}-matrix")


def cell_address() -> str:
    """The address of a cell's page with both ids left open."""
    address = reverse("admin:cell", args=[NOBODY, NOTHING])
    return address.replace(str(NOBODY), "{candidate}").replace(
        str(NOTHING), "{requirement}"
    )


def _read(
    request: HttpRequest, evaluation: Evaluation
) -> tuple[Ledger, list[Requirement], Chosen, list[Any]]:
    """What the filters leave; one query for candidates, one for categories."""
    every = list(
        Candidate.objects.filter(evaluation=evaluation).select_related("vendor")
    )
    close = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)
    categories = list(evaluation.categories.all())
    chosen = read_choice(
        request.GET,
        categories,
        # Until demos begin, everybody on the long list is still being compared.
        narrowed=evaluation.stage in FROM_DEMOS
        and any(one.state in close for one in every),
    )
    book = ledger(evaluation, candidates=shown_candidates(every, chosen))
    return book, shown_requirements(book, chosen), chosen, categories


def _query(chosen: Chosen) -> str:
    pairs = [(name, "1") for name in SWITCHES if name in chosen.switches]
    if chosen.category:
        pairs.append(("category", chosen.category))
    return urlencode([*pairs, ("candidates", chosen.candidates)])
