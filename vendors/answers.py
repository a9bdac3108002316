"""A quote as it is typed into a form, and as services take it."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms

from evaltracker.errors import Invalid
from evaltracker.toolbox.measures import Reading
from vendors.choices import STATED, Availability, Pricing, QuoteState, Recurrence
from vendors.costs import CHECKLIST, CostKind, Tier, read_tiers, write_tiers
from vendors.costs.lines import read_decimal
from vendors.models import Candidate, Claim, Quote
from vendors.services.opening import MOST_LINES, QuotedLine, read_lines
from vendors.typed_answers import day_in

# What is kept of the values that an answer holds for; a pure module.

SAID = (*STATED, Availability.PARTIAL)


def is_kept_form(kept: Mapping[str, Any]) -> bool:
    """Whether this is what is kept of an answer: what was said, and what it means."""
    means = kept.get("means")
    if kept.keys() != {"said", "means"} or not isinstance(means, dict):
        return False
    for values in means.values():
        if not isinstance(values, dict):
            return False
        for answer in values.values():
            if not isinstance(answer, list) or len(answer) != len(("what", "when")):
                return False
            if answer[0] not in SAID or not _is_day(answer[1]):
                return False
    return True


def _is_day(text: object) -> bool:
    try:
        return text is None or bool(datetime.date.fromisoformat(str(text)))
    except ValueError:
        return False


# A form's line for a number and its unit.


class NumberField(forms.CharField):
    """A number and its unit in one line; it gives what is kept of it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> dict[str, str]:
        """The number and its unit; {} of a blank line."""
        try:
            found = Reading.from_text(super().clean(value) or "")
        except Invalid as error:
            raise forms.ValidationError(error.sentence) from error
        return found.as_json() if found else {}


# The canonical form of an answer, so that anybody can recompute its SHA-256.

# The version of the form; the second had no `number`, and the first neither a version
# nor `holds_for`.
FORM = 3


def digest_of(claims: Iterable[Claim]) -> str:
    """SHA-256 over the claims, sorted by requirement, as compact UTF-8 JSON."""
    rows = [_with_values(claim) | {"number": claim.number or None} for claim in claims]
    return _digest({"form": FORM, "claims": _in_order(rows)})


def is_receipt_of(sha256: str, claims: Iterable[Claim]) -> bool:
    """Whether a receipt of that digest is of these claims as they stand.

    Receipts of the former forms go on counting, also those from before vendors had a
    numbering of their own, which were given over the buyer's.
    """
    rows = list(claims)
    second_form = {"form": 2, "claims": _in_order(map(_with_values, rows))}
    first_form = (
        [_document(claim, claim.own_revision) for claim in rows],
        [_document(claim, claim.revision) for claim in rows],
    )
    former = (second_form, *map(_in_order, first_form))
    return sha256 in (digest_of(rows), *map(_digest, former))


def _with_values(claim: Claim) -> dict[str, Any]:
    """A claim with the values that it holds for, as the second form has it."""
    held = claim.holds_for and claim.holds_for["said"]
    return {**_document(claim, claim.own_revision), "holds_for": held}


def _document(claim: Claim, revision: int) -> dict[str, Any]:
    """A claim as its vendor wrote it, in the words of the API."""
    date = claim.available_from
    return {
        "requirement": claim.requirement.ref,
        "availability": claim.availability,
        "available_from": date.isoformat() if date else None,
        "environments": claim.environments,
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "revision": revision,
    }


def _in_order(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(documents, key=lambda row: row["requirement"])


def _digest(document: object) -> str:
    text = json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


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
