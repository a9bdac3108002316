"""The matrix: which requirements and candidates it shows, its page and its files."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial
from itertools import chain, repeat
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin.views.main import SEARCH_VAR
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import json_script
from xlsxwriter import Workbook

from evaltracker.enumerations import Availability, Priority
from evaltracker.errors import Invalid
from evaltracker.evaluations.choices import PRIORITY_LABELS
from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.pages.base import check_query
from evaltracker.pages.tabs import MARKS, STANDINGS, unless_unchanged
from evaltracker.pages.workspace import evaluation_page, show
from evaltracker.toolbox import files as downloads
from evaltracker.toolbox.text import harmless, natural_key
from trials.admin.matrix_html import (
    Line,
    Looks,
    numbers_by_row,
    panels,
    rows_as_data,
    table_rows,
    templates,
    with_categories,
)
from trials.policy import FROM_DEMOS, today_in
from trials.scoring import Standing, rounded
from trials.scoring.ledger import ValueState
from trials.selectors.cells import LedgerCell, awaited_replies
from trials.selectors.evaluation_cache import cached_for_version, standing_ledger
from trials.selectors.ledger import Ledger, LedgerRow, ledger
from trials.selectors.matrix import cell_numbers, matrix_json
from vendors.admin.base import open_answers
from vendors.choices import CandidateState
from vendors.claims import ClaimWords
from vendors.imports.answers import Claims
from vendors.models import Candidate, Claim
from vendors.selectors.claims import current_efforts
from vendors.sheets import ANSWERS, Column, add_table, claim_cells

# Offered where the brief has lists.
NOT_WHERE_WE_RUN = "not_where_we_run"
SETTLED = (Standing.PROVEN, Standing.REFUTED, Standing.NEVER)
CLOSE = (CandidateState.SHORTLISTED, CandidateState.CHOSEN)


class HasStanding(Protocol):
    @property
    def standing(self) -> Standing: ...
    @property
    def not_applicable(self) -> bool: ...
    @property
    def values(self) -> tuple[ValueState, ...]: ...


def standing_filter(*standings: Standing) -> Callable[[HasStanding], bool]:
    return lambda cell: not cell.not_applicable and cell.standing in standings


def is_not_where_we_run(cell: HasStanding) -> bool:
    """Whether no answer, or *never*, stands for a value of the brief's lists."""
    return any(
        value.list_name
        and not value.not_applicable
        and value.standing in (Standing.UNANSWERED, Standing.NEVER)
        for value in cell.values
    )


TESTS: dict[str, tuple[str, Callable[[HasStanding], bool]]] = {
    "unproven": (
        "Not proven yet",
        lambda cell: not cell.not_applicable and cell.standing not in SETTLED,
    ),
    "refuted": ("Refuted", standing_filter(Standing.REFUTED)),
    "slipped": ("Slipped", standing_filter(Standing.SLIPPED)),
    "unanswered": ("Unanswered", standing_filter(Standing.UNANSWERED)),
    NOT_WHERE_WE_RUN: ("Not where we run", is_not_where_we_run),
}
SWITCHES = {
    "musts": "Must-haves",
    "differs": "Candidates differ",
    **{name: label for name, (label, _) in TESTS.items()},
}
ALL = "all"
SHORT = "shortlisted"
CATEGORY = "category"
CANDIDATES = "candidates"
AS_OF = "as_of"
VIEW = "view"
ORDER = "order"
BY_NAME = ""
BY_FIT = "fit"
PICTURE = ""
LINES = "lines"
VIEWS = {PICTURE: "Picture", LINES: "Three lines"}
PARAMETERS = (*SWITCHES, CATEGORY, CANDIDATES, AS_OF, VIEW, ORDER)


@dataclass(frozen=True, slots=True)
class MatrixFilter:
    """What the reader asked for; `as_of` is None for today."""

    switches: frozenset[str] = field(default_factory=frozenset)
    category: str = ""
    words: str = ""
    candidates: str = SHORT
    as_of: datetime.date | None = None
    view: str = PICTURE
    order: str = BY_NAME

    @property
    def narrows(self) -> bool:
        return bool(self.switches or self.category or self.words)

    @property
    def query(self) -> str:
        pairs = [(name, "1") for name in SWITCHES if name in self.switches]
        pairs += [
            (name, value)
            for name, value in ((CATEGORY, self.category), (SEARCH_VAR, self.words))
            if value
        ]
        return urlencode([*pairs, *self._kept])

    @property
    def query_of_all(self) -> str:
        return urlencode(self._kept)

    @property
    def _kept(self) -> list[tuple[str, str]]:
        if self.as_of:
            day = [(AS_OF, self.as_of.isoformat())]
        else:
            day = []
        looks = [(VIEW, self.view), (ORDER, self.order)]
        return [
            (CANDIDATES, self.candidates),
            *day,
            *(look for look in looks if look[1]),
        ]


def read_choice(query: QueryDict, *, narrowed: bool) -> MatrixFilter:
    """What the address asks for; `narrowed` starts with the short list."""
    for name in SWITCHES:
        if query.get(name, "1") != "1":
            raise Invalid(f"“{name}” is either 1 or left out.")
    shown = query.get(CANDIDATES, SHORT if narrowed else ALL)
    if shown not in (ALL, SHORT):
        raise Invalid("Candidates are shortlisted or all.")
    if query.get(VIEW, LINES) != LINES:
        raise Invalid("The matrix is a picture, or has “view=lines”.")
    if query.get(ORDER, BY_FIT) not in (BY_NAME, BY_FIT):
        raise Invalid("Candidates stand by name, or by “order=fit”.")
    return MatrixFilter(
        switches=frozenset(name for name in SWITCHES if name in query),
        category=query.get(CATEGORY, ""),
        words=" ".join(query.get(SEARCH_VAR, "").split()),
        candidates=shown,
        as_of=_day(query.get(AS_OF, "")),
        view=query.get(VIEW, PICTURE),
        order=query.get(ORDER, BY_NAME),
    )


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        day = None
    # Other forms of a day, such as a week's, would be other addresses of one page.
    if day is None or day.isoformat() != text:
        raise Invalid("A day is written as 2030-01-31.")
    return day


def categories_of(book: Ledger) -> dict[str, str]:
    return {str(row.category_id): row.category for row in book.rows}


def switches_of(book: Ledger) -> dict[str, str]:
    has_lists = any(row.demanded for row in book.rows)
    if has_lists:
        dropped = set()
    else:
        dropped = {NOT_WHERE_WE_RUN}
    return {name: label for name, label in SWITCHES.items() if name not in dropped}


def shown_rows(book: Ledger, chosen: MatrixFilter) -> list[int]:
    """The numbers of the rows that pass every filter that is on."""
    if chosen.category and chosen.category not in categories_of(book):
        raise Invalid("There is no such category here.")
    passing = [
        {number for number, kind in enumerate(book.kinds) if test(kind)}
        for name, (_, test) in TESTS.items()
        if name in chosen.switches
    ]
    looks = [None if kind.not_applicable else kind.standing for kind in book.kinds]
    shown = []
    for row, (requirement, line) in enumerate(zip(book.rows, book.lines, strict=True)):
        differs = "differs" not in chosen.switches or len({looks[n] for n in line}) > 1
        cells_pass = all(not numbers.isdisjoint(line) for numbers in passing)
        if differs and cells_pass and _is_asked_for(requirement, chosen):
            shown.append(row)
    return shown


def _is_asked_for(row: LedgerRow, chosen: MatrixFilter) -> bool:
    if "musts" in chosen.switches and not row.is_must:
        return False
    if chosen.category and str(row.category_id) != chosen.category:
        return False
    if not chosen.words:
        return True
    text = f"{row.ref} {row.text}".casefold()
    return all(word in text for word in chosen.words.casefold().split())


# Cells up to which the page is one plain table, and up to which it has all its rows.
TABLE = 2_000
ROWS = 5_000
ON_A_PAGE = 1_000  # cells, where a script shows the rows, or without it a page of them


@dataclass(frozen=True)
class View:
    book: Ledger
    rows: list[int]
    chosen: MatrixFilter
    everybody: list[Candidate]
    page: int = 1

    @property
    def hidden_rows(self) -> int:
        return len(self.book.rows) - len(self.rows)

    @property
    def is_picture(self) -> bool:
        return self.chosen.view != LINES

    @property
    def cells(self) -> int:
        return len(self.rows) * len(self.book.columns)

    @property
    def layout(self) -> str:
        """`table` for few cells, `rows` for many, `virtual` for more."""
        if self.cells <= TABLE:
            return "table"
        if self.cells <= ROWS:
            return "rows"
        return "virtual"

    @cached_property
    def lines(self) -> list[Line]:
        if self.is_picture:
            return list(with_categories(self.book, self.rows))
        return list(self.rows)

    @property
    def on_a_page(self) -> int:
        if self.layout != "virtual":
            return len(self.lines) or 1
        return max(10, ON_A_PAGE // len(self.book.columns))

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.lines) // self.on_a_page))

    @property
    def row_count(self) -> int:
        return len(self.lines) + 1 + (4 if self.is_picture else 3)

    @property
    def first(self) -> int:
        return (self.page - 1) * self.on_a_page


HEAD = ("Reference", "Category", "Requirement", "Priority", "Weight")
WIDTHS = (12, 20, 48, 14, 8)
# Reference and requirement stay in sight, and leave room for candidates beside them.
FROZEN = 3
PART_WIDTH = 16
PARTS = ("claimed", "shown", "tested", "standing")
# Where anything was claimed for a measure, or runs were confirmed.
NUMBERS = "numbers"


class Format(NamedTuple):
    ending: str
    content_type: str
    write: Callable[[Ledger, Sequence[int]], bytes]


def table_of(book: Ledger, rows: Sequence[int]) -> Iterator[list[str | Decimal]]:
    """A head, one line per requirement, fit and counts below; all text is harmless."""
    names = [column.candidate.name for column in book.columns]
    numbers = numbers_by_row(book, cell_numbers(book.evaluation))
    parts = (*PARTS, NUMBERS) if numbers else PARTS
    yield [*HEAD, *(harmless(f"{name}: {part}") for name in names for part in parts)]
    labels = [words_of(kind) for kind in book.kinds]
    blank = [""] * (len(parts) - 1)
    for row in rows:
        requirement = book.rows[row]
        texts = (
            requirement.ref,
            requirement.category,
            requirement.text,
            str(PRIORITY_LABELS[Priority(requirement.priority)]),
        )
        line: list[str | Decimal] = [*map(harmless, texts), Decimal(requirement.weight)]
        by_place = numbers.get(requirement.pk, {})
        for place, number in enumerate(book.lines[row]):
            line += labels[number]
            if numbers:
                line.append(harmless(by_place.get(place, "")))
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


# What an import of answers reads, under the names that it knows for certain.
CLAIM_COLUMNS = {
    role.name: Column(role.heads[0], 60 if role.name == "statement" else 20, role.reads)
    for role in Claims.roles
    if role.heads and role.name not in ("text", "unit")
}


def claim_rows(book: Ledger, rows: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The answers of a matrix as they stand, which an import reads back whole."""
    claims = Claim.objects.filter(
        candidate__in=book.candidates,
        requirement__in=[book.rows[row].pk for row in rows],
        superseded_at__isnull=True,
    ).exclude(availability=Availability.WITHDRAWN)
    efforts = current_efforts(book.candidates)
    in_order = claims.order_by("requirement__position", "requirement__ref", "candidate")
    for claim in in_order.select_related("requirement", "candidate"):
        effort = efforts.get((claim.candidate_id, claim.requirement_id))
        yield {
            "ref": harmless(claim.requirement.ref),
            "candidate": harmless(claim.candidate.name),
            **claim_cells(replace(ClaimWords.of(claim), effort=effort and effort.said)),
        }


def as_xlsx(book: Ledger, rows: Sequence[int]) -> bytes:
    """The table, and on a sheet of their own the answers in it, written row by row."""
    stream = io.BytesIO()
    with Workbook(stream, {"constant_memory": True}) as workbook:
        workbook.set_properties({"title": f"Matrix: {book.evaluation.title}"})
        lines = table_of(book, rows)
        names = map(str, next(lines))
        widths = chain(WIDTHS, repeat(PART_WIDTH))
        columns = {
            name: Column(name, width, "number")
            for name, width in zip(names, widths, strict=False)
        }
        table = (dict(zip(columns, line, strict=False)) for line in lines)
        add_table(workbook, "Matrix", columns, table).freeze_panes(1, FROZEN)
        columns = dict(CLAIM_COLUMNS)
        if not book.evaluation.asks_effort:
            del columns["effort"]
        add_table(workbook, ANSWERS, columns, claim_rows(book, rows))
    return stream.getvalue()


def as_json(book: Ledger, rows: Sequence[int]) -> bytes:
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
    file = FORMATS[kind]
    name = f"{book.evaluation.slug}-matrix-{book.as_of}.{file.ending}"
    content = file.write(book, rows)
    return downloads.download(
        content, name=name, content_type=file.content_type, cache=""
    )


def words_of(kind: LedgerCell) -> list[str]:
    if kind.not_applicable:
        return ["not applicable", "", "", ""]
    marks = [MARKS[value][0] if value else "" for value in kind.marks]
    return [*marks, STANDINGS[kind.standing][0]]


def left_out(
    evaluation: Evaluation, everybody: Sequence[Candidate], shown: Ledger
) -> dict[str, Any]:
    """What has no place in the columns and rows of `shown`, whatever the filters."""
    seen = {candidate.pk for candidate in shown.candidates}
    eliminated: list[Candidate] = []
    not_shortlisted: list[Candidate] = []
    for candidate in everybody:
        if candidate.pk not in seen:
            is_out = candidate.state == CandidateState.ELIMINATED
            (eliminated if is_out else not_shortlisted).append(candidate)
    return {
        "eliminated": eliminated,
        "not_shortlisted": not_shortlisted,
        "retired": cached_for_version(evaluation, "retired", _retired),
    }


def _retired(evaluation: Evaluation) -> list[str]:
    retired = Requirement.objects.filter(
        evaluation=evaluation, retired_at__isnull=False
    )
    return list(retired.order_by("position", "ref").values_list("ref", flat=True))


NOBODY = UUID(int=0)
NOTHING = UUID(int=1)
ROWS_HERE = b"<!-- rows -->"
DATA_HERE = b"<!-- data -->"


@evaluation_page("matrix", "Matrix", order=50, group="Proof")
def matrix_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters=(*PARAMETERS, "page"), searchable=True)
    open_answers(request, evaluation)
    return unless_unchanged(
        request,
        evaluation,
        lambda: _page(request, evaluation),
        day=today_in(evaluation.zone),
        counted=awaited_replies(),
    )


@evaluation_page("matrix_file", "Export the matrix", route="matrix/file/")
def matrix_file(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request, filters=(*PARAMETERS, "format"), searchable=True)
    open_answers(request, evaluation)
    kind = request.GET.get("format", "xlsx")
    if kind not in FORMATS:
        raise Invalid("The matrix is saved as xlsx, csv or json.")
    view = _read(request, evaluation)
    return download(view.book, view.rows, kind)


def address_of_cells() -> str:
    """The address of a cell's page with `{candidate}` and `{requirement}` left open."""
    address = reverse("admin:cell", args=[NOBODY, NOTHING])
    return address.replace(str(NOBODY), "{candidate}").replace(
        str(NOTHING), "{requirement}"
    )


def _page(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    reading = _read(request, evaluation)
    book = reading.book
    chosen = reading.chosen
    response = show(
        request,
        evaluation,
        "trials/matrix.html",
        title="Matrix",
        tab="matrix",
        book=book,
        found=reading,
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
        left_out=left_out(evaluation, reading.everybody, book),
        categories=categories_of(book),
        address=address_of_cells(),
    )
    response.add_post_render_callback(partial(_fill, _cells(reading)))
    return response


def _cells(view: View) -> dict[bytes, str]:
    first = view.first
    looks = Looks.of(
        view.book,
        view.rows,
        cell_numbers(view.book.evaluation),
        picture=view.is_picture,
    )
    here = view.lines[first : first + view.on_a_page]
    data = panels(looks) if view.is_picture else ""
    if view.layout == "virtual":
        data += templates(looks, view.lines)
        data += json_script(rows_as_data(looks, view.lines), "matrix-rows")
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
    shown = [
        candidate
        for candidate in sorted(
            whole.candidates, key=lambda candidate: natural_key(candidate.name)
        )
        if candidate.state != CandidateState.ELIMINATED
        and (chosen.candidates == ALL or candidate.state in CLOSE)
    ]
    if chosen.as_of:
        book = ledger(evaluation, shown, chosen.as_of)
    else:
        book = whole.only(shown)
    if chosen.order == BY_FIT:
        by_fit = sorted(
            book.columns, key=lambda column: column.fit.value or 0, reverse=True
        )
        book = book.only([column.candidate for column in by_fit])
    rows = shown_rows(book, chosen)
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 6) or text == "0":
        raise Invalid("A page is a number from 1.")
    view = View(book, rows, chosen, whole.candidates, int(text))
    if view.page > view.pages:
        raise Invalid("The matrix has no such page.")
    return view
