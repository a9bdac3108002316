"""What the costs pages show, and the opening of prices; views ask who may see them."""

import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core import signing
from django.db import transaction
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.evaluations.topic_types import key_of
from evaltracker.money import written as money_written
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import by, check_query
from evaltracker.pages.grid import CustomGrid, GridColumn, register_grid
from evaltracker.pages.grid_view import refuse_too_many
from evaltracker.pages.site import site
from evaltracker.pages.workspace import crumbs_to, evaluation_page, show
from evaltracker.talk.rules import discuss_address, discuss_words
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.text import listed
from vendors import costs
from vendors.admin import base
from vendors.admin.prices import draw
from vendors.choices import CandidateState, CostState, KindGroup
from vendors.costs.cells import (
    WRITTEN,
    Item,
    PriceCell,
    PriceGrid,
    price_text,
    read_block,
)
from vendors.models import Candidate, CostLine, ExchangeRate
from vendors.policy import may_see_prices
from vendors.selectors.costs import (
    cost_input,
    envelope_of,
    kinds_of,
    nobody_opens,
    opening_state,
    quotes_seen,
    rates_of,
    schedule_for,
    sealed_quotes,
    terms_of,
    tiers_of,
    total_of,
    worth_of,
)
from vendors.services.costs import AMOUNTS, put_price_cells_back, write_price_cells
from vendors.services.schedule import add_price_item


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of the checklist: its line with what it comes to, or nothing yet."""

    kind: costs.CostKind
    line: CostLine | None
    row: costs.CostRow | None
    old: bool = False

    @property
    def state(self) -> str:
        if self.row:
            return self.row.state
        return ""

    @property
    def is_rise(self) -> bool:
        return bool(self.line and self.line.pricing == Pricing.PERCENT)

    @property
    def tiers(self) -> tuple[costs.Tier, ...]:
        if self.line:
            return tiers_of(self.line.tiers)
        return ()


@dataclass(frozen=True, slots=True)
class CostColumn:
    candidate: Candidate
    lines: tuple[costs.CostLineFacts, ...]
    total: costs.TotalCost
    kinds: list[KindRow]
    asks: tuple[costs.Ask, ...]
    limits: tuple[costs.Limit, ...]
    worth: costs.Worth

    def row_of(self, kind: str, part: str) -> KindRow | None:
        return next(
            (
                row
                for row in self.kinds
                if row.line and row.kind.key == kind and row.line.label == part
            ),
            None,
        )

    @property
    def unasked(self) -> list[costs.CostKind]:
        return [kind.kind for kind in self.kinds if kind.row is None]

    @property
    def untouched(self) -> bool:
        return not self.lines

    @property
    def has_price(self) -> bool:
        return self.total.is_priced


def running(evaluation: Evaluation) -> Any:
    """The candidates that are not eliminated, the closer choice first."""
    rows: Any = Candidate.objects.filter(evaluation=evaluation)
    return rows.exclude(state=CandidateState.ELIMINATED).order_by(
        Case(When(state=CandidateState.LONGLISTED, then=1), default=0), "name"
    )


def cost_columns(
    evaluation: Evaluation, candidates: Iterable[Candidate]
) -> list[CostColumn]:
    """The costs of some candidates of the evaluation, in two queries."""
    rates = rates_of(evaluation)
    today = today_in(evaluation.zone)
    shown = list(candidates)
    lines: dict[object, list[CostLine]] = {}
    for line in CostLine.objects.filter(candidate__in=shown):
        lines.setdefault(line.candidate_id, []).append(line)
    columns = []
    for candidate in shown:
        candidate.evaluation = evaluation
        quoted = lines.get(candidate.pk, [])
        for line in quoted:
            line.candidate = candidate
        columns.append(_column(candidate, quoted, rates, today))
    return columns


def points_of(columns: list[CostColumn]) -> dict[object, Any]:
    """Price points of 100 by candidate; None above the budget.

    Absent while a kind of cost is not known: whoever hides a price earns nothing by it,
    and sets the lowest for nobody.
    """
    priced = [column for column in columns if column.has_price]
    if not priced:
        return {}
    ceiling = priced[0].candidate.evaluation.budget
    whole: dict[object, Decimal] = {
        column.candidate.pk: column.total.likely
        for column in priced
        if column.total.complete
    }
    over: dict[object, Any] = {
        column.candidate.pk: None
        for column in priced
        if ceiling is not None and column.total.likely > ceiling
    }
    return over | costs.price_points(whole, ceiling=ceiling)


def by_points(columns: list[CostColumn]) -> list[tuple[CostColumn, Any]]:
    """Priced candidates with their points, blank where the total is not complete; those
    stand last, behind the ones that are out."""
    points = points_of(columns)
    rows = [
        (column, points.get(column.candidate.pk, ""))
        for column in columns
        if column.has_price
    ]
    return sorted(rows, key=lambda row: _rank_of(row[1]))


def _rank_of(points: Any) -> int:
    if points:
        return 0
    if points is None:
        return 1
    return 2


def without_rate(evaluation: Evaluation, columns: list[CostColumn]) -> list[str]:
    currencies = {
        line.currency or ""
        for column in columns
        for line in column.lines
        if line.state == costs.LineState.PRICED
        and line.pricing != Pricing.PERCENT
        and line.rate_to_base is None
        and line.currency != evaluation.currency
    }
    return sorted(currencies)


def payments_of(column: CostColumn) -> list[tuple[str, str, Decimal]]:
    plan = column.candidate.payments
    if not plan:
        return []
    paid = (row.likely for row in column.total.rows if row.once)
    one_off = sum((amount for amount in paid if amount is not None), Decimal(0))
    parts = costs.split(one_off, [costs.read_decimal(row["share"]) for row in plan])
    return [
        (row["share"], row["when"], part) for row, part in zip(plan, parts, strict=True)
    ]


def _column(
    candidate: Candidate,
    given: list[CostLine],
    rates: Mapping[str, ExchangeRate],
    today: datetime.date,
) -> CostColumn:
    kinds = kinds_of(candidate.evaluation)
    lines = tuple(cost_input(line, rates, kinds) for line in given)
    total = total_of(candidate, list(lines))
    paired: dict[str, list[KindRow]] = {}
    for line, row in zip(given, total.rows, strict=True):
        old = costs.is_old(line.quoted_on, today)
        paired.setdefault(line.kind, []).append(KindRow(row.kind, line, row, old))
    candidate_kinds = costs.kinds_for(candidate.kind, kinds)
    shown = dict.fromkeys(
        [
            *(
                kind
                for kind in candidate_kinds
                if kind.key in paired or not kind.not_applicable
            ),
            *(line.kind for line in lines),
        ]
    )
    dated = zip(total.rows, (line.quoted_on for line in given), strict=True)
    return CostColumn(
        candidate=candidate,
        lines=lines,
        total=total,
        kinds=[
            row
            for kind in shown
            for row in paired.get(kind.key, [KindRow(kind, None, None)])
        ],
        asks=costs.asks(kinds, candidate.kind, dated, today),
        limits=envelope_of(candidate.evaluation, total),
        worth=worth_of(candidate),
    )


# The price grid: items down, candidates across.

SEALED = "{}'s prices are sealed until two people open them."
TIERED = "It has tiers: change it in its form."
TONES = {"included": "in", "excluded": "na", "unsaid": "unsaid", "not_applicable": "na"}
WAY = "The cell does not say what to write. Load the page again."


@dataclass(frozen=True, slots=True)
class GridCell:
    """What stands in a cell: `text` as it is typed, `label` as it is read."""

    label: str = ""
    text: str = ""
    aside: str = ""
    tone: str = ""
    closed: str = ""
    links: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class GridRow:
    """A *group*'s heading, an *item*, a *part* of one, or a *sum*."""

    key: str
    name: str
    style: str
    cells: Sequence[GridCell] = ()
    kind: costs.CostKind | None = None
    row: costs.ScheduleRow | None = None

    @property
    def item(self) -> Item | None:
        if self.kind is None or self.row is None:
            return None
        part = self.row.part
        if part:
            name = f"{self.kind.name}, {part}"
        else:
            name = self.kind.name
        rise = self.kind.counts_as == costs.RISE
        return Item(self.key, name, part, self.row.due, self.row.unit, rise)

    @property
    def beside(self) -> tuple[str, str, str]:
        """Due, quantity and unit, as far as they say anything."""
        if self.row is None or self.kind is None:
            return "", "", ""
        if self.kind.counts_as == costs.RISE:
            return "% a year", "", ""
        if self.row.quantity == 1:
            many = ""
        else:
            many = money_written(self.row.quantity)
        return self.row.due, many, self.row.unit


def grid_rows(
    evaluation: Evaluation,
    columns: Sequence[CostColumn],
    *,
    sealed: bool,
    edits: bool = False,
) -> list[GridRow]:
    """The grid as one reader sees it: `sealed` without amounts, `edits` with links."""
    of_lines = [row.kind for column in columns for row in column.kinds if row.line]
    candidate_kinds = {column.candidate.kind for column in columns}
    quoted = sealed_quotes(evaluation)
    rows = []
    for group, heading in KindGroup.choices:
        kinds = dict.fromkeys((*kinds_of(evaluation), *of_lines))
        items = []
        for kind in kinds:
            if kind.group != group:
                continue
            if kind not in of_lines and not _is_needed(kind, candidate_kinds):
                continue
            for row in _rows_of(kind, columns):
                cells = [
                    _cell(column, kind, row, quoted, sealed=sealed, edits=edits)
                    for column in columns
                ]
                item = GridRow(
                    key=f"{kind.key}|{row.part}",
                    name=row.part or kind.title,
                    style="part" if row.part else "item",
                    cells=cells,
                    kind=kind,
                    row=row,
                )
                items.append(item)
        if items:
            rows += [GridRow(group, str(heading), "group"), *items]
    return [*rows, *_sums(evaluation, columns, sealed=sealed)]


def _is_needed(kind: costs.CostKind, candidate_kinds: Collection[str]) -> bool:
    return any(
        costs.kinds_for(candidate_kind, [kind]) for candidate_kind in candidate_kinds
    )


def _rows_of(
    kind: costs.CostKind, columns: Sequence[CostColumn]
) -> list[costs.ScheduleRow]:
    """The kind, the parts that are asked of all, and those that somebody added."""
    (whole,) = replace(kind, parts=()).rows
    parts = {row.part: row for row in (whole, *kind.rows)}
    for column in columns:
        for row in column.kinds:
            if row.line and row.kind == kind:
                label = row.line.label
                parts.setdefault(label, replace(whole, part=label))
    return list(parts.values())


def _cell(
    column: CostColumn,
    kind: costs.CostKind,
    row: costs.ScheduleRow,
    quoted: Mapping[uuid.UUID, Collection[tuple[str, str]]],
    *,
    sealed: bool,
    edits: bool,
) -> GridCell:
    candidate = column.candidate
    kind_row = column.row_of(kind.key, row.part)
    line = kind_row.line if kind_row else None
    links = _links(candidate, kind, row, line) if edits else ()
    if kind_row is None or line is None:
        label = ""
        tone = "na"
        if (kind.key, row.part) in quoted.get(candidate.pk, ()):
            label = "sealed"
        elif kind.not_applicable:
            label = "n/a"
        elif not costs.kinds_for(candidate.kind, [kind]):
            label = "not needed"
        return GridCell(label, tone=tone, links=links)
    if line.state != CostState.PRICED:
        label = WRITTEN[line.state]
        is_ruled = line.state == CostState.NOT_APPLICABLE
        if is_ruled and not sealed:
            reason = line.note
        else:
            reason = ""
        if reason:
            text = f"{label}: {reason}"
        else:
            text = label
        return GridCell(label, text, reason[:60], TONES[line.state], links=links)
    old = "older than 6 months" if kind_row.old else ""
    if sealed:
        return GridCell("priced", aside=old)
    return _priced(column, kind_row, line, row, old, links)


def _priced(
    column: CostColumn,
    kind_row: KindRow,
    line: CostLine,
    row: costs.ScheduleRow,
    old: str,
    links: Sequence[tuple[str, str]],
) -> GridCell:
    amounts = [getattr(line, name) or Decimal(0) for name in AMOUNTS]
    low, likely, high = amounts
    due = ""
    currency = ""
    many = ""
    if not kind_row.is_rise:
        base_currency = column.candidate.evaluation.currency
        if line.recurrence == row.due:
            due = ""
        else:
            due = line.recurrence
        if line.currency == base_currency:
            currency = ""
        else:
            currency = line.currency
        if line.quantity != row.quantity:
            many = f"× {money_written(line.quantity)} {line.unit}".strip()
    if low == high:
        span = ""
    else:
        span = f" ({money_written(low)}–{money_written(high)})"
    shown = f"{money_written(likely)}{span}"
    has_rate = kind_row.state == CostState.PRICED
    remarks = [due, currency if has_rate else f"{currency}: no rate", many, old]
    if line.tiers:
        if kind_row.row:
            total = kind_row.row.likely
        else:
            total = None
        if total is None:
            shown = ""
        else:
            shown = money_written(total)
        remarks.insert(0, "with tiers, over the horizon")
    return GridCell(
        shown,
        price_text(amounts, due=due, currency=currency),
        " · ".join(filter(None, remarks)),
        closed=TIERED if line.tiers else "",
        links=links,
    )


def _links(
    candidate: Candidate,
    kind: costs.CostKind,
    row: costs.ScheduleRow,
    line: CostLine | None,
) -> list[tuple[str, str]]:
    if kind.counts_as == costs.RISE and not row.part:
        links = [("All fields", address_of("set-renewal-rise", candidate))]
    elif line is None:
        query = urlencode({"kind": kind.key, "label": row.part})
        links = [("All fields", f"{address_of('set-cost-line', candidate)}?{query}")]
    else:
        links = [("All fields", address_of("change-cost-line", line))]
    if line is not None:
        about = key_of("cost_line", line.pk)
        links += [
            (discuss_words(line), discuss_address("cost_line", line.pk)),
            ("Files", f"{address_of('attach-files')}{about}/"),
            ("Remove", address_of("remove-cost-line", line)),
        ]
    return links


def _sums(
    evaluation: Evaluation, columns: Sequence[CostColumn], *, sealed: bool
) -> list[GridRow]:
    if sealed:
        points = {}
    else:
        points = points_of(list(columns))
    budget = evaluation.budget
    rows = dict[str, list[GridCell]]()
    whole = f"Total over {evaluation.horizon_months} months"
    if budget is not None:
        whole += f", budget {money_written(budget)}"
    for column in columns:
        total = column.total
        coverage = column.total.coverage
        if budget is None:
            over = ""
        else:
            over = money_written(total.likely - budget)
        is_over = budget is not None and total.likely > budget
        one_off = [row.likely or Decimal(0) for row in total.rows if row.once]
        yearly = [row.yearly[1] for row in total.rows if row.yearly]
        earned = points.get(column.candidate.pk, "")
        cells = {
            whole: GridCell(
                f"{money_written(total.likely)}{'' if total.complete else ' or more'}",
                aside=f"over by {over}" if is_over else "",
                tone="over" if is_over else "",
            ),
            "Paid once": GridCell(money_written(sum(one_off, Decimal(0)))),
            "A year": GridCell(money_written(sum(yearly, Decimal(0)))),
            "Price points": GridCell(
                "over budget" if earned is None else earned and f"{float(earned):.1f}"
            ),
        }
        known = GridCell(f"{coverage.known} of {coverage.total}")
        for name, cell in ({} if sealed else cells).items():
            rows.setdefault(name, []).append(cell if column.has_price else GridCell())
        rows.setdefault("Kinds known", []).append(known)
    return [GridRow(f"sum|{name}", name, "sum", cells) for name, cells in rows.items()]


def sealed_words(
    candidate: Candidate, quoted: Mapping[uuid.UUID, Collection[tuple[str, str]]]
) -> str:
    """What stands under the name of a candidate whose quote is sealed."""
    if candidate.pk not in quoted:
        return ""
    schedule = {(row.kind, row.part) for row in schedule_for(candidate)}
    number = len(schedule.intersection(quoted[candidate.pk]))
    return f"sealed, {number} of {len(schedule)} rows"


# By name, the width.
BESIDE = {"item": 22, "due": 7, "quantity": 6, "unit": 6}
FIXED = "Kinds of cost are changed on their own page."


@register_grid
class PricesGrid(CustomGrid[Evaluation]):
    """Items × candidates; what is typed and pasted is read by `vendors.costs.cells`."""

    name = "costs"
    title = "Costs"
    related = ("owner",)
    anchor = "price"
    noun = "price"

    def whole(self, subject: Evaluation, user: User) -> dict[str, Any]:
        closed = str(why_not(check_owned, subject, user) or "")
        if base.is_kept_out(user, subject):
            shown = []
        else:
            shown = list(running(subject))
        sealed = not may_see_prices(user, subject)
        quoted = sealed_quotes(subject)
        columns = cost_columns(subject, shown)
        rows = grid_rows(subject, columns, sealed=sealed, edits=not closed)
        fixed = [
            GridColumn(name, name.capitalize(), closed=FIXED, width=width)
            for name, width in BESIDE.items()
        ]
        prices = [
            {
                **GridColumn(str(candidate.pk), str(candidate), width=12).described(),
                "kind": "price",
                "aside": sealed_words(candidate, quoted),
                "closed": closed or SEALED.format(candidate),
                "open": not closed and candidate.pk not in quoted,
            }
            for candidate in shown
        ]
        return {
            "title": self.title,
            "noun": self.noun,
            "anchor": self.anchor,
            **dict.fromkeys(("first", "note"), ""),
            **dict.fromkeys(("carried", "acts"), ()),
            "moves": False,
            "prices": True,
            "columns": [*(column.described() for column in fixed), *prices],
            "rows": [self._described(row, shown) for row in rows],
        }

    def _described(self, row: GridRow, shown: Sequence[Candidate]) -> dict[str, Any]:
        cells = {
            str(candidate.pk): cell
            for candidate, cell in zip(shown, row.cells, strict=False)
        }
        values = dict(zip(BESIDE, (row.name, *row.beside), strict=True))
        return {
            "id": row.key,
            "name": row.name,
            "style": row.style,
            "fixed": "" if row.item else FIXED,
            "cells": values | {key: cell.text for key, cell in cells.items()},
            "labels": {key: cell.label for key, cell in cells.items()},
            "asides": {key: cell.aside for key, cell in cells.items() if cell.aside},
            "tones": {key: cell.tone for key, cell in cells.items() if cell.tone},
            "menus": {key: cell.links for key, cell in cells.items() if cell.links},
            "missing": {},
            "links": [],
        }

    def take(
        self, subject: Evaluation, body: dict[str, Any], user: User
    ) -> dict[str, Any]:
        check_owned(subject, user)
        if "undo" in body:
            put_price_cells_back(evaluation=subject, kept=_kept(subject, body), by=user)
            return {**self.whole(subject, user), "sentence": "Undone.", "undo": ""}
        columns = cost_columns(subject, running(subject))
        rows = {row.key: row for row in grid_rows(subject, columns, sealed=False)}
        block, at, answers = _sent(body)
        read = read_block(block, _price_grid(subject, columns, rows), at, answers)
        if read.questions:
            questions = [asdict(question) for question in read.questions]
            return {
                "sentence": "",
                "questions": questions,
                "status": HTTPStatus.CONFLICT,
            }
        if read.refused:
            status = HTTPStatus.BAD_REQUEST
            return {"sentence": read.refused, "others": read.others, "status": status}
        with transaction.atomic():
            made = {
                f":{name}": add_price_item(evaluation=subject, name=name, by=user).kind
                for name in read.new_kinds
            }
            by_key = {str(column.candidate.pk): column for column in columns}
            cells = {}
            for (key, candidate), cell in read.cells.items():
                column = by_key[candidate]
                kind, _, part = made.get(key, key).partition("|")
                place = (column.candidate.pk, kind, part)
                cells[place] = _values(cell, rows.get(key), column)
            kept = write_price_cells(evaluation=subject, cells=cells, by=user)
        if read.left_out:
            left = f" Left out: {listed(list(read.left_out))}."
        else:
            left = ""
        if len(cells) == 1:
            many = "Saved."
        else:
            many = f"{len(cells)} cells saved."
        signed = signing.dumps([str(subject.pk), kept], salt=SALT, compress=True)
        return {
            **self.whole(subject, user),
            "sentence": f"{many}{left}",
            "undo": signed if kept else "",
        }


SALT = "vendors.price_cells"
# Undo of a week ago would surprise whoever wrote since.
UNDO_SECONDS = 24 * 3600


def _kept(subject: Evaluation, body: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        owner, kept = signing.loads(body["undo"], salt=SALT, max_age=UNDO_SECONDS)
    except (signing.BadSignature, TypeError):
        owner = kept = None
    if owner != str(subject.pk):
        raise Invalid("You can't undo this any more.")
    return dict(kept)


def _sent(
    body: Mapping[str, Any],
) -> tuple[list[list[str]], tuple[str, str] | None, dict[str, str]]:
    """The block, where it begins, and answers, read strictly."""
    block = body.get("block")
    at = body.get("at")
    answers = body.get("answers", {})
    lists: list[Any] = [None]
    if isinstance(block, list) and block:
        lists = [*block, at or ["", ""]]
    is_whole = isinstance(answers, dict) and all(isinstance(row, list) for row in lists)
    if not is_whole or len(lists[-1]) != len(("row", "column")):
        raise Invalid(WAY)
    texts = [*(text for row in lists for text in row), *answers, *answers.values()]
    if not all(isinstance(text, str) and "\x00" not in text for text in texts):
        raise Invalid(WAY)
    refuse_too_many(len(lists), len(texts))
    return lists[:-1], tuple(at) if at else None, answers


def _price_grid(
    subject: Evaluation, columns: Sequence[CostColumn], rows: Mapping[str, GridRow]
) -> PriceGrid:
    quoted = sealed_quotes(subject)
    closed: dict[tuple[str, str] | str, str] = {
        str(key): SEALED.format(column.candidate)
        for column in columns
        if (key := column.candidate.pk) in quoted
    }
    for row in rows.values():
        for column, cell in zip(columns, row.cells, strict=False):
            if cell.closed:
                closed[row.key, str(column.candidate.pk)] = cell.closed
    return PriceGrid(
        [item for row in rows.values() if (item := row.item)],
        {str(column.candidate.pk): str(column.candidate) for column in columns},
        subject.currency,
        frozenset(rates_of(subject)),
        closed,
    )


def _values(
    cell: PriceCell, row: GridRow | None, column: CostColumn
) -> dict[str, Any] | None:
    if cell.removes:
        return None
    item = row.row if row else None
    base_currency = column.candidate.evaluation.currency
    if item:
        kind_row = column.row_of(item.kind, item.part)
    else:
        kind_row = None
    line = kind_row.line if kind_row else None
    values: dict[str, Any] = {"state": cell.state, **dict.fromkeys(AMOUNTS)}
    if line is None:
        values["currency"] = base_currency
    if line is None and item:
        start = {"quantity": item.quantity, "unit": item.unit}
        values |= {**start, "recurrence": item.due}
    if cell.state == CostState.PRICED:
        names = (*AMOUNTS, "currency")
        values |= {name: getattr(cell, name) for name in names}
        values["recurrence"] = cell.due
        if row and row.item and row.item.is_rise:
            values |= {"pricing": Pricing.PERCENT, "recurrence": Recurrence.YEARLY}
        if line and line.currency != cell.currency:
            values["rate"] = None
    if cell.note or (line and line.state == CostState.NOT_APPLICABLE):
        values["note"] = cell.note
    return values


@evaluation_page("costs", "Costs", order=100, group="Market")
def costs_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = base.open_answers(request, evaluation)
    columns = cost_columns(evaluation, running(evaluation))
    sealed = not may_see_prices(user, evaluation)
    quotes = quotes_seen(evaluation)
    quoted = sealed_quotes(evaluation)
    edits = why_not(check_owned, evaluation, user) is None
    return show(
        request,
        evaluation,
        "vendors/costs.html",
        owns=is_owner(user, evaluation),
        edits=edits,
        sealed=sealed,
        opening=opening_state(evaluation, user),
        nobody=nobody_opens(evaluation),
        columns=columns,
        grid=grid_rows(evaluation, columns, sealed=sealed, edits=edits),
        heads=[
            (column.candidate, sealed_words(column.candidate, quoted))
            for column in columns
        ],
        budgets=[] if sealed else by_points(columns),
        unpriced=[column.candidate for column in columns if not column.has_price],
        untouched=[column.candidate for column in columns if column.untouched],
        quotes=[
            (column.candidate, quotes[column.candidate.pk])
            for column in columns
            if column.candidate.pk in quotes
        ],
        today=today_in(evaluation.zone),
        rates=ExchangeRate.objects.filter(evaluation=evaluation),
        without_rate=without_rate(evaluation, columns),
        here=request.get_full_path(),
    )


def candidate_costs(request: HttpRequest, candidate_id: uuid.UUID) -> HttpResponse:
    check_query(request)
    user = base.reader(request)
    candidate = base.find_candidate(user, candidate_id)
    evaluation = candidate.evaluation
    base.open_answers(request, evaluation)
    (column,) = cost_columns(evaluation, [candidate])
    sealed = not may_see_prices(user, evaluation)
    terms = terms_of(evaluation)
    curves = () if sealed else costs.curves(column.total, column.lines, terms)
    return show(
        request,
        evaluation,
        "vendors/candidate_costs.html",
        title=f"Costs of {candidate}",
        tab="costs",
        crumbs=crumbs_to(evaluation, ("Costs", "costs"), (str(candidate), "")),
        owns=is_owner(user, evaluation),
        sealed=sealed,
        opening=opening_state(evaluation, user),
        nobody=nobody_opens(evaluation),
        one=column,
        curves=[(curve, draw(curve, evaluation.budget)) for curve in curves],
        payments=[] if sealed else payments_of(column),
    )


site.register_page(
    "candidates/<uuid:candidate_id>/costs/", candidate_costs, "candidate_costs"
)


@admin.register(CostLine, site=site)
class CostLineAdmin(base.AboutCandidates):
    empty_text = (
        "Enter costs on an evaluation's Costs page. They appear here once prices are "
        "open to you."
    )
    list_display = ("kind", "label", "candidate", "state", "currency", "quoted_on")
    list_select_related = ("candidate__evaluation",)
    ordering = ("candidate_id", "kind", "label")
    list_filter = (by("state"), by("candidate"))
    fields = ("candidate", "kind", "label", "state", "recurrence", "quoted_on")

    def page_of(self, row: CostLine) -> str:
        return reverse("admin:candidate_costs", args=[row.candidate_id])
