"""One row of a price sheet as the fields of a cost line."""

from decimal import Decimal
from typing import Any, ClassVar

from evaltracker.importing.plan import short
from evaltracker.importing.rows import Refusal, Table
from evaltracker.requirements.imports.lines import UNCOMPUTED
from evaltracker.toolbox.tabular import Row, header_key
from evaltracker.toolbox.tabular.wording import web_addresses, without_markup
from evaltracker.toolbox.text import Inputs
from vendors.choices import CostState, Pricing, Recurrence
from vendors.costs import CostKind, read_decimal, read_tiers
from vendors.costs import Pricing as Counted
from vendors.costs.lines import contradiction, mixed_credit, no_percentage, stored_tier
from vendors.imports.prices import ENDS as COST_COLUMNS_ENDS
from vendors.imports.prices import (
    KINDS,
    PRICINGS,
    RECURRENCES,
    STATES,
    Price,
    Settled,
    currency_of,
    day_in,
    number_in,
    read_price,
    validity,
)

# How the quantity makes a price, and rises in per cent, in the cells of a sheet.

ENDS = ("likely", "low", "high")


def tiering(table: Table, row: Row) -> dict[str, Any]:
    """The way of pricing and its tiers, where the file says any.

    Tiers stand in one cell, as people type them on the page, apart by a line or “;”.

    Raises:
        Refusal: the words are not known, or contradict each other.

    """
    cell = table.cell(row, "pricing")
    pricing = PRICINGS.get(header_key(cell)) if cell else None
    if cell and pricing is None:
        raise Refusal(
            "pricing",
            f"“{short(cell)}” is none of per unit, graduated, volume, package.",
        )
    if pricing == Pricing.PERCENT:
        raise Refusal("pricing", "Only the renewal rise can be a percentage.")
    text = table.cell(row, "tiers").replace(";", "\n")
    try:
        tiers = read_tiers(text)
    except ValueError as error:
        raise Refusal("tiers", str(error)) from error
    if tiers and pricing is None:
        raise Refusal(
            "tiers",
            "It does not say how its tiers count. Write graduated, volume or package "
            "into “Price by quantity”.",
        )
    if pricing is None:
        return {}
    problem = contradiction(Counted(pricing.value), tiers)
    if problem:
        raise Refusal("tiers", problem[0].upper() + problem[1:])
    return {"pricing": pricing.value, "tiers": [stored_tier(tier) for tier in tiers]}


def is_rise(table: Table, row: Row, kind: str) -> bool:
    """Whether the row is a rise in per cent: its cell or its way of pricing says so.

    Raises:
        Refusal: it is a number that could be a share as well as a price.

    """
    if kind != CostKind.RENEWAL_RISE:
        return False
    cell = table.cell(row, "likely")
    if cell.endswith("%"):
        return True
    if PRICINGS.get(header_key(table.cell(row, "pricing"))) == Pricing.PERCENT:
        return True
    try:
        is_share = 0 < read_decimal(cell) < 1
    except ValueError:
        return False
    if is_share:
        raise Refusal(
            "likely",
            f"“{short(cell)}” could be a price or a share. Write per cent as “5%”.",
        )
    return False


def rise(table: Table, row: Row, label: str) -> dict[str, Any]:
    """A rise in per cent a year.

    Raises:
        Refusal: it is none.

    """
    rates: dict[str, Decimal] = {}
    for end in ENDS:
        cell = table.cell(row, end).removesuffix("%").strip()
        try:
            rates[end] = read_decimal(cell) if cell else rates["likely"]
        except (ValueError, KeyError) as error:
            raise Refusal(end, "Write per cent a year as a number, “5%”.") from error
    if not rates["low"] <= rates["likely"] <= rates["high"]:
        raise Refusal("low", "Low, likely and high must be in that order.")
    problem = no_percentage(
        CostKind.RENEWAL_RISE, label, [rates[end] for end in ("low", "likely", "high")]
    )
    if problem:
        raise Refusal("likely", problem[0].upper() + problem[1:])
    return {
        **rates,
        "pricing": Pricing.PERCENT.value,
        "tiers": [],
        "recurrence": Recurrence.YEARLY.value,
    }


TEXTS = {"label": 150, "unit": 60}


class Reader:
    """Reads rows; `kind` and `recurrence` are for those that say none."""

    UNCOMPUTED: ClassVar[str] = UNCOMPUTED

    def __init__(self, currency: str, kind: str, recurrence: str) -> None:
        self.currency, self.kind, self.recurrence = currency, kind, recurrence
        self.unsure: dict[str, None] = {}
        self.credits = 0
        self.settled = Settled()

    def says_something(self, table: Table, row: Row) -> bool:
        """Whether the row has an amount or a state."""
        return any(table.cell(row, it) for it in ("likely", "state", "low", "high"))

    def read(self, table: Table, row: Row) -> tuple[str, str, dict[str, Any]]:
        """Kind, label and values.

        Raises:
            Refusal: something in the row cannot be kept.

        """
        inputs = Inputs()
        kind = self.kind_of(table, row)
        label = " ".join(without_markup(table.cell(row, "label")).split())
        if label:
            label = inputs.line("label", label, limit=TEXTS["label"])
        values = self.money(table, row, kind, label)
        for name in ("unit", "note"):
            cell = without_markup(table.cell(row, name))
            if cell and name == "unit":
                values["unit"] = inputs.line("unit", " ".join(cell.split()), limit=60)
            elif cell:
                values["note"] = inputs.text("note", cell)
        self.rest(table, row, inputs, values)
        for column, sentences in inputs.errors.items():
            raise Refusal(column, sentences[0])
        return kind, label, values

    def kind_of(self, table: Table, row: Row) -> str:
        """Which kind of cost."""
        cell = table.cell(row, "kind")
        found = KINDS.get(header_key(cell)) if cell else None
        if cell and found is None:
            known = ", ".join(kind.label for kind in CostKind)
            raise Refusal(
                "kind", f"“{short(cell)}” is no kind of cost. There are: {known}."
            )
        # “Support” or “Training” in a list of items says it, too.
        item = KINDS.get(header_key(table.cell(row, "label")))
        kind = found or self.kind or item
        if not kind:
            raise Refusal(
                "kind",
                "It does not say which kind of cost it is. Fill it in, or say below "
                "which kind all rows are.",
            )
        return str(kind)

    def money(self, table: Table, row: Row, kind: str, label: str) -> dict[str, Any]:
        """State, amounts, currency, rhythm, and how the quantity counts."""
        if is_rise(table, row, kind):
            said = table.cell(row, "likely")
            return {
                "state": self.state_of(table, row, Price(Decimal(0))).value,
                "currency": self.currency,
                "source_text": without_breaks(said)[:300],
                **rise(table, row, label),
            }
        values = self.price(table, row)
        values |= tiering(table, row)
        if values["state"] != CostState.PRICED and values.get("tiers"):
            raise Refusal("tiers", "Only a priced line has tiers.")
        if values.get("tiers") and values["likely"] < 0:
            raise Refusal("tiers", "A credit has no tiers.")
        return values

    def price(self, table: Table, row: Row) -> dict[str, Any]:
        """State, amounts, currency and rhythm."""
        prices = {end: self.price_in(table, row, end) for end in COST_COLUMNS_ENDS}
        likely = prices["likely"]
        state = self.state_of(table, row, likely)
        values: dict[str, Any] = {
            "state": state.value,
            "likely": None,
            "low": None,
            "high": None,
            "currency": currency_of(table, row, likely, self.settled, self.currency),
        }
        if likely.text:
            values["source_text"] = without_breaks(likely.text)
        unit = likely.unit or ("" if table.cell(row, "unit") else self.settled.unit)
        if unit:
            values["unit"] = unit[: TEXTS["unit"]]
        rhythm = self.rhythm_of(table, row, likely)
        if rhythm:
            values["recurrence"] = rhythm
        refuse_differing(prices, str(values["currency"]), rhythm)
        if likely.amount is not None and likely.amount < 0:
            self.credits += 1
        if state != CostState.PRICED:
            return values
        if likely.amount is not None and not rhythm:
            raise Refusal(
                "recurrence",
                "It does not say whether it is paid once, monthly or yearly. Fill it "
                "in, or say below how all rows fall due.",
            )
        return values | amounts(prices)

    def price_in(self, table: Table, row: Row, end: str) -> Price:
        """The price in one of the columns."""
        if end not in table.columns:
            return Price()
        column, style = table.columns[end], self.settled.styles.get(end)
        try:
            return read_price(table.sheet, row, column, style)
        except Refusal as refusal:
            raise Refusal(end, refusal.sentence) from refusal

    def state_of(self, table: Table, row: Row, likely: Price) -> CostState:
        """What is known; a price that is not certain is unsaid, with its text."""
        cell = table.cell(row, "state")
        if cell:
            found = STATES.get(header_key(cell))
            if found is None:
                raise Refusal(
                    "state",
                    f"“{short(cell)}” is none of priced, included, excluded, unsaid.",
                )
            if found != CostState.PRICED and likely.amount is not None:
                raise Refusal("likely", "Only a priced line carries an amount.")
            return found
        if likely.state is not None:
            return likely.state
        if likely.amount is None and likely.text:
            self.unsure[likely.text] = None
            return CostState.UNSAID
        return CostState.PRICED

    def rhythm_of(self, table: Table, row: Row, likely: Price) -> str:
        """How often it falls due; blank where nothing says so."""
        cell = table.cell(row, "recurrence")
        if cell:
            found = RECURRENCES.get(header_key(cell))
            if found is None:
                raise Refusal(
                    "recurrence", f"“{short(cell)}” is none of once, monthly, yearly."
                )
            own = likely.recurrence or self.settled.rhythm
            if own and own != found:
                said = short(likely.text or table.cell(table.header, "likely"))
                raise Refusal(
                    "recurrence",
                    f"“{said}” is {own}, and its column says {found.value}.",
                )
            return found.value
        return str(likely.recurrence or self.settled.rhythm or self.recurrence)

    def rest(
        self, table: Table, row: Row, inputs: Inputs, values: dict[str, Any]
    ) -> None:
        """Quantity, exchange rate, link and days."""
        for name in ("quantity", "rate"):
            cell = table.cell(row, name)
            if not cell:
                continue
            values[name] = number_in(table, row, name, self.settled)
            if name == "rate" and values[name] <= Decimal(0):
                raise Refusal(name, "A rate of exchange is above 0.")
        link = table.cell(row, "source_url")
        if link:
            good, _ = web_addresses(link)
            if good:
                values["source_url"] = inputs.link("source_url", good[0])
            else:
                note = values.get("note", "")
                said = f"Source: {without_markup(link)}"
                values["note"] = inputs.text("note", f"{note}\n{said}".strip())
        day = day_in(table, row, "quoted_on", self.settled)
        if day is not None:
            values["quoted_on"] = day
        valid = validity(table, row, self.settled)
        if valid:
            note = f"{values.get('note', '')}\n{valid}".strip()
            values["note"] = inputs.text("note", note)


def refuse_differing(prices: dict[str, Price], currency: str, rhythm: str) -> None:
    """Refuse ends of a range that are in another currency or rhythm."""
    for end in ("low", "high"):
        price = prices[end]
        if price.currencies and currency not in price.currencies:
            raise Refusal(end, f"It is in {price.currency} and not in {currency}.")
        if price.recurrence and rhythm and price.recurrence != rhythm:
            raise Refusal(end, f"It is {price.recurrence.value} and not {rhythm}.")


def amounts(prices: dict[str, Price]) -> dict[str, Decimal]:
    """Likely, low and high; where an end is not given it is the likely one.

    Raises:
        Refusal: one is no number, or they are not in order.

    """
    likely = prices["likely"].amount
    if likely is None:
        raise Refusal("likely", "A priced line needs its likely amount as a number.")
    found = {"likely": likely}
    for end in ("low", "high"):
        if prices[end].problem:
            raise Refusal(end, f"“{short(prices[end].text)}” is no amount.")
        given = prices[end].amount
        found[end] = likely if given is None else given
    if not found["low"] <= likely <= found["high"]:
        raise Refusal("low", "Low, likely and high must be in that order.")
    mixed = mixed_credit([found["low"], likely, found["high"]])
    if mixed:
        raise Refusal("low", mixed[0].upper() + mixed[1:])
    return found


def without_breaks(text: str) -> str:
    """A cell on one line."""
    return " ".join(text.split())
