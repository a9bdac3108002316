"""Answers and quotes as they are typed into forms, and as services take them."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from msgspec import UNSET

from evaltracker.enumerations import Availability, Pricing
from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Requirement
from evaltracker.rows.cells import meanings_of, plain, read_field, read_local
from evaltracker.rows.cells import typed as written
from evaltracker.toolbox.text import LINK_LIMIT, TEXT_LIMIT
from vendors.choices import STATED, QuoteState
from vendors.claims import EVERYWHERE, ClaimWords, claimed_number
from vendors.costs import RISE, CostKind, Tier, read_tiers, write_tiers
from vendors.effort import read_effort
from vendors.fields import (
    OF_ALL,
    Names,
    ScopeBox,
    effort_fields,
    joined,
    key_of,
    parted,
    read_effort_text,
    read_holds_for,
)
from vendors.models import Candidate, Claim, Quote
from vendors.selectors.candidates import demanded
from vendors.selectors.costs import kinds_for
from vendors.services.claims import SubmittedAnswer
from vendors.services.quotes import MOST_LINES, QuotedLine, read_lines

TEXTS = ("availability", "available_from", "statement", "evidence_url", "own_answers")
EMPTY: dict[str, Any] = {**dict.fromkeys(TEXTS, ""), "holds_for": []}
# Of a draft that came by a sheet; no form shows them.
ENVIRONMENTS = "environments"
# What an answer takes; a draft without it says nothing of it.
EFFORT = ("how", "days", "by")
# Twice what is taken, so that too much can be cut by who typed it.
LONGEST = {"statement": 2 * TEXT_LIMIT, "evidence_url": 2 * LINK_LIMIT}
LONGEST_OTHER = 1_000
LONGEST_NUMBER = 100
MOST_BOXES = 200
# What no text holds and no spreadsheet takes.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def typed_in(form: Any) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name in TEXTS:
        text = UNSEEN.sub("", form.get(name, "").replace("\r\n", "\n"))
        if len(text) > LONGEST.get(name, LONGEST_OTHER):
            raise Invalid(_("That is too long to be kept. Shorten it."))
        typed[name] = text.strip()
    if number := form.get("number", "").strip()[:LONGEST_NUMBER]:
        unit = form.get("unit", "").strip()[:LONGEST_NUMBER]
        number = _meant(UNSEEN.sub("", number), form.get("number-means"), "number")
        typed |= {"number": number, "unit": UNSEEN.sub("", unit)}
    for name in EFFORT:
        if text := UNSEEN.sub("", form.get(name, "")[:LONGEST_NUMBER]).strip():
            typed[name] = text
    boxes = form.getlist("holds_for")[:MOST_BOXES]
    typed["holds_for"] = [box[:LONGEST_OTHER] for box in boxes]
    return typed


def _meant(text: str, means: str | None, kind: str, currency: str = "") -> str:
    """What was typed, or which of its two meanings was chosen."""
    meanings = meanings_of(text, kind, currency) if means else ()
    if means and means in dict(meanings):
        return means
    return text


def typed_of(source: Claim | ClaimWords | None) -> dict[str, Any]:
    if source is None:
        return dict(EMPTY)
    if isinstance(source, Claim):
        claim = ClaimWords.of(source)
    else:
        claim = source
    answer = {
        "availability": claim.availability,
        "available_from": claim.available_from,
    }
    held, own_answers = parted((claim.holds_for or {}).get("said"), answer)
    claimed = claim.number
    if claimed:
        number = {"unit": claimed["unit"]}
    else:
        number = {}
    if claimed:
        number["number"] = written(Decimal(claimed["value"]))
    return {
        **number,
        **effort_fields(claim.effort),
        "availability": claim.availability,
        "available_from": _written(claim.available_from),
        "statement": claim.statement,
        "evidence_url": claim.evidence_url,
        "own_answers": own_answers,
        "holds_for": _boxes(held),
    }


def carried_over(
    claim: Claim, requirement: Requirement, today: datetime.date
) -> dict[str, Any]:
    """An answer to the same words elsewhere, as it is typed; `left` is of `LEFT`."""
    left = set()
    lists = demanded(requirement)
    parts = []

    def ahead(day: datetime.date | None) -> datetime.date | None:
        if day and day < today:
            left.add("day")
            return None
        return day

    held = claim.holds_for or {}
    number = claim.number
    for name, values in (held["means"] if held.get("said") else {}).items():
        for value, (availability, text) in values.items():
            if value in lists.get(name, ()):
                day = _written(ahead(day_in("", text))) or None
                line = {"availability": availability, "available_from": day}
                parts.append({"values": {name: [value]}, **line})
            else:
                left.add("values")
    try:
        claimed_number(number or None, requirement.measure)
    except Invalid:
        left.add("number")
        number = {}
    carried = {"holds_for": {"said": parts}, "number": number}
    claim_words = replace(
        ClaimWords.of(claim), available_from=ahead(claim.available_from), **carried
    )
    return {**typed_of(claim_words), "left": sorted(left)}


def stated_in(
    typed: Mapping[str, Any], ref: str, lists: Names, former: Claim | None
) -> SubmittedAnswer:
    answer, errors = _read(typed, lists, former)
    if errors:
        raise Invalid(_("The answer is not whole."), errors=errors)
    return SubmittedAnswer(requirement=ref, **answer)


def _effort(typed: Mapping[str, Any]) -> dict[str, Any] | None:
    return read_effort_text("; ".join(filter(None, map(typed.get, EFFORT))))


def effort_wrong(typed: Mapping[str, Any]) -> str:
    """What of an effort has to be mended before it is handed in; blank: nothing."""
    try:
        read_effort(_effort(typed), typed["availability"] or Availability.NOW)
    except ValueError as error:
        return _(str(error))
    return ""


def words_in(
    typed: Mapping[str, Any], lists: Names, former: Claim | None
) -> ClaimWords:
    """The same of a draft that need not be whole."""
    answer, _errors = _read(typed, lists, former)
    values = answer["holds_for"]
    answer["holds_for"] = {"said": values, "means": {}} if values else None
    return ClaimWords(**answer)


def _read(
    typed: Mapping[str, Any], lists: Names, former: Claim | None
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The fields of an answer, and by field what is wrong, of which they say nothing.
    What only programs and sheets say stays, unless a sheet says otherwise."""
    errors: dict[str, list[str]] = {}
    day = None
    own_answers = list[Any]()
    try:
        day = day_in("available_from", typed["available_from"])
    except Invalid as error:
        errors |= error.errors
    try:
        values = read_holds_for(typed["own_answers"]) or []
        if isinstance(values, list):
            own_answers = values
        else:
            sentence = _("Write the answer of each value, as in “Sites: Rome = never”.")
            errors["own_answers"] = [sentence]
    except ValueError as error:
        errors["own_answers"] = [str(error)]
    try:
        read_field(typed.get("number") or "")
    except ValueError as error:
        errors["number"] = [str(error)]
    effort: Any = UNSET
    try:
        effort = _effort(typed) or (None if former and former.effort else UNSET)
    except ValueError as error:
        errors["effort"] = [str(error)]
    if not typed["availability"]:
        errors["availability"] = [_("Say when it exists.")]
    stands = former.environments if former else []
    answer = {"availability": typed["availability"], "available_from": day}
    result = {
        **answer,
        "statement": typed["statement"],
        "environments": list(typed.get(ENVIRONMENTS, stands)),
        "evidence_url": typed["evidence_url"],
        "holds_for": joined(_ticked(typed["holds_for"], lists), own_answers, answer),
        "number": _number(typed),
        "effort": effort,
    }
    return result, errors


def day_in(field: str, text: str) -> datetime.date | None:
    try:
        if text:
            return datetime.date.fromisoformat(text)
        return None
    except ValueError as error:
        sentence = _("Write the date as in 2027-03-31.")
        raise Invalid(sentence, field=field) from error


def boxes_for(lists: Names, ticked: list[str]) -> list[tuple[str, list[ScopeBox]]]:
    everywhere = pgettext("values of a list", "everywhere")
    return [
        (
            name,
            [
                ScopeBox(key_of(name, value), label, key_of(name, value) in ticked)
                for value in (EVERYWHERE, *values)
                for label in [everywhere if value == EVERYWHERE else value]
            ],
        )
        for name, values in lists.items()
        if values
    ]


def _number(typed: Mapping[str, Any]) -> dict[str, str]:
    text = typed.get("number") or ""
    cell = read_local(text, "number")
    if cell.value is not None:
        value = plain(cell.value)
    else:
        value = text
    value = "" if cell.question else value
    if value:
        return {"value": value, "unit": typed.get("unit", "")}
    return {}


def _ticked(boxes: list[str], lists: Names) -> Any:
    if OF_ALL in boxes:
        return EVERYWHERE
    named = {
        name: [value for value in (EVERYWHERE, *values) if key_of(name, value) in boxes]
        for name, values in lists.items()
    }
    return {name: values for name, values in named.items() if values} or None


def _boxes(held: Any) -> list[str]:
    if held == EVERYWHERE:
        return [OF_ALL]
    return [
        key_of(name, value)
        for name, values in (held or {}).items()
        for value in ([EVERYWHERE] if values == EVERYWHERE else values)
    ]


def _written(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


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


# The canonical form of an answer, so that anybody can recompute its SHA-256.

# The version of the form; the second had no `number`, and the first neither a version
# nor `holds_for`. With efforts it is the next.
FORM = 3


def digest_of(claims: Iterable[Claim]) -> str:
    """SHA-256 over the claims, sorted by requirement, as compact UTF-8 JSON."""
    rows = []
    efforts = []
    for claim in claims:
        rows.append(_with_values(claim) | {"number": claim.number or None})
        if effort := claim.effort:
            efforts.append({"requirement": claim.requirement.ref, **effort.shown})
    form = {"form": FORM, "claims": _in_order(rows)}
    if efforts:
        form = {**form, "form": FORM + 1, "efforts": _in_order(efforts)}
    return _digest(form)


def is_receipt_of(sha256: str, claims: Iterable[Claim]) -> bool:
    """Whether a receipt of that digest is of these claims as they stand.

    Receipts of the former forms go on counting, also those from before vendors had a
    numbering of their own, which were given over the buyer's.
    """
    rows = list(claims)
    if any(claim.effort for claim in rows):
        return sha256 == digest_of(rows)
    second_form = {"form": 2, "claims": _in_order(map(_with_values, rows))}
    first_form = (
        [_document(claim, claim.own_revision) for claim in rows],
        [_document(claim, claim.revision) for claim in rows],
    )
    former = (second_form, *map(_in_order, first_form))
    return sha256 in (digest_of(rows), *map(_digest, former))


def _with_values(claim: Claim) -> dict[str, Any]:
    held = claim.holds_for and claim.holds_for["said"]
    return {**_document(claim, claim.own_revision), "holds_for": held}


def _document(claim: Claim, revision: int) -> dict[str, Any]:
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


AMOUNTS = ("low", "likely", "high")
# Without any of these a row says nothing: the others are what the buyer asks for.
SAYING = ("state", "low", "likely", "high", "tiers", "note")
FIELDS = ("label", *SAYING, "quantity", "unit", "recurrence", "pricing")
# Twice what is taken, so that too much can be cut by who typed it.
LONGEST_TYPED = 1_000

type Typed = dict[str, str]


def new_row(kind: CostKind, label: str = "") -> Typed:
    """What a line of the kind starts with: the buyer's due, unit and quantity."""
    part = next((part for part in kind.parts if part.part == label), None)
    terms = part or kind
    is_rise = kind.counts_as == RISE and not part
    return {
        "kind": kind.key,
        **dict.fromkeys(FIELDS, ""),
        "label": part.part if part else "",
        "quantity": _price_words(terms.quantity),
        "unit": terms.unit,
        "recurrence": str(terms.due),
        "pricing": (Pricing.PERCENT if is_rise else Pricing.PER_UNIT).value,
        "help": terms.help or kind.help,
    }


def typed_rows(form: Any, candidate: Candidate) -> list[Typed]:
    """What was typed; a kind that is asked no more stays if anything is said of it."""
    currency = form.get("currency", "")
    kinds = {kind.key: kind for kind in kinds_for(candidate)}
    rows = []
    for index in range(MOST_LINES):
        if not (key := form.get(f"{index}-kind", "")[:30]):
            break
        row = new_row(
            kinds.get(key) or CostKind(key, key), form.get(f"{index}-label", "")
        )
        for name in FIELDS:
            field = f"{index}-{name}"
            text = form.get(field, row[name])[:LONGEST_TYPED]
            text = text.replace("\r\n", "\n").replace("\x00", "").strip()
            if text or name != "quantity":
                row[name] = text
        for name in (*AMOUNTS, "quantity"):
            kind = kind_of(name, currency, row["pricing"])
            row[name] = _meant(row[name], form.get(f"{index}-{name}-means"), *kind)
        if key in kinds or said_rows([row]):
            rows.append(row)
    return rows


def kind_of(name: str, currency: str, pricing: str) -> tuple[str, str]:
    """As what a field of a line is read, and in which currency."""
    is_price = name in AMOUNTS and pricing != Pricing.PERCENT
    if is_price:
        return ("price", currency)
    return ("number", "")


def rows_of(quote: Quote | None, candidate: Candidate) -> list[Typed]:
    lines = read_lines(quote.lines or ()) if quote else ()
    return _by_schedule(map(_row, lines), candidate)


def filled_rows(read: Iterable[Typed], candidate: Candidate) -> list[Typed]:
    kinds = {kind.key: kind for kind in kinds_for(candidate)}
    rows = (new_row(kinds[row["kind"]], row.get("label", "")) | row for row in read)
    filled = _by_schedule(rows, candidate)
    if len(filled) > MOST_LINES:
        sentence = _("A quote has at most %(most)s lines.") % {"most": MOST_LINES}
        raise Invalid(sentence)
    return filled


def _by_schedule(rows: Iterable[Typed], candidate: Candidate) -> list[Typed]:
    """A row for each that is asked, and after those of a kind its others."""
    given = list(rows)
    placed = []
    for kind in kinds_for(candidate):
        kind_rows = [row for row in given if row["kind"] == kind.key]
        for row in kind.rows:
            there = [line for line in kind_rows if line["label"] == row.part]
            if not there and (row.part or not kind_rows):
                there = [new_row(kind, row.part)]
            placed += there
        placed += [row for row in kind_rows if row not in placed]
    return placed


def with_another(rows: Iterable[Typed], key: str, candidate: Candidate) -> list[Typed]:
    filled = list(rows)
    places = [at for at, row in enumerate(filled) if row["kind"] == key]
    kind = next((kind for kind in kinds_for(candidate) if kind.key == key), None)
    if kind and places and len(filled) < MOST_LINES:
        filled.insert(places[-1] + 1, new_row(kind))
    return filled


def lines_in(rows: list[Typed], currency: str) -> list[QuotedLine]:
    """The lines of which something was said; a price alone says that it is priced.

    Raises:
        Invalid: by “<row>.<field>”, what cannot be read at all.
    """
    lines: list[QuotedLine] = []
    errors: dict[str, list[str]] = {}
    for index in said_rows(rows):
        row = rows[index]
        wrong: dict[str, list[str]] = {}
        lines.append(_line(row, currency, wrong))
        errors |= {f"{index}.{field}": sentences for field, sentences in wrong.items()}
    if errors:
        raise Invalid(_("The prices are not whole."), errors=errors)
    return lines


def said_rows(rows: list[Typed]) -> list[int]:
    return [at for at, row in enumerate(rows) if any(row[name] for name in SAYING)]


def by_row(errors: Mapping[str, list[str]], rows: list[Typed]) -> dict[str, list[str]]:
    numbers = said_rows(rows)
    placed = {}
    for key, sentences in errors.items():
        parts = key.split(".")
        if parts[0] == "lines" and len(parts) == 3:
            place = f"{numbers[int(parts[1])]}.{parts[2]}"
        else:
            place = key
        placed[place] = sentences
    return placed


def valid_until_in(text: str) -> datetime.date:
    day = day_in("valid_until", text)
    if day is None:
        sentence = _("Say until which day the prices hold.")
        raise Invalid(sentence, field="valid_until")
    return day


def _line(row: Typed, currency: str, wrong: dict[str, list[str]]) -> QuotedLine:
    numbers: dict[str, Decimal | None] = {}
    for name in (*AMOUNTS, "quantity"):
        try:
            kind = kind_of(name, currency, row["pricing"])
            numbers[name] = read_field(row[name], *kind)
        except ValueError as error:
            wrong[name] = [str(error)]
    tiers: tuple[Tier, ...] = ()
    try:
        tiers = read_tiers(row["tiers"], currency)
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
        low=numbers.get("low"),
        likely=numbers.get("likely"),
        high=numbers.get("high"),
    )


def _row(line: QuotedLine) -> Typed:
    is_range = (line.low, line.high) != (line.likely, line.likely)
    return {
        "kind": line.kind,
        "label": line.label,
        "state": "" if line.is_priced else str(line.state),
        "likely": _price_words(line.likely),
        "low": _price_words(line.low) if is_range else "",
        "high": _price_words(line.high) if is_range else "",
        "quantity": _price_words(line.quantity),
        "unit": line.unit,
        "recurrence": line.recurrence,
        "pricing": line.pricing,
        "tiers": write_tiers(line.tiers),
        "note": line.note,
    }


def _price_words(number: Decimal | None) -> str:
    if number is None:
        return ""
    text = written(number)
    if text[-2:-1] == ".":
        return f"{text}0"
    return text
