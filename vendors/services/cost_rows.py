"""Cost lines as an import and its undoing compare, write and name them."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError

from evaltracker.errors import Invalid
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.text import Inputs
from vendors.choices import CostState
from vendors.models import Candidate, CostLine
from vendors.selectors import tiers_of
from vendors.services.costs import OPEN_FIELDS, check_price, check_tiers

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
