"""Costs of any purchase, by the worked cases of its kinds."""

import datetime
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evaltracker.enumerations import Pricing, Recurrence
from vendors import costs

HERE = Path(__file__).parent.parent / "data" / "cases"
CASES = json.loads((HERE / "any_purchase_cases.json").read_text())
TEMPLATES = json.loads((HERE / "any_purchase_templates.json").read_text())["templates"]


def kinds_of(given: dict[str, Any]) -> tuple[costs.CostKind, ...]:
    ruled = given.get("not_applicable", ())
    return tuple(
        costs.CostKind(
            key=row["kind"],
            name=row["name"],
            group=row["group"],
            due=row["due"],
            unit=row.get("unit", ""),
            counts_as=row.get("counts_as", ""),
            rises=row.get("rises", False),
            for_kinds=tuple(row["for"]),
            not_applicable="It does not apply." if row["kind"] in ruled else "",
            parts=tuple(
                map(costs.CostPart, given.get("parts", {}).get(row["kind"], ()))
            ),
        )
        for row in TEMPLATES[given["costs_of"]]["costs"]
    )


def line_of(
    row: dict[str, Any],
    kinds: tuple[costs.CostKind, ...],
    currency: str,
    rates: dict[str, str] | None = None,
) -> costs.CostLineFacts:
    kind = costs.kind_named(row["kind"], kinds)
    amount = Decimal(row["amount"]) if "amount" in row else None
    rate = (rates or {}).get(row.get("currency", ""))
    percent = amount is not None and kind.counts_as == costs.RISE
    return costs.CostLineFacts(
        kind=kind,
        state=costs.LineState(row["state"]),
        low=amount,
        likely=amount,
        high=amount,
        currency=row.get("currency", currency),
        rate_to_base=Decimal(rate) if rate else None,
        recurrence=Recurrence(row.get("due", kind.due)),
        quantity=Decimal(row.get("quantity", 1)),
        label=row.get("part", ""),
        note=row.get("note", ""),
        pricing=Pricing.PERCENT if percent else Pricing.PER_UNIT,
    )


def totals_of(given: dict[str, Any]) -> dict[str, costs.TotalCost]:
    kinds = kinds_of(given)
    return {
        name: costs.total_cost(
            [
                line_of(row, kinds, given["currency"], given.get("rates_to_EUR"))
                for row in one["lines"]
            ],
            kinds=kinds,
            candidate_kind=one.get("is", "buy"),
            currency=given["currency"],
            horizon_months=given["horizon_months"],
            planning_factor=Decimal(given.get("planning_factor", 1)),
        )
        for name, one in given["candidates"].items()
    }


def points_of(
    totals: dict[str, costs.TotalCost], budget: Decimal | None
) -> dict[str, str]:
    whole = {
        name: total.likely
        for name, total in totals.items()
        if total.complete and total.is_priced
    }
    points = costs.price_points(whole, ceiling=budget)
    return {name: shown(points.get(name, "")) for name in totals}


def shown(points: Fraction | str | None) -> str:
    if isinstance(points, str):
        return points
    return "over budget" if points is None else f"{float(points):.1f}"


@pytest.mark.parametrize("case", CASES["costs"], ids=lambda case: case["id"])
def test_totals_coverage_and_points_of_a_purchase_are_as_worked_out(
    case: dict[str, Any],
) -> None:
    given = case["given"]
    totals = totals_of(given)
    budget = Decimal(given["budget"]) if "budget" in given else None
    points = points_of(totals, budget)
    for name, expected in case["expect"].items():
        total = totals[name]
        assert {
            "total": str(total.likely.quantize(Decimal("0.01")))
            if total.is_priced
            else None,
            "or_more": not total.complete,
            "known": total.coverage.known,
            "of": total.coverage.total,
            "not_stated": [kind.name for kind in total.coverage.unsaid],
            "not_offered": [kind.name for kind in total.coverage.excluded],
            "price_points": points[name],
        } == expected, name


@pytest.mark.parametrize("case", CASES["asks"], ids=lambda case: case["id"])
def test_what_to_ask_next_leaves_out_what_does_not_apply(case: dict[str, Any]) -> None:
    given = case["given"]
    kinds = kinds_of(given)
    lines = [line_of(row, kinds, "EUR") for row in given["lines"]]
    total = costs.total_cost(
        lines, kinds=kinds, candidate_kind="buy", currency="EUR", horizon_months=36
    )
    today = datetime.date(2026, 11, 29)
    asks = costs.asks(kinds, "buy", [(row, today) for row in total.rows], today)
    assert [[ask.why.label, [kind.name for kind in ask.kinds]] for ask in asks] == case[
        "expect"
    ]


def test_kinds_of_a_purchase_without_its_own_are_those_of_the_it_templates() -> None:
    fields = ("key", "name", "group", "due", "unit", "counts_as", "rises")
    template = kinds_of({"costs_of": "it"})
    for candidate_kind in ("buy", "build", "open_source", "as_is"):
        own, shipped = (
            [
                [getattr(kind, field) for field in fields]
                for kind in costs.kinds_for(candidate_kind, kinds)
            ]
            for kinds in (costs.IT, template)
        )
        assert own == shipped
