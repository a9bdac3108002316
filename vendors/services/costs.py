"""Writing down what candidates cost; prices stay sealed until they are opened."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.journal import By
from evaltracker.evaluations.models import Evaluation
from evaltracker.evaluations.policy import change, checked, require_open, require_owner
from evaltracker.talk.services import remove_files_of
from evaltracker.toolbox.text import Inputs
from vendors import costs
from vendors.choices import CostState, PriceSource, Pricing, Recurrence
from vendors.costs import CHECKLIST, CODES, CostKind, Tier
from vendors.costs.lines import contradiction, mixed_credit, no_percentage, stored_tier
from vendors.models import Candidate, CostLine
from vendors.selectors import tiers_of
from vendors.services.candidates import lock_candidate

# What everybody may read of a line, and what only open prices show.
OPEN_FIELDS = (
    *("kind", "label", "state", "unit", "recurrence", "currency", "quoted_on"),
    "said_by",
)
PRICE_FIELDS = (
    *OPEN_FIELDS,
    "low",
    "likely",
    "high",
    "quantity",
    "pricing",
    "tiers",
    "rate",
    "source_text",
    "source_url",
    "note",
)
# What makes a price that somebody said another one.
SAID = (
    *("state", "low", "likely", "high", "quantity", "unit", "pricing", "tiers"),
    *("recurrence", "currency"),
)


@transaction.atomic
def set_cost_line(
    *,
    candidate: Candidate,
    kind: str,
    by: By,
    label: str = "",
    state: str = CostState.PRICED,
    low: Decimal | None = None,
    likely: Decimal | None = None,
    high: Decimal | None = None,
    quantity: Decimal | int = 1,
    unit: str = "",
    pricing: str = "",
    tiers: Sequence[Tier] = (),
    recurrence: str = Recurrence.ONCE,
    currency: str = "",
    rate: Decimal | None = None,
    source_text: str = "",
    source_url: str = "",
    quoted_on: datetime.date | None = None,
    note: str = "",
) -> CostLine:
    """Write what one kind of cost comes to; the same kind and label is replaced.

    `likely` alone stands for all three amounts. Blank `pricing` is by the unit;
    `tiers` are those after the first, which the amounts themselves are. While prices
    are sealed the journal tells that the line changed, not its amounts.

    Raises:
        Forbidden: not the owner. Refused: it has ended. Invalid: by field.

    """
    candidate = lock_candidate(candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    pricing = pricing or Pricing.PER_UNIT
    inputs = Inputs()
    values: dict[str, Any] = {
        "state": state,
        "low": likely if low is None else low,
        "likely": likely,
        "high": likely if high is None else high,
        "quantity": quantity,
        "unit": inputs.line("unit", unit, limit=60, blank=True),
        "pricing": pricing,
        "tiers": [stored_tier(tier) for tier in tiers],
        "recurrence": recurrence,
        "currency": currency or candidate.evaluation.currency,
        "rate": rate,
        "source_text": inputs.line("source_text", source_text, limit=300, blank=True),
        "source_url": inputs.link("source_url", source_url),
        "quoted_on": quoted_on,
        "note": inputs.text("note", note, blank=True),
    }
    label = inputs.line("label", label, blank=True)
    check_price(inputs, kind, label, values)
    check_tiers(inputs, values["state"], pricing, tiers)
    inputs.check()
    line, before, after = _write(candidate, kind, label, values)
    _record(candidate, line, "cost.set", by, before, after)
    return line


@transaction.atomic
def mark_rest_unsaid(*, candidate: Candidate, by: By) -> list[CostLine]:
    """Note as unsaid every kind of the checklist that has no line yet.

    It says that somebody asked and got no price, which is not a price of zero.

    Returns:
        The lines that were added.

    """
    there = set(CostLine.objects.filter(candidate=candidate).values_list("kind"))
    return [
        set_cost_line(candidate=candidate, kind=kind, state=CostState.UNSAID, by=by)
        for kind in CHECKLIST[candidate.kind]
        if (kind,) not in there
    ]


@transaction.atomic
def remove_cost_line(*, line: CostLine, by: By) -> None:
    """Take a line out; the journal keeps what it said."""
    candidate = lock_candidate(line.candidate)
    require_owner(by, candidate.evaluation)
    require_open(candidate.evaluation)
    before = journal.snapshot(line, PRICE_FIELDS)
    remove_files_of(
        topic="cost_line",
        subjects=[line.pk],
        evaluation=candidate.evaluation,
        by=by,
    )
    _record(candidate, line, "cost.removed", by, before, {}, removed=True)
    line.delete()


def check_price(inputs: Inputs, kind: str, label: str, values: dict[str, Any]) -> None:
    """Note what contradicts itself in a line, with its field."""
    if kind not in set(CostKind):
        inputs.refuse("kind", f"“{kind}” is not on the checklist of costs.")
    if values["currency"] not in CODES:
        inputs.refuse("currency", "Write the currency as its code, such as USD.")
    amounts = [values["low"], values["likely"], values["high"]]
    if values["state"] != CostState.PRICED:
        if any(amount is not None for amount in amounts):
            inputs.refuse("likely", "Only a priced line carries an amount.")
    elif values["likely"] is None:
        inputs.refuse("likely", "A priced line needs its likely amount.")
    elif sorted(amounts) != amounts:
        inputs.refuse("low", "Low, likely and high must be in that order.")
    elif mixed := mixed_credit(amounts):
        inputs.refuse("low", mixed[0].upper() + mixed[1:])
    elif amounts[0] < 0 and values["tiers"]:
        inputs.refuse("tiers", "A credit has no tiers.")
    elif values["pricing"] == Pricing.PERCENT:
        problem = no_percentage(kind, label, amounts)
        if problem:
            inputs.refuse("likely", problem[0].upper() + problem[1:])


def check_tiers(
    inputs: Inputs, state: str, pricing: str, tiers: Sequence[Tier]
) -> None:
    """Note tiers that make no sense; an unknown way of pricing the model refuses."""
    if state != CostState.PRICED:
        problem = "Only a priced line has tiers." if tiers else None
    elif pricing in set(costs.Pricing):
        problem = contradiction(costs.Pricing(pricing), tiers)
    else:
        problem = None
    if problem:
        inputs.refuse("tiers", problem[0].upper() + problem[1:])


def _write(
    candidate: Candidate, kind: str, label: str, values: dict[str, Any]
) -> tuple[CostLine, dict[str, Any], dict[str, Any]]:
    """Add or replace the line; it, and what of it changed. The owner says a price that
    differs; notes and rates beside it are not the price."""
    line = CostLine.objects.filter(candidate=candidate, kind=kind, label=label).first()
    if line is None:
        values["said_by"] = PriceSource.OWNER
        line = CostLine(candidate=candidate, kind=kind, label=label, **values)
        checked(line)
        line.save()
        return line, {}, journal.snapshot(line, PRICE_FIELDS)
    if any(getattr(line, name) != values[name] for name in SAID):
        values["said_by"] = PriceSource.OWNER
    return line, *change(line, **values)


def _record(
    candidate: Candidate,
    line: CostLine,
    action: str,
    by: By,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    removed: bool = False,
) -> None:
    """Journal a line; amounts only once everybody may see them."""
    if not before and not after:
        return
    named: dict[str, Any] = {"candidate": candidate.name, "kind": line.kind}
    if candidate.evaluation.prices_opened_at is None:
        before = {key: before[key] for key in before if key in OPEN_FIELDS}
        after = {key: after[key] for key in after if key in OPEN_FIELDS}
        named["amounts"] = "sealed"
    journal.record(
        evaluation=candidate.evaluation,
        action=action,
        subject=line,
        by=by,
        before=before,
        after={**named, "label": line.label, **after},
        rows=[] if removed else [line],
        removed=[line] if removed else [],
    )


# Cost lines as an import and its undoing compare, write and name them.

KIND = "costs"
WRITTEN = (
    *("state", "low", "likely", "high", "quantity", "unit", "recurrence"),
    *("currency", "rate", "source_text", "source_url", "quoted_on", "note"),
    *("pricing", "tiers"),
)
# All that an import or a quote writes of a line; imports compare the above.
SAVED = (*WRITTEN, "said_by")
MONEY = ("low", "likely", "high", "quantity", "rate")


def fill(row: CostLine, values: Mapping[str, Any]) -> CostLine:
    """A line with `values`, checked as one that is typed."""
    for field, value in values.items():
        setattr(row, field, value)
    if row.state != CostState.PRICED:
        row.tiers = []
    inputs = Inputs()
    stands = {field: getattr(row, field) for field in WRITTEN}
    check_price(inputs, row.kind, row.label, stands)
    check_tiers(inputs, row.state, row.pricing, tiers_of(row.tiers))
    inputs.check()
    try:
        row.clean_fields(exclude={"candidate"})
    except ValidationError as error:
        field, sentences = next(iter(error.message_dict.items()))
        raise Invalid(f"{row.kind} {row.label}: {field}: {sentences[0]}") from error
    return row


def open_part(evaluation: Evaluation, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a line everybody may read now."""
    if evaluation.prices_opened_at is not None:
        return dict(values)
    return {key: value for key, value in values.items() if key in OPEN_FIELDS}


def state_of(row: CostLine) -> dict[str, Any]:
    """A line as it can be compared later: 5 and 5.00 are one amount."""
    kept = journal.snapshot(row, WRITTEN)
    for field in MONEY:
        if kept[field] is not None:
            kept[field] = str(Decimal(kept[field]).normalize())
    return kept


def read_kept(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A line's values out of JSON."""
    values = dict(kept)
    for field in MONEY:
        if values[field] is not None:
            values[field] = Decimal(values[field])
    if values["quoted_on"]:
        values["quoted_on"] = datetime.date.fromisoformat(values["quoted_on"])
    return values


def locked(evaluation: Evaluation) -> dict[str, Candidate]:
    """The candidates by name, locked: whoever writes a cost locks its candidate."""
    rows = Candidate.objects.select_for_update(of=("self",), no_key=True).filter(
        evaluation=evaluation
    )
    return {row.name: row for row in rows}


def lines_of(evaluation: Evaluation) -> Iterable[CostLine]:
    """The lines that stand."""
    rows: Iterable[CostLine] = CostLine.objects.in_evaluation(
        evaluation
    ).select_related("candidate")
    return rows


def key_of(row: CostLine) -> tuple[str, ...]:
    """What tells one line from another."""
    return row.candidate.name, row.kind, row.label


def name_of(row: CostLine) -> str:
    """How people call a line."""
    return " / ".join(part for part in key_of(row) if part)
