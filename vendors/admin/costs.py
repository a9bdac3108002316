"""What the costs pages show, and the opening of prices; views ask who may see them."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evaltracker.errors import Invalid, why_not
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import check_owned, is_owner
from evaltracker.evaluations.topics import key_of
from evaltracker.pages.acts import address_of
from evaltracker.pages.base import by, check_query
from evaltracker.pages.fields import NamedChoice
from evaltracker.pages.grid import Column, Grid, Saves, register_grid
from evaltracker.pages.site import site
from evaltracker.pages.workspace import (
    InEvaluation,
    OnEvaluation,
    crumbs_to,
    evaluation_page,
    show,
)
from evaltracker.talk.rules import discuss_address, discuss_words, with_counts
from evaltracker.toolbox.charts import Axis, Lane, Lanes, Span, both, scale, short
from evaltracker.toolbox.days import today_in
from evaltracker.toolbox.text import listed
from vendors import costs
from vendors.admin.base import (
    AboutCandidate,
    AboutCandidates,
    find_candidate,
    is_kept_out,
    open_answers,
    reader,
)
from vendors.admin.prices import CostForm, draw
from vendors.choices import CandidateState, CostState, Pricing
from vendors.models import Candidate, CostLine, ExchangeRate, PriceOpening
from vendors.policy import may_see_prices
from vendors.selectors.costs import (
    NOBODY,
    cost_input,
    envelope_of,
    kind_name,
    kinds_of,
    opening_state,
    quotes_seen,
    rates_of,
    second_people,
    terms_of,
    tiers_of,
    total_of,
    worth_of,
)
from vendors.services.costs import add_cost_line, change_cost_line
from vendors.services.quotes import (
    ask_to_open_prices,
    confirm_price_opening,
    let_owner_type_prices,
    withdraw_price_opening,
)


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of the checklist: its line with what it comes to, or nothing yet."""

    kind: costs.Kind
    line: CostLine | None
    row: costs.CostRow | None
    old: bool = False

    @property
    def state(self) -> str:
        return self.row.state if self.row else ""

    @property
    def is_rise(self) -> bool:
        return bool(self.line and self.line.pricing == costs.Pricing.PERCENT)

    @property
    def tiers(self) -> tuple[costs.Tier, ...]:
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
    def unasked(self) -> list[costs.Kind]:
        return [kind.kind for kind in self.kinds if kind.row is None]

    @property
    def untouched(self) -> bool:
        return not self.lines

    @property
    def has_price(self) -> bool:
        """Whether there is an amount at all; without one a total would be a lie."""
        return any(row.likely is not None for row in self.total.rows)


@dataclass(frozen=True, slots=True)
class Compared:
    label: str
    cells: list[list[KindRow]]


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
    rates, today = rates_of(evaluation), today_in(evaluation.zone)
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


def compared(columns: list[CostColumn]) -> list[Compared]:
    kinds = dict.fromkeys(row.kind for column in columns for row in column.kinds)
    return [
        Compared(
            kind.title,
            [[row for row in column.kinds if row.kind == kind] for column in columns],
        )
        for kind in kinds
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
    terms = terms_of(column.candidate.evaluation)
    return costs.curves(column.total, column.lines, terms)


def without_rate(evaluation: Evaluation, columns: list[CostColumn]) -> list[str]:
    currencies = {
        line.currency or ""
        for column in columns
        for line in column.lines
        if line.state == costs.LineState.PRICED
        and line.pricing != costs.Pricing.PERCENT
        and line.rate_to_base is None
        and line.currency != evaluation.currency
    }
    return sorted(currencies)


def payments_of(column: CostColumn) -> list[tuple[str, str, Decimal]]:
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
    kinds = kinds_of(candidate.evaluation)
    lines = tuple(cost_input(line, rates, kinds) for line in given)
    total = total_of(candidate, list(lines))
    paired: dict[str, list[KindRow]] = {}
    for line, row in zip(given, total.rows, strict=True):
        old = costs.is_old(line.quoted_on, today)
        paired.setdefault(line.kind, []).append(KindRow(row.kind, line, row, old))
    own = costs.kinds_for(candidate.kind, kinds)
    shown = dict.fromkeys(
        [
            *(kind for kind in own if kind.key in paired or not kind.not_applicable),
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


# More bars than these nobody compares by eye; the table has all.
DRAWN = 15
NOT_STATED = "not stated"
KEY = (
    ("bar", "up to the low estimate"),
    ("likely", "from low to likely"),
    ("high", "from likely to high"),
    ("unknown", "not stated: nobody knows how much"),
)
# Of the axis: what is not stated is seen behind the dearest, too.
ROOM = 1.1


@dataclass(frozen=True, slots=True)
class CostBars:
    charts: tuple[Lanes, ...]
    key: list[tuple[str, str]]
    left_out: str


def cost_bars(columns: Sequence[CostColumn], budget: Decimal | None) -> CostBars | None:
    """Bars from nothing to low, likely and high; None while no price is known."""
    priced = [column for column in columns if column.has_price]
    unpriced = [column for column in columns if not column.has_price]
    drawn = priced[:DRAWN]
    if not drawn:
        return None
    most = max(float(column.total.high) for column in drawn)
    step, end = scale(max(most, float(budget or 0)) * ROOM)
    ticks = [(step * number, short(step * number)) for number in range(9)]
    axis = Axis(
        end,
        ticks=tuple(tick for tick in ticks if tick[0] <= end),
        limit=None
        if budget is None
        else (float(budget), f"budget {short(float(budget))}"),
        heads=("likely",),
        rooms=(96,),
    )
    lanes = [_lane(column, end, budget) for column in drawn]
    sentences = [
        (f"Not drawn: {_names(priced[DRAWN:])}.", priced[DRAWN:]),
        (f"No price yet for {_names(unpriced)}.", unpriced),
    ]
    drawn_kinds = {span.kind for lane in lanes for span in lane.spans}
    return CostBars(
        both("Total cost: low, likely, high", lanes, axis),
        [pair for pair in KEY if pair[0] in drawn_kinds],
        " ".join(sentence for sentence, columns in sentences if columns),
    )


def _names(columns: Sequence[CostColumn]) -> str:
    return listed([str(column.candidate) for column in columns])


def _lane(column: CostColumn, end: float, budget: Decimal | None) -> Lane:
    name, total = str(column.candidate), column.total
    low, likely, high = (
        # Credits can bring a total below nothing, where no bar is drawn.
        max(float(amount), 0.0)
        for amount in (total.low, total.likely, total.high)
    )
    spans = [Span(0, low), Span(low, likely, "likely"), Span(likely, high, "high")]
    if not total.complete:
        spans.append(Span(high, end, "unknown"))
    coverage = total.coverage
    missing = coverage.total - coverage.known
    over = budget is not None and total.likely > budget
    notes = [
        "over the budget" if over else "",
        f"{missing} of {coverage.total} kinds {NOT_STATED}" if missing else "",
    ]
    return Lane(
        name,
        short(likely) if total.complete else f"{short(likely)} or more",
        spans=tuple(span for span in spans if span.end > span.start),
        note=" · ".join(filter(None, notes)),
        tone="over" if over else "",
    )


SAVES = Saves(change_cost_line, "line")


def beside_amount(line: CostLine) -> str:
    if line.pricing == Pricing.PERCENT:
        return "% a year"
    return "the first tier; more in the form" if line.tiers else ""


def missing_amount(line: CostLine) -> str:
    return "" if line.state == CostState.PRICED else line.get_state_display().lower()


@register_grid
class CostsGrid(Grid[Evaluation, CostLine]):
    name = "costs"
    title = "Costs"
    related = ("owner",)
    anchor = "cost"
    noun = "cost"
    first_column = "kind"
    carried = ("candidate",)

    def columns(self, subject: Evaluation, user: User) -> Sequence[Column]:
        closed = str(why_not(check_owned, subject, user) or "")
        kinds = kinds_of(subject)
        fields: Mapping[str, forms.Field] = CostForm(kinds=kinds).fields
        whose = NamedChoice(running(subject), attribute="name")

        def made(name: str, label: str, **more: Any) -> Column:
            return Column(name, label, fields[name], SAVES, closed=closed, **more)

        return (
            Column("candidate", "Candidate", whose, width=20),
            Column("kind", "Kind", fields["kind"], width=18),
            Column("label", "Part", fields["label"], width=10),
            made("state", "Known", width=11, for_many=True),
            made("likely", "Likely", missing=missing_amount, aside=beside_amount),
            made("low", "Low"),
            made("high", "High"),
            made("quantity", "Quantity"),
            made("unit", "Unit", for_many=True),
            made("recurrence", "Falls due", width=10, for_many=True),
            made("currency", "Currency", for_many=True),
            made("quoted_on", "Quoted on", width=10, for_many=True),
            made("source_text", "As it was written", width=20),
            made("note", "Note", width=20),
        )

    def rows(self, subject: Evaluation, user: User) -> QuerySet[CostLine]:
        if is_kept_out(user, subject):
            return CostLine.objects.none()
        rows: QuerySet[CostLine] = CostLine.objects.visible_to(user)
        return (
            with_counts(rows, "cost_line")
            .filter(candidate__evaluation=subject)
            .exclude(candidate__state=CandidateState.ELIMINATED)
            .select_related("candidate__evaluation__owner")
            .order_by("candidate__name", "kind", "label")
        )

    def name_of(self, row: CostLine) -> str:
        return f"{row.candidate}, {kind_name(row)}"

    def links(self, row: CostLine, user: User) -> Sequence[tuple[str, str]]:
        name = "change-cost-line"
        target: Any = row
        if row.pricing == Pricing.PERCENT:
            name, target = "set-renewal-rise", row.candidate
        links = [("All fields", address_of(name, target))]
        if is_owner(user, row.candidate.evaluation):
            links.append((discuss_words(row), discuss_address("cost_line", row.pk)))
            key = key_of("cost_line", row.pk)
            links.append(("Files", f"{address_of('attach-files')}{key}/"))
        return links

    def acts(self, subject: Evaluation, user: User) -> Sequence[str]:
        return ("remove-cost-line",) if self.may_add(subject, user) else ()

    def may_add(self, subject: Evaluation, user: User) -> bool:
        return why_not(check_owned, subject, user) is None

    def add(self, subject: Evaluation, values: Mapping[str, Any], by: User) -> CostLine:
        filled = {name: value for name, value in values.items() if value is not None}
        for name in ("candidate", "kind"):
            if not filled.get(name):
                raise Invalid(f"Choose a {name}.", errors={name: ["Choose one."]})
        return add_cost_line(by=by, **filled)

    def note(self, subject: Evaluation, user: User) -> str:
        if not self.may_add(subject, user):
            return ""
        open_kinds = [
            f"{column.candidate}: {', '.join(kind.name for kind in column.unasked)}"
            for column in cost_columns(subject, running(subject))
            if column.unasked
        ]
        return f"Not asked yet: {'; '.join(open_kinds)}." if open_kinds else ""


@evaluation_page("costs", "Costs", order=100, group="Market")
def costs_view(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    check_query(request)
    user = reader(request)
    open_answers(request, evaluation)
    columns = cost_columns(evaluation, running(evaluation))
    sealed = not may_see_prices(user, evaluation)
    quotes = quotes_seen(evaluation)
    return show(
        request,
        evaluation,
        "vendors/costs.html",
        title="Costs",
        tab="costs",
        owns=is_owner(user, evaluation),
        edits=why_not(check_owned, evaluation, user) is None,
        sealed=sealed,
        opening=opening_state(evaluation, user),
        nobody=NOBODY,
        columns=columns,
        compared=compared(columns),
        bars=None if sealed else cost_bars(columns, evaluation.budget),
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
    user = reader(request)
    candidate = find_candidate(user, candidate_id)
    evaluation = candidate.evaluation
    open_answers(request, evaluation)
    (column,) = cost_columns(evaluation, [candidate])
    sealed = not may_see_prices(user, evaluation)
    curves = () if sealed else curves_of(column)
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
        nobody=NOBODY,
        one=column,
        curves=[(curve, draw(curve, evaluation.budget)) for curve in curves],
        payments=[] if sealed else payments_of(column),
    )


site.register_page(
    "candidates/<uuid:candidate_id>/costs/", candidate_costs, "candidate_costs"
)


class AskToOpenPrices(OnEvaluation):
    title = "Ask to open the prices"
    verb = "Ask"
    help = (
        "A second person, from Leadership or Finance, has to confirm. Until then "
        "nobody sees more than now, and you can take the request back."
    )
    success = "Asked. Prices stay sealed until a second person confirms."
    tab = "costs"
    template = "vendors/act_opening.html"
    service = ask_to_open_prices

    def context(self, target: Evaluation, user: User) -> dict[str, Any]:
        people = second_people(target)
        return {**super().context(target, user), "people": people, "nobody": NOBODY}


class OnOpening(InEvaluation[PriceOpening]):
    tab = "costs"
    model = PriceOpening
    target_name = "opening"
    related = ("evaluation__owner", "asked_by")


class ConfirmPriceOpening(OnOpening, AboutCandidate[PriceOpening]):
    title = "Open the prices"
    verb = "Open the prices"
    help = (
        "Everybody with a part reads every price from this moment on; they cannot be "
        "sealed again. The journal keeps both names, both times and every price."
    )
    success = "Prices are open."
    template = "vendors/act_opening.html"
    dangerous = True
    service = confirm_price_opening

    def needs_proof(self, target: PriceOpening, user: User) -> bool:
        return True

    def context(self, target: PriceOpening, user: User) -> dict[str, Any]:
        lines = CostLine.objects.in_evaluation(target.evaluation).count()
        return {**super().context(target, user), "asked": target, "lines": lines}


class WithdrawPriceOpening(OnOpening):
    title = "Withdraw the request to open prices"
    verb = "Withdraw"
    help = "Prices stay sealed. You can ask again."
    success = "The request is withdrawn; prices stay sealed."
    service = withdraw_price_opening


class ReaderForm(forms.Form):
    owner_types_prices = forms.BooleanField(
        required=False,
        label="The procurement lead reads quotes at once",
        help_text=(
            "Not ticked: quotes are sealed from the procurement lead, too. Vendors are "
            "told which of the two holds, so it cannot change once one has quoted."
        ),
    )


class SetQuoteReader(OnEvaluation):
    title = "Who reads quotes"
    verb = "Save"
    help = "Prices that you enter yourself are yours to read either way."
    success = "It is set who reads quotes."
    tab = "costs"
    form_class = ReaderForm
    service = let_owner_type_prices
    current_fields = ("owner_types_prices",)


@admin.register(CostLine, site=site)
class CostLineAdmin(AboutCandidates):
    empty_text = (
        "Costs are written on the Costs page of an evaluation, and shown here once "
        "prices are open to you."
    )
    list_display = ("kind", "label", "candidate", "state", "currency", "quoted_on")
    list_select_related = ("candidate__evaluation",)
    ordering = ("candidate_id", "kind", "label")
    list_filter = (by("state"), by("candidate"))
    fields = ("candidate", "kind", "label", "state", "recurrence", "quoted_on")

    def page_of(self, row: CostLine) -> str:
        return reverse("admin:candidate_costs", args=[row.candidate_id])
