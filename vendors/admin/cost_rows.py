"""What the costs pages show; who may see amounts, their views ask."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, When

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import today_in
from vendors import costs
from vendors.choices import CandidateState
from vendors.models import Candidate, CostLine, ExchangeRate
from vendors.selectors import (
    cost_input,
    envelope_of,
    rates_of,
    terms_of,
    tiers_of,
    total_of,
    worth_of,
)


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of the checklist: its line with what it comes to, or nothing yet."""

    kind: costs.CostKind
    line: CostLine | None
    row: costs.CostRow | None
    old: bool = False

    @property
    def state(self) -> str:
        """What is known; blank if nobody asked yet."""
        return self.row.state if self.row else ""

    @property
    def is_rise(self) -> bool:
        """Whether it is a rise in per cent rather than a price."""
        return bool(self.line and self.line.pricing == costs.Pricing.PERCENT)

    @property
    def tiers(self) -> tuple[costs.Tier, ...]:
        """The line's tiers after the first."""
        return tiers_of(self.line.tiers) if self.line else ()


@dataclass(frozen=True, slots=True)
class CostColumn:
    candidate: Candidate
    lines: tuple[costs.Line, ...]
    total: costs.TotalCost
    kinds: list[KindRow]
    asks: tuple[costs.Ask, ...]
    limits: tuple[costs.Limit, ...]
    worth: costs.Worth

    @property
    def unasked(self) -> list[costs.CostKind]:
        """Kinds that nobody asked about."""
        return [kind.kind for kind in self.kinds if kind.row is None]

    @property
    def untouched(self) -> bool:
        """Whether nothing at all was written yet."""
        return not self.lines

    @property
    def has_price(self) -> bool:
        """Whether there is an amount at all; without one a total would be a lie."""
        return any(row.likely is not None for row in self.total.rows)


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind across the candidates."""

    label: str
    cells: list[list[KindRow]]


def running(evaluation: Evaluation) -> Any:
    """The candidates that are not eliminated, the closer choice first."""
    found: Any = Candidate.objects.filter(evaluation=evaluation)
    return found.exclude(state=CandidateState.ELIMINATED).order_by(
        Case(When(state=CandidateState.LONGLISTED, then=1), default=0), "name"
    )


def cost_columns(
    evaluation: Evaluation, candidates: Iterable[Candidate]
) -> list[CostColumn]:
    """The costs of some candidates of the evaluation, in two queries."""
    rates, today = rates_of(evaluation), today_in(evaluation.zone)
    shown = list(candidates)
    lines: dict[object, list[CostLine]] = {}
    for line in CostLine.objects.filter(candidate__in=shown):
        lines.setdefault(line.candidate_id, []).append(line)
    columns = []
    for candidate in shown:
        candidate.evaluation = evaluation
        given = lines.get(candidate.pk, [])
        for line in given:
            line.candidate = candidate
        columns.append(_column(candidate, given, rates, today))
    return columns


def compared(columns: list[CostColumn]) -> list[Compared]:
    """Kinds by candidates, in the order of the checklist."""
    return [
        Compared(
            kind.label[0].upper() + kind.label[1:],
            [[row for row in column.kinds if row.kind == kind] for column in columns],
        )
        for kind in costs.CostKind
        if any(row.kind == kind for column in columns for row in column.kinds)
    ]


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
    return sorted(rows, key=lambda row: 0 if row[1] else 1 if row[1] is None else 2)


def curves_of(column: CostColumn) -> tuple[costs.Curve, ...]:
    """The total by volume, for every tiered price."""
    terms = terms_of(column.candidate.evaluation)
    return costs.curves(column.total, column.lines, terms)


def without_rate(evaluation: Evaluation, columns: list[CostColumn]) -> list[str]:
    """Currencies in which a price waits for its rate."""
    found = {
        line.currency or ""
        for column in columns
        for line in column.lines
        if line.state == costs.LineState.PRICED
        and line.pricing != costs.Pricing.PERCENT
        and line.rate_to_base is None
        and line.currency != evaluation.currency
    }
    return sorted(found)


def payments_of(column: CostColumn) -> list[tuple[str, str, Decimal]]:
    """Share, when, and amount of each payment of what is paid once."""
    plan = column.candidate.payments
    if not plan:
        return []
    paid = (row.likely for row in column.total.rows if row.once)
    once = sum((amount for amount in paid if amount is not None), Decimal(0))
    parts = costs.split(once, [costs.read_decimal(row["share"]) for row in plan])
    return [
        (row["share"], row["when"], part) for row, part in zip(plan, parts, strict=True)
    ]


def _column(
    candidate: Candidate,
    given: list[CostLine],
    rates: Mapping[str, ExchangeRate],
    today: datetime.date,
) -> CostColumn:
    lines = tuple(cost_input(line, rates) for line in given)
    total = total_of(candidate, list(lines))
    paired: dict[str, list[KindRow]] = {}
    for line, row in zip(given, total.rows, strict=True):
        old = costs.is_old(line.quoted_on, today)
        paired.setdefault(line.kind, []).append(KindRow(row.kind, line, row, old))
    checklist = costs.CHECKLIST[candidate.kind]
    extra = [kind for kind in costs.CostKind if kind in paired]
    dated = zip(total.rows, (line.quoted_on for line in given), strict=True)
    return CostColumn(
        candidate=candidate,
        lines=lines,
        total=total,
        kinds=[
            row
            for kind in dict.fromkeys((*checklist, *extra))
            for row in paired.get(kind, [KindRow(kind, None, None)])
        ],
        asks=costs.asks(checklist, dated, today),
        limits=envelope_of(candidate.evaluation, total),
        worth=worth_of(candidate),
    )
