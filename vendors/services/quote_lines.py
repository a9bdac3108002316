"""One line of a vendor's quote: how it is checked, kept and read back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from evaltracker.kit.text import Inputs
from evaltracker.measures import written
from vendors.choices import AS_COST, Pricing, QuoteState, Recurrence
from vendors.costs import CHECKLIST, CostKind, Tier
from vendors.costs.tiers import stored_tier
from vendors.models import Candidate, CostLine
from vendors.selectors import tiers_of
from vendors.services.costs import check_price, check_tiers

MOST_LINES = 100
AMOUNTS = ("low", "likely", "high")
BELOW_ZERO = (
    "A price is 0 or more, so that no total is below 0; take a discount off the price "
    "itself."
)
NOT_ASKED = "It is not on the checklist of this invitation: {}."
TWICE = "There is another line for it; name the part that each is for in label."


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLine:
    """What one kind of cost, or a part of it, is offered for; low and high that are
    left out are the likely price."""

    kind: str
    state: str = QuoteState.PRICED
    label: str = ""
    low: Decimal | None = None
    likely: Decimal | None = None
    high: Decimal | None = None
    quantity: Decimal = Decimal(1)
    unit: str = ""
    pricing: str = Pricing.PER_UNIT
    tiers: tuple[Tier, ...] = ()
    recurrence: str = Recurrence.ONCE
    note: str = ""

    @property
    def is_priced(self) -> bool:
        """Whether it carries amounts."""
        return self.state == QuoteState.PRICED

    @property
    def name(self) -> str:
        """The kind, and which part of it."""
        kind = CostKind(self.kind).label
        return f"{kind} ({self.label})" if self.label else kind


FIELDS = tuple(field.name for field in fields(QuotedLine))
# Kept as plain text, whatever list of choices they are of.
CHOSEN = ("kind", "state", "pricing", "recurrence")


def kept_line(line: QuotedLine) -> dict[str, Any]:
    """A line as a quote keeps it: plain text for every number."""
    kept: dict[str, Any] = {name: getattr(line, name) for name in FIELDS}
    for name in AMOUNTS:
        kept[name] = None if kept[name] is None else written(kept[name])
    kept["quantity"] = written(line.quantity)
    kept["tiers"] = [stored_tier(tier) for tier in line.tiers]
    return kept | {name: str(kept[name]) for name in CHOSEN}


def read_line(kept: Mapping[str, Any]) -> QuotedLine:
    """A line out of what a quote keeps."""
    values = dict(kept)
    for name in AMOUNTS:
        values[name] = None if kept[name] is None else Decimal(kept[name])
    values["quantity"] = Decimal(kept["quantity"])
    values["tiers"] = tiers_of(kept["tiers"])
    return QuotedLine(**values)


def read_lines(kept: Iterable[Mapping[str, Any]]) -> list[QuotedLine]:
    """Every line of a quote."""
    return [read_line(line) for line in kept]


def checked_lines(
    candidate: Candidate, lines: Sequence[QuotedLine], currency: str
) -> list[QuotedLine]:
    """The lines as they are kept, in the order of the checklist.

    Raises:
        Invalid: by “lines.<index>.<field>”, everything that is wrong.

    """
    inputs = Inputs()
    if not 1 <= len(lines) <= MOST_LINES:
        inputs.refuse("lines", f"A quote has 1 to {MOST_LINES} lines.")
        inputs.check()
    found, seen = [], set()
    for index, line in enumerate(lines):
        of_line = Inputs()
        read = _checked(of_line, candidate, line, currency)
        if (read.kind, read.label) in seen:
            of_line.refuse("label", TWICE)
        seen.add((read.kind, read.label))
        found.append(read)
        for field, sentences in of_line.errors.items():
            for sentence in sentences:
                inputs.refuse(f"lines.{index}.{field}", sentence)
    inputs.check()
    order = list(CHECKLIST[candidate.kind])
    return sorted(found, key=lambda it: (order.index(CostKind(it.kind)), it.label))


def _checked(
    inputs: Inputs, candidate: Candidate, line: QuotedLine, currency: str
) -> QuotedLine:
    """One line with its texts read, low and high filled in; notes what is wrong."""
    line = replace(
        line,
        label=inputs.line("label", line.label, blank=True),
        unit=inputs.line("unit", line.unit, limit=60, blank=True),
        note=inputs.text("note", line.note, limit=500, blank=True),
        low=line.likely if line.low is None else line.low,
        high=line.likely if line.high is None else line.high,
    )
    if line.state not in set(QuoteState):
        inputs.refuse("state", f"It must be one of: {', '.join(QuoteState)}.")
        return line
    if line.kind not in set(CHECKLIST[candidate.kind]):
        kinds = ", ".join(CHECKLIST[candidate.kind])
        inputs.refuse("kind", NOT_ASKED.format(kinds))
        return line
    if _below_zero(inputs, line):
        return line
    values = cost_values(line, currency)
    check_price(inputs, line.kind, line.label, values)
    check_tiers(inputs, values["state"], line.pricing, line.tiers)
    if not inputs.errors:
        _check_columns(inputs, line, values)
    return line


def _below_zero(inputs: Inputs, line: QuotedLine) -> bool:
    """Note every number of a line that is below 0."""
    tiers = [amount for tier in line.tiers for amount in tier.amounts]
    for name in ("likely", "low", "high"):
        amount = getattr(line, name)
        is_own = name == "likely" or amount != line.likely
        if amount is not None and amount < 0 and is_own:
            inputs.refuse(name, BELOW_ZERO)
    if any(amount < 0 for amount in tiers):
        inputs.refuse("tiers", BELOW_ZERO)
    if line.quantity < 0:
        inputs.refuse("quantity", "A quantity is 0 or more.")
    return bool(inputs.errors)


def _check_columns(inputs: Inputs, line: QuotedLine, values: dict[str, Any]) -> None:
    """Note what a cost line would not take."""
    row = CostLine(kind=line.kind, label=line.label, **values)
    try:
        row.clean_fields(exclude={"candidate"})
    except ValidationError as error:
        for field, sentences in error.message_dict.items():
            for sentence in sentences:
                inputs.refuse(field, sentence)


def cost_values(line: QuotedLine, currency: str) -> dict[str, Any]:
    """A line in the columns of a cost line."""
    return {
        "state": AS_COST[QuoteState(line.state)],
        **{name: getattr(line, name) for name in AMOUNTS},
        "quantity": line.quantity,
        "unit": line.unit,
        "pricing": line.pricing,
        "tiers": [stored_tier(tier) for tier in line.tiers],
        "recurrence": line.recurrence,
        "currency": currency,
        "note": line.note,
    }
