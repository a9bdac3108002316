"""Cost lines as the pure functions want them; callers ask the policy."""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Case, Value, When

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.toolbox.registry import read_once
from evaltracker.toolbox.text import listed
from stakeholders.models import Delegation, Role, Stakeholder, role_names
from stakeholders.policy import lendings_today, voices
from vendors import costs
from vendors.choices import PriceSource
from vendors.models import (
    Candidate,
    Conflict,
    CostLine,
    ExchangeRate,
    PriceItem,
    PriceOpening,
    Quote,
    QuoteReader,
)
from vendors.policy import may_see_prices

type Rates = Mapping[str, ExchangeRate]


def rates_of(evaluation: Evaluation) -> dict[str, ExchangeRate]:
    """The evaluation's rates by currency; those to a former currency do not count."""
    rows = ExchangeRate.objects.filter(evaluation=evaluation, base=evaluation.currency)
    return {row.currency: row for row in rows}


ITEM = ("name", "group", "due", "unit", "quantity", "counts_as", "rises", "help")


def kinds_of(evaluation: Evaluation) -> tuple[costs.CostKind, ...]:
    """The evaluation's kinds of cost with their parts, in order; read once for a
    request that only reads."""
    return read_once(("kinds of cost", evaluation.pk), lambda: _kinds_of(evaluation))


def items_of(evaluation: Evaluation) -> list[PriceItem]:
    """The rows in order; those of IT, not saved, while it has none of its own."""
    return list(PriceItem.objects.filter(evaluation=evaluation)) or [
        PriceItem(
            evaluation=evaluation,
            kind=kind.key,
            for_kinds=list(kind.for_kinds),
            position=at,
            **{name: getattr(kind, name) for name in ITEM},
        )
        for at, kind in enumerate(costs.IT, 1)
    ]


def _kinds_of(evaluation: Evaluation) -> tuple[costs.CostKind, ...]:
    rows = items_of(evaluation)
    return tuple(_kind_of(row, rows) for row in rows if not row.part)


def _kind_of(item: PriceItem, rows: Iterable[PriceItem]) -> costs.CostKind:
    """The kind of a row without a part, with those of its parts that apply."""
    parts = tuple(
        costs.CostPart(row.part, row.due, row.unit, row.quantity, row.help)
        for row in rows
        if row.part and not row.not_applicable and row.kind == item.kind
    )
    return costs.CostKind(
        key=item.kind,
        for_kinds=tuple(item.for_kinds),
        not_applicable=item.not_applicable,
        parts=parts,
        **{field: getattr(item, field) for field in ITEM},
    )


def kinds_for(candidate: Candidate) -> tuple[costs.CostKind, ...]:
    """Those that it is asked for: kinds and parts that the owner ruled not applicable
    are left out, of which a vendor's process knows nothing."""
    kinds = costs.kinds_for(candidate.kind, kinds_of(candidate.evaluation))
    return tuple(kind for kind in kinds if not kind.not_applicable)


def schedule_for(candidate: Candidate) -> list[costs.ScheduleRow]:
    return [row for kind in kinds_for(candidate) for row in kind.rows]


def said_of(line: CostLine) -> costs.LineStatement:
    return costs.LineStatement(line.kind, line.label, costs.LineState(line.state))


def asked_of(
    candidate: Candidate, lines: Iterable[CostLine]
) -> tuple[costs.KindCoverage, ...]:
    """What is asked of a candidate with these lines; rates are not looked at."""
    kinds = kinds_of(candidate.evaluation)
    return costs.asked_kinds(kinds, candidate.kind, map(said_of, lines))


def offered_of(candidate: Candidate) -> Iterator[dict[str, Any]]:
    """Line by line what it offers at which price, and what nothing was said about."""
    kinds = kinds_of(candidate.evaluation)
    lines = list(CostLine.objects.filter(candidate=candidate))
    for coverage in asked_of(candidate, lines):
        offered = [
            line
            for line in lines
            if line.kind == coverage.kind.key
            and line.state != costs.LineState.NOT_APPLICABLE
        ]
        for line in offered:
            row = cost_input(line, {}, kinds)
            is_priced = line.state == "priced"
            yield {
                "label": row.name,
                "state": "not_offered" if line.state == "excluded" else line.state,
                "words": costs.offer_words(row) if is_priced else "",
                "by_vendor": line.said_by == PriceSource.VENDOR,
            }
        for part in coverage.missing or ("",) * (not offered):
            if part:
                label = f"{coverage.kind.name} ({part})"
            else:
                label = coverage.kind.name
            yield {"label": label, "state": "unsaid"}


def kind_name(line: CostLine) -> str:
    return costs.kind_named(line.kind, kinds_of(line.candidate.evaluation)).name


def cost_input(
    line: CostLine, rates: Rates, kinds: Sequence[costs.CostKind]
) -> costs.CostLineFacts:
    """One line without its row; its own rate goes before the evaluation's."""
    rate = line.rate
    if line.rate:
        source = "the price's own rate"
    else:
        source = ""
    if rate is None and (shared := rates.get(line.currency)):
        rate = shared.rate
        source = costs.rate_words(shared.rated_on, shared.source)
    return costs.CostLineFacts(
        kind=costs.kind_named(line.kind, kinds),
        state=costs.LineState(line.state),
        low=line.low,
        likely=line.likely,
        high=line.high,
        currency=line.currency,
        recurrence=Recurrence(line.recurrence),
        quantity=line.quantity,
        rate_to_base=rate,
        note=line.note,
        label=line.label,
        unit=line.unit,
        pricing=Pricing(line.pricing),
        tiers=tiers_of(line.tiers),
        rate_source=source,
    )


def tiers_of(kept: Sequence[Mapping[str, str]]) -> tuple[costs.Tier, ...]:
    return tuple(
        costs.Tier(
            *(Decimal(pair[name]) for name in ("above", "low", "likely", "high"))
        )
        for pair in kept
    )


def candidate_cost(candidate: Candidate) -> costs.TotalCost:
    rates = rates_of(candidate.evaluation)
    lines = CostLine.objects.filter(candidate=candidate)
    kinds = kinds_of(candidate.evaluation)
    return total_of(candidate, [cost_input(line, rates, kinds) for line in lines])


def total_of(candidate: Candidate, lines: list[costs.CostLineFacts]) -> costs.TotalCost:
    evaluation = candidate.evaluation
    return costs.total_cost(
        lines,
        kinds=kinds_of(evaluation),
        candidate_kind=candidate.kind,
        currency=evaluation.currency,
        horizon_months=evaluation.horizon_months,
        planning_factor=evaluation.planning_factor,
        discount_rate=evaluation.discount_rate,
    )


def terms_of(evaluation: Evaluation) -> costs.Terms:
    return costs.read_terms(
        evaluation.horizon_months,
        evaluation.planning_factor,
        evaluation.discount_rate,
        evaluation.currency,
    )


def envelope_of(
    evaluation: Evaluation, total: costs.TotalCost
) -> tuple[costs.Limit, ...]:
    return costs.envelope(
        total,
        whole=evaluation.budget,
        once=evaluation.budget_once,
        yearly=evaluation.budget_yearly,
    )


def worth_of(candidate: Candidate) -> costs.Worth:
    evaluation = candidate.evaluation
    return costs.worth(
        hours_saved=candidate.hours_saved,
        months_to_live=candidate.months_to_live,
        engineers=evaluation.engineers,
        hourly_rate=evaluation.loaded_hourly_rate,
        working_days=evaluation.working_days,
        horizon_months=evaluation.horizon_months,
        builders=candidate.builders,
        builder_earnings=evaluation.builder_earnings,
        people="people" if evaluation.words else "engineers",
    )


# Who answers for the money.
OPENING_ROLES = (Role.LEADERSHIP, Role.FINANCE)


def opening_names(evaluation: Evaluation, last: str = "or") -> str:
    names = role_names(evaluation)
    return listed([names[role] for role in OPENING_ROLES], last)


def nobody_opens(evaluation: Evaluation) -> str:
    return (
        "Nobody may confirm it. Add a stakeholder with the role "
        f"{opening_names(evaluation)} who has no declared interest in a candidate."
    )


@dataclass(frozen=True, slots=True)
class Seat:
    user: User
    part: Stakeholder
    lending: Delegation | None


@dataclass(frozen=True, slots=True)
class OpeningState:
    """How far the opening of an evaluation's prices is, as one reader sees it.

    `asked` is the request that stands, if any; `awaited` is who may confirm it, or
    could if it were asked for; `mine` says whether the reader is one of them.
    """

    asked: PriceOpening | None
    awaited: list[User]
    mine: bool

    @property
    def names(self) -> str:
        return " or ".join(person.name for person in self.awaited)


def opening_of(evaluation: Evaluation) -> PriceOpening | None:
    rows = PriceOpening.objects.standing().filter(evaluation=evaluation)
    opening: PriceOpening | None = rows.select_related(
        "evaluation", "asked_by", "confirmed_by", "on_behalf_of"
    ).first()
    return opening


def opening_state(evaluation: Evaluation, user: User) -> OpeningState:
    if evaluation.stage != Stage.DECISION and evaluation.prices_opened_at is None:
        return OpeningState(None, [], mine=False)
    opening = opening_of(evaluation)
    if evaluation.prices_opened_at is not None:
        return OpeningState(opening, [], mine=False)
    people = second_people(evaluation, opening)
    return OpeningState(opening, people, mine=opening is not None and user in people)


def second_people(
    evaluation: Evaluation, opening: PriceOpening | None = None
) -> list[User]:
    people = {second_seat.user for second_seat in second_seats(evaluation, opening)}
    return sorted(people, key=lambda person: (person.name, person.pk))


def second_seats(
    evaluation: Evaluation, opening: PriceOpening | None = None
) -> list[Seat]:
    """Every seat from which the opening can be confirmed, own ones first.

    Never the owner's or that of who asked, in person or lent, and of nobody who has a
    declared interest in a candidate.
    """
    held = voices().filter(
        evaluation=evaluation, role__in=OPENING_ROLES, user__is_active=True
    )
    # Those who stand in for one of them today; one step only.
    lent = lendings_today(evaluation).filter(
        stakeholder__role__in=OPENING_ROLES, substitute__is_active=True
    )
    seats = [
        *(Seat(part.user, part, None) for part in held.select_related("user")),
        *(Seat(lending.substitute, lending.stakeholder, lending) for lending in lent),
    ]
    never = {evaluation.owner_id, opening.asked_by_id if opening else None}
    never |= interested([evaluation.pk])[evaluation.pk]
    return [seat for seat in seats if not never & {seat.user.pk, seat.part.user_id}]


def interested(ids: Collection[UUID]) -> dict[UUID, set[int]]:
    rows = Conflict.objects.barring().filter(candidate__evaluation__in=ids)
    by_evaluation: dict[UUID, set[int]] = {key: set() for key in ids}
    for evaluation, person in rows.values_list("candidate__evaluation", "person"):
        by_evaluation[evaluation].add(person)
    return by_evaluation


@dataclass(frozen=True, slots=True)
class QuoteSeen:
    """All that is known of a sealed quote: when it was handed in or withdrawn, and
    until when it holds."""

    revision: int
    handed_in_at: datetime.datetime
    valid_until: datetime.date
    is_withdrawn: bool = False


def own_quotes(candidate: Candidate, reader: str) -> list[Quote]:
    """Every revision that the vendor of `candidate` handed in, the last one first.

    Those that nobody named `reader` for (`reader_of`) are withheld: they have no lines
    and no currency.
    """
    named = QuoteReader.objects.filter(candidate=candidate, email=reader)
    if reader:
        readable = set(named.values_list("quote", flat=True))
    else:
        readable = set()
    quotes = list(Quote.objects.filter(candidate=candidate).order_by("-revision"))
    for quote in quotes:
        if not quote.is_withdrawn and quote.pk not in readable:
            quote.lines = None
            quote.currency = ""
    return quotes


def standing_quote(candidate: Candidate, reader: str) -> Quote | None:
    """What the vendor asks now, which may be withheld; None also once it has withdrawn
    its prices."""
    last = next(iter(own_quotes(candidate, reader)), None)
    if last is None or last.is_withdrawn:
        return None
    return last


# Of a row of quotes; what a reader may not see of it is no withdrawal.
IS_WITHDRAWN = Case(When(lines=[], then=Value(True)), default=Value(False))


def quotes_seen(evaluation: Evaluation) -> dict[UUID, QuoteSeen]:
    """What is known of the quotes of an evaluation, by candidate; reads no price. It is
    read once for a request that only reads."""
    rows = Quote.objects.in_evaluation(evaluation).order_by("revision")
    quotes = rows.values_list(
        *("candidate", "revision", "handed_in_at", "valid_until"), IS_WITHDRAWN
    )
    return read_once(
        ("quotes seen", evaluation.pk),
        lambda: {row[0]: QuoteSeen(*row[1:]) for row in quotes},
    )


def sealed_quotes(evaluation: Evaluation) -> dict[UUID, set[tuple[str, str]]]:
    """By candidate, kind and part of what a sealed quote prices; reads no amount."""
    if evaluation.prices_opened_at or evaluation.owner_types_prices:
        return {}
    seen = quotes_seen(evaluation)
    sealed = {key for key in seen if not seen[key].is_withdrawn}
    if not sealed:
        return {}
    rows = Quote.objects.filter(candidate__in=sealed).order_by("revision")
    return {
        candidate: {(line["kind"], line["label"]) for line in lines}
        for candidate, lines in rows.values_list("candidate", "lines")
    }


def may_see_quotes(user: User, evaluation: Evaluation) -> bool:
    """Whether what vendors quoted is open to `user`: as prices are, but to the owner
    only once they are opened, unless the owner enters prices here."""
    opened = evaluation.prices_opened_at is not None or evaluation.owner_types_prices
    return opened and may_see_prices(user, evaluation)


def is_sealed(evaluation: Evaluation, now: datetime.datetime) -> bool:
    """Whether nobody of the house would read a quote that is handed in now.

    That prices are open is told only while quotes are taken again after it.
    """
    if evaluation.owner_types_prices:
        return False
    opened = evaluation.prices_opened_at is not None
    return not (opened and evaluation.claims_are_open(now))


def not_quoted(candidate: Candidate, quote: Quote | None) -> list[str]:
    """Keys of kinds that are asked and that it says nothing, or not all, of."""
    lines = (quote.lines or ()) if quote else ()
    statements = (
        costs.LineStatement(line["kind"], line["label"], costs.LineState.PRICED)
        for line in lines
    )
    kinds = kinds_of(candidate.evaluation)
    coverages = costs.asked_kinds(kinds, candidate.kind, statements)
    return [coverage.kind.key for coverage in coverages if not coverage.known]


def is_quoted(evaluation: Evaluation) -> bool:
    """Whether any vendor has handed in prices, also if it withdrew them: what was
    said under seal stays sealed."""
    return bool(quotes_seen(evaluation))
