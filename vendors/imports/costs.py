"""Rows of costs: what their columns are, and the lines that they become."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from evaltracker.enumerations import Pricing, Recurrence
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.kinds import ImportKind, register_import
from evaltracker.money import CODES, inexact, padded, written
from evaltracker.rows.cells import (
    WORDS,
    Money,
    currencies_of,
    key,
    read_column,
    words_of,
)
from evaltracker.rows.subjects import (
    Context,
    ParsedRecord,
    ReadRow,
    Refusal,
    joined,
    options_of,
    roles_of,
)
from evaltracker.toolbox.text import CallFields, read_link
from vendors.choices import PRICING_CHOICES, RECURRENCE_CHOICES, CostState
from vendors.costs import RISE, CostKind, kind_named, read_tiers, write_tiers
from vendors.costs.lines import contradiction, mixed_credit, no_percentage, stored_tier
from vendors.models import Candidate
from vendors.policy import may_read_answers
from vendors.selectors.costs import kinds_of, tiers_of
from vendors.services.candidates import names_of
from vendors.services.costs import KIND, import_costs, known_costs, undo

STATES = {
    "priced": CostState.PRICED,
    "included": CostState.INCLUDED,
    "not_offered": CostState.EXCLUDED,
    "not_stated": CostState.UNSAID,
}
ENDS = ("low", "likely", "high")
MOST_NEAR = 100
# One of these is a price, or says what is known of it.
PRICED = ("amount", "state", "low", "high")
SHOWN = {
    "state": "What is known",
    "likely": "Likely",
    "currency": "Currency",
    "recurrence": "Falls due",
    "source_text": "As written",
}
LABELS: Mapping[str, Mapping[str, object]] = {
    "state": dict(CostState.choices),
    "recurrence": dict(RECURRENCE_CHOICES),
    "pricing": dict(PRICING_CHOICES),
}


def identity_options(values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Options of a menu that read as what they are."""
    return tuple((value, value) for value in dict.fromkeys(values))


def kinds_by_word(kinds: Iterable[CostKind]) -> dict[str, str]:
    own_kinds = {
        key(word): kind.key for kind in kinds for word in (kind.key, kind.name)
    }
    others = words_of("kinds_of_cost").items()
    there = set(own_kinds.values())
    return {word: kind for word, kind in others if kind in there} | own_kinds


def cell_text(field: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return written(value)
    if field == "tiers":
        return "; ".join(write_tiers(tiers_of(value or [])).splitlines())
    if value and field in LABELS:
        return LABELS[field][value]
    return value or ""


def unique_by_name(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name, what alone is called so."""
    values_by_name: dict[str, set[str]] = {}
    for name, value in named:
        values_by_name.setdefault(name, set()).add(value)
    return {
        name: values.pop()
        for name, values in values_by_name.items()
        if len(values) == 1
    }


def candidates_by_name(evaluation: Evaluation) -> dict[str, str]:
    """By key of each of its names, the candidate; a name of two is nobody's."""
    rows = Candidate.objects.filter(evaluation=evaluation).order_by("name")
    names = [
        (key(name), row.name)
        for row in rows.select_related("vendor")
        for name in names_of(row)
    ]
    return unique_by_name(names) | {key(row.name): row.name for row in rows}


class Wrong(ValueError):
    """Why a row cannot come in, with the role whose cell it is."""

    def __init__(self, role: str, sentence: str) -> None:
        super().__init__(sentence)
        self.role = role


class OfCandidates(ImportKind):
    """What candidates say; whoever must not read it does not import it."""

    def allowed(self, user: User, evaluation: Evaluation) -> bool:
        return super().allowed(user, evaluation) and may_read_answers(user, evaluation)


@register_import
class Costs(OfCandidates):
    slug = KIND
    things = "costs"
    tab = "costs"
    names = "Cost"
    shown = SHOWN
    needs = (
        "One row per price, or a column for each candidate that is there. What is no "
        "price is kept as text and counts as not stated. Amounts stay sealed until "
        "prices open."
    )
    roles = roles_of(KIND)
    across = "amount"
    for_all = ("candidate", "kind", "rhythm", "currency")
    take_in = staticmethod(import_costs)
    take_back = staticmethod(undo)
    known = staticmethod(known_costs)

    def context(self, evaluation: Evaluation, user: User) -> Context:
        kinds = kinds_of(evaluation)
        names = candidates_by_name(evaluation)
        kind_words = kinds_by_word(kinds)
        items = {
            key(row.part): (row.kind, row.part)
            for kind in kinds
            for row in kind.rows
            if row.part
        }
        return Context(
            currency=evaluation.currency,
            candidates=names,
            choices={"kind": kind_words},
            options={
                "candidate": identity_options(names.values()),
                "kind": tuple((kind.key, kind.title) for kind in kinds),
                "rhythm": options_of(RECURRENCE_CHOICES),
                "state": tuple((word, str(of.label)) for word, of in STATES.items()),
                "pricing": options_of(PRICING_CHOICES),
                "currency": identity_options(sorted(CODES)),
            },
            more={
                "usual": {"currency": evaluation.currency},
                "kinds": kinds,
                "items": items
                | {word: (kind, "") for word, kind in kind_words.items()},
            },
        )

    def cells(self, record: ParsedRecord) -> Sequence[Any]:
        values = record.values
        name, kind, label = record.key
        named = (name, kind_named(kind, ()).name.replace("_", " "), label)
        return (
            " / ".join(part for part in named if part),
            *(cell_text(field, values.get(field)) for field in self.shown),
        )

    def differing(self, change: Any) -> Sequence[tuple[str, Any, Any]]:
        return [
            (field, cell_text(field, before), cell_text(field, after))
            for field, before, after in super().differing(change)
        ]

    def lacks(self, row: ReadRow, context: Context) -> Iterator[str]:
        cells = candidate_cells(row, context, "amount", PRICED)
        if cells and not (
            row.across or row.across_texts or row.values.get("candidate")
        ):
            yield "candidate"
        if cells and "kind" not in row.values and not item_of(row, context)[0]:
            yield "kind"
        amounts = [money for _, money, _ in cells if money and money.amount is not None]
        for role in ("rhythm", "currency"):
            if role not in row.values and not all(getattr(m, role) for m in amounts):
                yield role

    def proposes(self, name: str, context: Context) -> Mapping[str, str]:
        """“Price per month (USD)” says currency and rhythm of what stands below."""
        proposals = {
            role: by_word[key(name)]
            for role, by_word in (
                ("candidate", context.candidates),
                ("kind", context.choices.get("kind", {})),
            )
            if key(name) in by_word
        }
        words = [word for word in re.split(r"[\s()\[\]]", name) if word]
        alone = re.findall(r"[(\[]([A-Z]{3})[)\]]", name)
        # “ALL” and “TOP” are words, too.
        if words and words[-1] in (*WORDS["currencies"]["pointed"], "EUR", "CHF"):
            alone.append(words[-1])
        for word in [*words]:
            is_sign = len(word) < 4 and not word.isalnum()
            if (is_sign or word in alone) and (codes := currencies_of(word)):
                currency = context.currency
                proposals["currency"] = currency if currency in codes else codes[0]
                words.remove(word)
        bare = " ".join(words)
        for separator in ("/", " per ", " "):
            _, matched, behind = bare.rpartition(separator)
            (cell,) = read_column("money", [f"EUR 1/{behind}"])
            if matched and cell.value and cell.value.rhythm:
                proposals["rhythm"] = cell.value.rhythm
        return proposals

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterator[ParsedRecord | Refusal]:
        return joined([*parsed_cells(rows, context, "amount", PRICED, record_of)], "")


type CandidateCell = tuple[str, Any, str]


def candidate_cells(
    row: ReadRow, context: Context, role: str, fields: Collection[str]
) -> list[CandidateCell]:
    """By candidate the cell or the text of a row: each in its column, or one named."""
    if across := dict.fromkeys([*row.across, *row.across_texts]):
        cells = row.across
        texts = row.across_texts
        return [(name, cells.get(name), texts.get(name, "")) for name in across]
    if not {*fields} & {*row.values, *row.texts}:
        return []
    named = str(row.values.get("candidate") or "")
    name = context.candidates.get(key(named), named)
    return [(name, row.values.get(role), row.texts.get(role, ""))]


def parsed_cells(
    rows: Iterable[ReadRow],
    context: Context,
    role: str,
    fields: Collection[str],
    make: Callable[[ReadRow, Context, CandidateCell], ParsedRecord],
) -> Iterator[ParsedRecord | Refusal]:
    """What is wrong with a row is told once; with a candidate's cell, at its column."""
    known = {*context.candidates.values()}
    for row in rows:
        for candidate_cell in candidate_cells(row, context, role, fields):
            try:
                if candidate_cell[0] not in known:
                    raise Wrong(
                        "candidate", unknown("candidate", candidate_cell[0], known)
                    )
                yield make(row, context, candidate_cell)
            except Wrong as wrong:
                is_cell = wrong.role == role and bool(row.across or row.across_texts)
                if is_cell:
                    column = candidate_cell[0]
                else:
                    column = wrong.role
                yield Refusal(row.sheet, row.number, column, str(wrong))
                if not is_cell:
                    break


def item_of(row: ReadRow, context: Context) -> tuple[str, str]:
    """Kind and part of a row: “Support” or “Training” in a list of items say both."""
    label = " ".join(str(row.values.get("label") or row.texts.get("label", "")).split())
    kind = row.values.get("kind", "")
    items: Mapping[str, tuple[str, str]] = context.more.get("items", {})
    if kind:
        return (kind, label)
    return items.get(key(label), ("", label))


def record_of(
    row: ReadRow, context: Context, candidate_cell: CandidateCell
) -> ParsedRecord:
    candidate, cell, text = candidate_cell
    money = cell or Money()
    key_of_kind, label = item_of(row, context)
    kind = kind_named(key_of_kind, context.more.get("kinds", ()))
    inputs = CallFields()
    label = inputs.line("label", label, blank=True)
    values = price(row, context, money, text) | pricing(row)
    check_price(row, kind, label, values)
    values |= rest(row, inputs, money)
    for role, sentences in inputs.errors.items():
        raise Wrong(role, sentences[0])
    return ParsedRecord((candidate, kind.key, label), values, row.sheet, row.number)


def price(row: ReadRow, context: Context, money: Money, text: str) -> dict[str, Any]:
    """The state, and of a price its amounts, currency and rhythm."""
    row_values = row.values
    state = STATES.get(
        money.state or str(row_values.get("state", "")), CostState.PRICED
    )
    if text and state == CostState.PRICED:
        state = CostState.UNSAID
    if state != CostState.PRICED:
        if money.amount is not None:
            raise Wrong("amount", "Only a priced line carries an amount.")
        values: dict[str, Any] = {"state": state.value, **dict.fromkeys(ENDS)}
        return values | ({"source_text": " ".join(text.split())[:300]} if text else {})
    if money.amount is None:
        raise Wrong("amount", "A priced line needs its likely amount as a number.")
    rhythm = money.rhythm or row_values["rhythm"]
    currency = money.currency or code_of(
        str(row_values.get("currency") or context.currency)
    )
    values = {"state": state.value, "likely": exact(money.amount, "amount")}
    for end in ("low", "high"):
        if end in row.texts:
            raise Wrong(end, f"“{row.texts[end][:60]}” is no amount.")
        other: Money | None = row_values.get(end)
        if other is None or other.amount is None:
            continue
        for mine, theirs in ((currency, other.currency), (rhythm, other.rhythm)):
            if theirs not in ("", mine):
                raise Wrong(end, f"It is {theirs} and not {mine}.")
        values[end] = exact(other.amount, end)
    return values | {"currency": currency, "recurrence": Recurrence(rhythm).value}


def pricing(row: ReadRow) -> dict[str, Any]:
    """The way of pricing and its tiers, which stand in one cell as on the page."""
    way = str(row.values.get("pricing", ""))
    try:
        tiers = read_tiers(str(row.values.get("tiers", "")).replace(";", "\n"))
    except ValueError as error:
        raise Wrong("tiers", str(error)) from error
    if way:
        problem = contradiction(Pricing(way), tiers)
    else:
        problem = None
    if tiers and not way:
        problem = "write graduated, volume or package into “Price by quantity”"
    if problem:
        raise Wrong("tiers", sentence(problem))
    if way:
        return {"pricing": way, "tiers": [*map(stored_tier, tiers)]}
    return {}


def check_price(
    row: ReadRow, kind: CostKind, label: str, values: dict[str, Any]
) -> None:
    likely = values.get("likely")
    is_share = values.get("pricing") == Pricing.PERCENT
    if likely is None:
        return
    amounts = [values.get("low", likely), likely, values.get("high", likely)]
    problem = mixed_credit(amounts)
    if sorted(amounts) != amounts:
        raise Wrong("low", "Low, likely and high must be in that order.")
    if is_share:
        problem = no_percentage(kind.counts_as, label, amounts)
        values["recurrence"] = Recurrence.YEARLY.value
    elif kind.counts_as == RISE and "pricing" not in values:
        problem = "write percent or per unit into “Price by quantity”"
    elif likely < 0 and values.get("tiers"):
        problem = "a credit has no tiers"
    if problem:
        raise Wrong("amount", sentence(problem))


def rest(row: ReadRow, inputs: CallFields, money: Money) -> dict[str, Any]:
    row_values = row.values
    unit = " ".join((money.unit or str(row_values.get("unit", ""))).split())
    notes = [str(row_values.get("note", ""))]
    values: dict[str, Any] = {}
    if unit:
        values["unit"] = inputs.line("unit", unit, limit=60)
    for name, places in (("quantity", 2), ("rate", 6)):
        if (number := row_values.get(name)) is not None:
            if number != round(number, places):
                inputs.refuse(name, f"It has more than {places} decimals; round it.")
            if name == "rate" and number <= 0:
                inputs.refuse(name, "A rate of exchange is above 0.")
            values[name] = round(number, places)
    if link := str(row_values.get("source_url", "")):
        try:
            values["source_url"] = read_link(link)
        except ValueError:
            notes.append(f"Source: {link}")
    if "quoted_on" in row_values:
        values["quoted_on"] = row_values["quoted_on"]
    ends = {
        "from": row_values.get("valid_from"),
        "until": row_values.get("valid_until"),
    }
    valid = " ".join(f"{word} {day}" for word, day in ends.items() if day)
    notes.append(f"Valid {valid}." if valid else "")
    if money.tax == "gross":
        notes.append("The price is with tax.")
    note = "\n".join(filter(None, notes))
    return values | ({"note": inputs.text("note", note)} if note else {})


def sentence(problem: str) -> str:
    return f"{problem[0].upper()}{problem[1:]}".rstrip(".") + "."


def code_of(text: str) -> str:
    codes = currencies_of(text)
    if len(codes) != 1 or codes[0] not in CODES:
        raise Wrong("currency", "Write the currency as its code, such as USD.")
    return codes[0]


def exact(amount: Decimal, role: str) -> Decimal:
    if problem := inexact(amount):
        raise Wrong(role, f"It would be rounded. {problem}")
    return padded(amount)


def unknown(noun: str, name: str, known: Collection[str]) -> str:
    # Of many names in many rows it would take minutes.
    near = get_close_matches(name, known, 1, 0.75) if len(known) <= MOST_NEAR else ()
    if near:
        hint = f" Did you mean “{near[0]}”?"
    else:
        hint = ""
    return (
        f"The evaluation has no {noun} “{name[:60]}”.{hint} Add it first, fix the "
        "name, or leave out what is refused."
    )
