"""Rows of costs: what their columns are, and the lines that they become."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from evaltracker.money import CODES, inexact, padded
from evaltracker.rows.cells import Money, currencies_of, key, read_column
from evaltracker.rows.subjects import Context, ReadRow, Record, Refusal, Role, Subject
from evaltracker.toolbox.text import Inputs, read_link
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import RISE, Kind, kind_named, read_tiers
from vendors.costs import Pricing as Counted
from vendors.costs.lines import contradiction, mixed_credit, no_percentage, stored_tier

STATES = {
    "priced": CostState.PRICED,
    "included": CostState.INCLUDED,
    "not_offered": CostState.EXCLUDED,
    "not_stated": CostState.UNSAID,
}
ENDS = ("low", "likely", "high")
PRICINGS = {
    key(word): pricing.value
    for pricing in Pricing
    for word in (pricing.value, str(pricing.label), str(pricing.label).split(":")[0])
} | {"percent": "percent", "%": "percent", "flat": "per_unit", "unit": "per_unit"}
NO_CANDIDATE = "It names no candidate. Fill one in, or say whose costs these are."
NO_KIND = (
    "It does not say which kind of cost it is. Fill it in, or say which kind all rows "
    "are."
)
NO_RHYTHM = (
    "It does not say whether it is paid once, monthly or yearly. Fill it in, or say "
    "how all rows fall due."
)
ROLES = (
    Role("candidate", "Candidate", heads=("Candidate",), example="Acme ML"),
    Role(
        *("kind", "Kind of cost", "closed", ("Kind of cost", "Kind")), example="set-up"
    ),
    Role(
        *("label", "Part", "text", ("Part", "item")),
        example="Workshop",
        also=("name", "text"),
    ),
    Role(
        *("state", "What is known", "closed", ("State", "What is known")),
        closed="price_states",
        help="Blank with a price is priced.",
        example="priced",
    ),
    Role(
        *("amount", "Likely amount", "money", ("Likely", "Likely amount"), True),
        help="For one unit.",
        example="1200.00",
    ),
    Role("low", "Low", "money", ("Low",), example="1000.00"),
    Role("high", "High", "money", ("High",), example="1500.00"),
    Role("quantity", "Quantity", "number", ("Quantity",), example="1"),
    Role("unit", "Unit", heads=("Unit",), example="workshop"),
    Role(
        *("pricing", "Price by quantity", "closed", ("Price by quantity",)),
        help="per unit, graduated, volume, package, or percent for a price change.",
        example="volume",
    ),
    Role(
        *("tiers", "Further tiers", "text", ("Tiers", "Further tiers")),
        help="After the first: “above: price”, apart by ; or a new line.",
        example="10: 1100; 50: 900 / 1000 / 1200",
    ),
    Role(
        *("rhythm", "Falls due", "closed", ("Falls due", "due")),
        closed="rhythm",
        help="once, monthly, yearly",
        example="once",
    ),
    Role("currency", "Currency", heads=("Currency",), example="USD"),
    Role("rate", "Exchange rate", "number", ("Exchange rate",), example="1"),
    Role("source_url", "Link", heads=("Source URL",), example="https://acme.example"),
    Role(
        *("quoted_on", "Date of the quote", "day", ("Quoted on", "Date of the quote")),
        example="2026-11-02",
    ),
    Role("valid_from", "Valid from", "day", ("Valid from",), example="2026-12-01"),
    Role("valid_until", "Valid until", "day", ("Valid until",), example="2027-03-31"),
    Role("note", "Note", heads=("Note",), example="For ten people."),
)


class Wrong(ValueError):
    """Why a row cannot come in, with the role whose cell it is."""

    def __init__(self, role: str, sentence: str) -> None:
        super().__init__(sentence)
        self.role = role


class CostRows(Subject):
    slug = "costs"
    things = "costs"
    roles = ROLES
    across = "amount"
    for_all = ("candidate", "kind", "rhythm", "currency")

    def lacks(self, row: ReadRow, context: Context) -> Iterator[str]:
        prices = [money for _, money, _ in bids(row, context)]
        if not prices:
            return
        if not (row.across or row.across_texts or row.values.get("candidate")):
            yield "candidate"
        if "kind" not in row.values and not item_of(row, context)[0]:
            yield "kind"
        if "rhythm" not in row.values and any(
            money.amount is not None and not money.rhythm for money in prices
        ):
            yield "rhythm"

    def proposes(self, name: str, context: Context) -> Mapping[str, str]:
        """“Price per month (USD)” says currency and rhythm of what stands below."""
        said: dict[str, str] = {}
        for part in name.replace("(", " ").replace(")", " ").replace("[", " ").split():
            if (len(part) < 4 and not part.isalnum()) or part in CODES:
                codes = currencies_of(part)
                if codes:
                    own = context.currency
                    said["currency"] = own if own in codes else codes[0]
        for separator in ("/", " per ", " pro ", " "):
            _, _, behind = name.rpartition(separator)
            (cell,) = read_column("money", [f"EUR 1/{behind}"])
            if behind != name and cell.value and cell.value.rhythm:
                said["rhythm"] = cell.value.rhythm
        return said

    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterator[Record | Refusal]:
        seen: dict[tuple[str, ...], Record] = {}
        for row in rows:
            for name, money, text in bids(row, context):
                try:
                    record = record_of(row, context, name, money, text)
                except Wrong as wrong:
                    place = name if row.across or row.across_texts else wrong.role
                    is_own = wrong.role == "amount"
                    role = place if is_own else wrong.role
                    yield Refusal(row.sheet, row.number, role, str(wrong))
                    if not is_own:
                        break
                    continue
                first = seen.setdefault(record.key, record)
                if first is record:
                    yield record
                elif first.values != record.values:
                    yield Refusal(row.sheet, row.number, "", again(first))


def again(first: Record) -> str:
    return (
        f"“{first.name}” has other values in row {first.row}. Make them alike, or keep "
        "one of the rows."
    )


def bids(row: ReadRow, context: Context) -> list[tuple[str, Money, str]]:
    """By candidate what a row says: one price, or that of each bidder."""
    across = dict.fromkeys([*row.across, *row.across_texts])
    if across:
        return [
            (name, row.across.get(name) or Money(), row.across_texts.get(name, ""))
            for name in across
        ]
    if not {"amount", "state", "low", "high"} & {*row.values, *row.texts}:
        return []
    named = str(row.values.get("candidate") or "")
    name = context.candidates.get(key(named), named)
    text = row.texts.get("amount", "")
    return [(name, row.values.get("amount") or Money(), text)]


def item_of(row: ReadRow, context: Context) -> tuple[str, str]:
    """Kind and part of a row: “Support” or “Training” in a list of items say both."""
    label = " ".join(str(row.values.get("label") or row.texts.get("label", "")).split())
    kind = row.values.get("kind", "")
    items: Mapping[str, tuple[str, str]] = context.more.get("items", {})
    return (kind, label) if kind else items.get(key(label), ("", label))


def record_of(
    row: ReadRow, context: Context, candidate: str, money: Money, text: str
) -> Record:
    if not candidate:
        raise Wrong("candidate", NO_CANDIDATE)
    if candidate not in context.candidates.values():
        raise Wrong(
            "candidate", unknown("candidate", candidate, context.candidates.values())
        )
    key_of_kind, label = item_of(row, context)
    if not key_of_kind:
        raise Wrong("kind", NO_KIND)
    kind = kind_named(key_of_kind, context.more.get("kinds", ()))
    inputs = Inputs()
    label = inputs.line("label", label, blank=True)
    values = price(row, context, money, text) | pricing(row)
    check_price(row, kind, label, values)
    values |= rest(row, inputs, money)
    for role, sentences in inputs.errors.items():
        raise Wrong(role, sentences[0])
    return Record((candidate, kind.key, label), values, row.sheet, row.number)


def price(row: ReadRow, context: Context, money: Money, text: str) -> dict[str, Any]:
    """The state, and of a price its amounts, currency and rhythm."""
    said = row.values
    state = STATES.get(money.state or str(said.get("state", "")), CostState.PRICED)
    if text and state == CostState.PRICED:
        state = CostState.UNSAID
    if state != CostState.PRICED:
        if money.amount is not None:
            raise Wrong("amount", "Only a priced line carries an amount.")
        values: dict[str, Any] = {"state": state.value, **dict.fromkeys(ENDS)}
        return values | ({"source_text": " ".join(text.split())[:300]} if text else {})
    if money.amount is None:
        raise Wrong("amount", "A priced line needs its likely amount as a number.")
    rhythm = money.rhythm or said.get("rhythm")
    if not rhythm:
        raise Wrong("rhythm", NO_RHYTHM)
    currency = money.currency or code_of(str(said.get("currency") or context.currency))
    values = {"state": state.value, "likely": exact(money.amount, "amount")}
    for end in ("low", "high"):
        if end in row.texts:
            raise Wrong(end, f"“{row.texts[end][:60]}” is no amount.")
        other: Money | None = said.get(end)
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
    if tiers and not way:
        raise Wrong(
            "tiers",
            "It does not say how its tiers count. Write graduated, volume or package "
            "into “Price by quantity”.",
        )
    if not way:
        return {}
    if problem := contradiction(Counted(way), tiers):
        raise Wrong("tiers", problem[0].upper() + problem[1:])
    return {"pricing": way, "tiers": [stored_tier(tier) for tier in tiers]}


def check_price(row: ReadRow, kind: Kind, label: str, values: dict[str, Any]) -> None:
    likely, is_share = values.get("likely"), values.get("pricing") == Pricing.PERCENT
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
        raise Wrong("amount", f"{problem[0].upper()}{problem[1:]}".rstrip(".") + ".")


def rest(row: ReadRow, inputs: Inputs, money: Money) -> dict[str, Any]:
    said = row.values
    unit = " ".join((money.unit or str(said.get("unit", ""))).split())
    notes = [str(said.get("note", ""))]
    values: dict[str, Any] = {}
    if unit:
        values["unit"] = inputs.line("unit", unit, limit=60)
    for name, places in (("quantity", 2), ("rate", 6)):
        if (number := said.get(name)) is not None:
            if number != round(number, places):
                inputs.refuse(name, f"It has more than {places} decimals; round it.")
            if name == "rate" and number <= 0:
                inputs.refuse(name, "A rate of exchange is above 0.")
            values[name] = round(number, places)
    if link := str(said.get("source_url", "")):
        try:
            values["source_url"] = read_link(link)
        except ValueError:
            notes.append(f"Source: {link}")
    if "quoted_on" in said:
        values["quoted_on"] = said["quoted_on"]
    valid = [
        f"{word} {said[name]}"
        for name, word in (("valid_from", "from"), ("valid_until", "until"))
        if name in said
    ]
    notes.append(f"Valid {' '.join(valid)}." if valid else "")
    note = "\n".join(filter(None, notes))
    return values | ({"note": inputs.text("note", note)} if note else {})


def code_of(text: str) -> str:
    codes = currencies_of(text)
    if len(codes) != 1 or codes[0] not in CODES:
        raise Wrong("currency", "Write the currency as its code, such as USD.")
    return codes[0]


def exact(amount: Decimal, role: str) -> Decimal:
    if problem := inexact(amount):
        raise Wrong(role, f"It would be rounded. {problem}")
    return padded(amount)


def unknown(noun: str, name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, 1, 0.75)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    return (
        f"The evaluation has no {noun} “{name[:60]}”.{hint} Add it first, fix the "
        "name, or leave out what is refused."
    )
