"""A quote as it is typed into a form, and as services take it."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from evaltracker.errors import Invalid
from vendors.choices import Pricing, QuoteState, Recurrence
from vendors.costs import CHECKLIST, CostKind, Tier, read_tiers, write_tiers
from vendors.costs.money import read_decimal
from vendors.models import Candidate, Quote
from vendors.services.quote_lines import MOST_LINES, QuotedLine, read_lines
from vendors.typed_answers import day_in

NUMBERS = ("low", "likely", "high", "quantity")
FIELDS = (
    *("label", "state", *NUMBERS, "unit", "recurrence", "pricing", "tiers", "note"),
)
# Twice what is taken, so that too much can be cut by who typed it.
LONGEST = 1_000
USUAL = {"recurrence": Recurrence.ONCE.value, "pricing": Pricing.PER_UNIT.value}

type Typed = dict[str, str]


def blank_row(kind: str) -> Typed:
    """A line of which nothing was said."""
    return {"kind": str(kind), **dict.fromkeys(FIELDS, ""), **USUAL}


def typed_rows(form: Any, candidate: Candidate) -> list[Typed]:
    """The lines of a form, kept as they were typed."""
    kinds = set(CHECKLIST[candidate.kind])
    rows = []
    for index in range(MOST_LINES):
        kind = form.get(f"{index}-kind", "")
        if kind not in kinds:
            break
        row = blank_row(kind)
        for name in FIELDS:
            text = form.get(f"{index}-{name}", row[name])[:LONGEST]
            row[name] = text.replace("\r\n", "\n").replace("\x00", "").strip()
        rows.append(row)
    return rows


def rows_of(quote: Quote | None, candidate: Candidate) -> list[Typed]:
    """What the form would hold for the quote that stands: a line for every kind."""
    by_kind: dict[str, list[Typed]] = {}
    for line in read_lines(quote.lines) if quote else ():
        by_kind.setdefault(line.kind, []).append(_row(line))
    return [
        row
        for kind in CHECKLIST[candidate.kind]
        for row in by_kind.get(kind, [blank_row(kind)])
    ]


def filled_rows(read: Iterable[Typed], candidate: Candidate) -> list[Typed]:
    """Lines that were read from a sheet as the form holds them, by the checklist.

    Raises:
        Invalid: there are too many, or one is for what is not on the checklist.

    """
    by_kind: dict[str, list[Typed]] = {}
    for row in read:
        by_kind.setdefault(row["kind"], []).append(blank_row(row["kind"]) | row)
    checklist = CHECKLIST[candidate.kind]
    if strange := by_kind.keys() - set(checklist):
        names = ", ".join(kind_label(kind) for kind in sorted(strange))
        raise Invalid(f"Not on the checklist of this invitation: {names}.")
    found = [row for kind in checklist for row in by_kind.get(kind, [blank_row(kind)])]
    if len(found) > MOST_LINES:
        raise Invalid(f"A quote has at most {MOST_LINES} lines.")
    return found


def with_another(rows: Iterable[Typed], kind: str) -> list[Typed]:
    """The lines, and one more below those of that kind."""
    found = list(rows)
    places = [at for at, row in enumerate(found) if row["kind"] == kind]
    if places and len(found) < MOST_LINES:
        found.insert(places[-1] + 1, blank_row(kind))
    return found


def lines_in(rows: list[Typed]) -> list[QuotedLine]:
    """The lines of which something was said; a price alone says that it is priced.

    Raises:
        Invalid: by “<row>.<field>”, what cannot be read at all.

    """
    lines: list[QuotedLine] = []
    errors: dict[str, list[str]] = {}
    for index in said_rows(rows):
        row = rows[index]
        wrong: dict[str, list[str]] = {}
        lines.append(_line(row, wrong))
        errors |= {f"{index}.{field}": told for field, told in wrong.items()}
    if errors:
        raise Invalid("The prices are not whole.", errors=errors)
    return lines


def said_rows(rows: list[Typed]) -> list[int]:
    """Which rows say anything; what has its usual value says nothing."""
    usual = [blank_row(row["kind"]) for row in rows]
    return [at for at, row in enumerate(rows) if row != usual[at]]


def by_row(errors: Mapping[str, list[str]], rows: list[Typed]) -> dict[str, list[str]]:
    """The sentences of the service, by row of the form in place of line."""
    said = said_rows(rows)
    found = {}
    for place, sentences in errors.items():
        parts = place.split(".")
        if parts[0] == "lines" and len(parts) == 3:
            place = f"{said[int(parts[1])]}.{parts[2]}"
        found[place] = sentences
    return found


def valid_until_in(text: str) -> datetime.date:
    """The day until which the prices hold.

    Raises:
        Invalid: beside the field.

    """
    day = day_in("valid_until", text)
    if day is None:
        sentence = "Say until which day the prices hold."
        raise Invalid(sentence, errors={"valid_until": [sentence]})
    return day


def _line(row: Typed, wrong: dict[str, list[str]]) -> QuotedLine:
    """One row as the service takes it; notes what cannot be read."""
    numbers: dict[str, Decimal | None] = {}
    for name in NUMBERS:
        try:
            numbers[name] = read_decimal(row[name]) if row[name] else None
        except ValueError as error:
            wrong[name] = [str(error)]
    tiers: tuple[Tier, ...] = ()
    try:
        tiers = read_tiers(row["tiers"])
    except ValueError as error:
        wrong["tiers"] = [str(error)]
    quantity = numbers.pop("quantity", None)
    return QuotedLine(
        kind=row["kind"],
        state=row["state"] or QuoteState.PRICED,
        label=row["label"],
        quantity=Decimal(1) if quantity is None else quantity,
        unit=row["unit"],
        pricing=row["pricing"],
        tiers=tiers,
        recurrence=row["recurrence"],
        note=row["note"],
        **numbers,
    )


def _row(line: QuotedLine) -> Typed:
    """A line that was handed in, as somebody would type it."""
    is_range = (line.low, line.high) != (line.likely, line.likely)
    return blank_row(line.kind) | {
        "label": line.label,
        "state": str(line.state),
        "likely": _written(line.likely),
        "low": _written(line.low) if is_range else "",
        "high": _written(line.high) if is_range else "",
        "quantity": "" if line.quantity == 1 else _written(line.quantity),
        "unit": line.unit,
        "recurrence": line.recurrence,
        "pricing": line.pricing,
        "tiers": write_tiers(line.tiers),
        "note": line.note,
    }


def _written(number: Decimal | None) -> str:
    """“90.50” and not “90.5”, as prices are written."""
    if number is None:
        return ""
    text = f"{number.normalize():f}"
    return f"{text}0" if text[-2:-1] == "." else text


def kind_label(kind: str) -> str:
    """The kind as a heading."""
    label = CostKind(kind).label
    return label[0].upper() + label[1:]
