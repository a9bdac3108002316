"""How the quantity makes a price, and rises in per cent, in the cells of a sheet."""

from decimal import Decimal
from typing import Any

from evaltracker.importing.layout import short
from evaltracker.importing.rows import Refusal, Table
from evaltracker.tabular import Row, header_key
from vendors.choices import Pricing, Recurrence
from vendors.costs import CostKind, read_decimal, read_tiers
from vendors.costs import Pricing as Counted
from vendors.costs.kinds import no_percentage
from vendors.costs.tiers import contradiction, stored_tier
from vendors.imports.cost_words import PRICINGS

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
