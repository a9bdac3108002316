"""What a memo freezes of costs, and memos from before there was as much."""

import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

import pytest

from evaltracker.decision.memo.documents import MONEY, Number, costs
from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import compute_results, replay
from evaltracker.decision.memo.text import write_memo
from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.requirements.services.evaluations import change_brief
from evaltracker.workflow.gates.context import GateContext
from evaltracker.workflow.gates.rules import within_budget
from evaltracker.workflow.services.stages import draft_decision
from tests.workflow.deciding import decided, in_decision
from vendors.costs import Tier
from vendors.models import Candidate
from vendors.services.candidates import change_candidate
from vendors.services.costs import remove_rate, set_cost_line, set_payments, set_rate

pytestmark = pytest.mark.django_db


def euro(where: Evaluation, rate: str = "1.1") -> Any:
    return set_rate(
        evaluation=where,
        currency="EUR",
        rate=Decimal(rate),
        rated_on=datetime.date(2026, 1, 5),
        source="ECB",
        by=where.owner,
    )


def in_full() -> tuple[Evaluation, Candidate]:
    """Priced by tiers in euro, built by two people, with every limit set."""
    where, option = in_decision()
    euro(where)
    set_cost_line(
        candidate=option,
        kind="support",
        likely=Decimal(10),
        quantity=150,
        pricing="graduated",
        tiers=[Tier(Decimal(100), *[Decimal(8)] * 3)],
        recurrence="yearly",
        currency="EUR",
        by=where.owner,
    )
    change_candidate(
        candidate=option, builders=Decimal(2), months_to_live=Decimal(3), by=where.owner
    )
    change_brief(
        evaluation=where,
        budget_once=Decimal(90_000),
        budget_yearly=Decimal(1_500),
        builder_earnings=Decimal(5_000),
        by=where.owner,
    )
    where.refresh_from_db()
    return where, option


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_renewal_rise_is_in_memo_and_workbook_with_its_working",
)
def test_tiers_rates_limits_and_builders_are_in_the_frozen_memo() -> None:
    where, option = in_full()
    inputs = gather_inputs(where)
    result = compute_results(inputs)[str(option.pk)]
    cost = result["cost"]
    (support,) = [row for row in cost["rows"] if row["kind"] == "support contract"]
    assert support["likely"] == "4620.00"  # (100 × 10 + 50 × 8) × 3 years × 1.1
    assert "rate of 5 January 2026, ECB" in support["working"]
    assert [limit["sentence"] for limit in cost["limits"]] == [
        "inside, 154,146 to spare, as far as it is known",
        "over by 1,234",
        "over by 40",
    ]
    assert result["value"] is None
    assert result["opportunity"]["amount"] == "30000.00"
    assert "hours saved" in result["opportunity"]["missing"]
    draft_decision(
        evaluation=where, candidate=option, rationale="Good.", by=where.owner
    )
    inputs = gather_inputs(where)
    results = compute_results(inputs)
    rows = list(costs({"inputs": inputs, "results": results}))
    assert Number("4620.00", MONEY) in next(
        row for row in rows if "support" in str(row[1])
    )
    words = write_memo(inputs, results)
    assert "Budget a year, 1,500: over by 40." in words
    assert "1 EUR = 1.10 USD (5 January 2026, ECB)" in words


def test_a_renewal_rise_is_in_memo_and_workbook_with_its_working() -> None:
    where, option = in_full()
    set_cost_line(
        candidate=option,
        kind="renewal_rise",
        likely=Decimal(5),
        pricing="percent",
        by=where.owner,
    )
    draft_decision(
        evaluation=where, candidate=option, rationale="Good.", by=where.owner
    )
    inputs = gather_inputs(where)
    results = compute_results(inputs)
    assert replay({"inputs": inputs, "results": results}) == []
    # 1,540 a year: +5% and +10.25%.
    assert results[str(option.pk)]["cost"]["likely"] == "96088.85"
    working = (
        "5% a year from the second year on, on support contract 4,620 over 36 months: "
        "+5% in year 2, +10.25% in year 3"
    )
    rows = list(costs({"inputs": inputs, "results": results}))
    (row,) = [row for row in rows if row[1] == "renewal rise"]
    assert row[-1] == working
    assert Number("234.85", MONEY) in row
    assert working in write_memo(inputs, results)


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/workflow/test_signed_words.py"
    "::test_the_memo_begins_with_its_date_and_approvals",
)
def test_costs_stand_as_the_checklist_asks_and_a_frozen_memo_keeps_its_order() -> None:
    where, option = in_full()
    for kind in ("exit", "setup"):
        set_cost_line(candidate=option, kind=kind, likely=Decimal(100), by=where.owner)
    draft_decision(
        evaluation=where, candidate=option, rationale="Good.", by=where.owner
    )
    asked = ["licence or usage", "set-up", "support contract", "exit"]
    memo: Any = {"inputs": gather_inputs(where)}
    memo["results"] = compute_results(memo["inputs"])
    assert printed(memo) == [asked, asked, asked]
    # A memo from before has them by their short names.
    for candidate in memo["inputs"]["candidates"]:
        candidate["cost_lines"].sort(key=itemgetter("kind"))
    memo["results"] = compute_results(memo["inputs"])
    assert replay(memo) == []
    assert (
        printed(memo)
        == [["exit", "licence or usage", "set-up", "support contract"]] * 3
    )


def printed(memo: Any) -> list[list[str]]:
    """The kinds of cost in the order of results, workbook and words."""
    option, results = memo["inputs"]["choice"]["candidate"], memo["results"]
    words = write_memo(memo["inputs"], results).partition("sum by sum")[2]
    kinds = [row["kind"] for row in results[option]["cost"]["rows"]]
    return [
        kinds,
        [str(row[1]) for row in costs(memo) if row[1] in kinds],
        sorted(kinds, key=lambda kind: words.index(f"| {kind} |")),
    ]


def test_the_gate_holds_every_limit_of_the_budget() -> None:
    where, option = in_full()
    draft_decision(
        evaluation=where, candidate=option, rationale="Good.", by=where.owner
    )
    once, yearly = within_budget(GateContext(where))
    assert "more paid once than the budget for that, 90,000 USD" in once.sentence
    assert "more a year than the budget for that, 1,500 USD" in yearly.sentence


def test_a_rate_that_changes_is_journaled_and_a_frozen_memo_keeps_its_own() -> None:
    where, option = in_decision()
    row = euro(where)
    euro(where, "1.2")
    euro(where, "1.2")
    entry = Entry.objects.filter(evaluation=where, action="rate.set").latest("number")
    assert (entry.before["rate"], entry.after["rate"]) == ("1.100000", "1.2")
    assert Entry.objects.filter(action="rate.set").count() == 2
    set_payments(candidate=option, payments=[(Decimal(100), "at once")], by=where.owner)
    assert Entry.objects.filter(action="payments.set").exists()
    remove_rate(rate=row, by=where.owner)
    assert Entry.objects.filter(action="rate.removed").exists()


def test_a_rate_to_a_former_currency_does_not_count() -> None:
    where, _ = in_full()
    change_brief(evaluation=where, currency="GBP", by=where.owner)
    where.refresh_from_db()
    assert gather_inputs(where)["rates"] == []


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_renewal_rise_is_in_memo_and_workbook_with_its_working",
)
def test_a_memo_from_before_counts_as_it_did() -> None:
    decided()
    memo = Decision.objects.get().memo
    inputs = memo["inputs"]
    del inputs["rates"]
    for name in ("budget_once", "budget_yearly", "builder_earnings"):
        del inputs["brief"][name]
    for candidate in inputs["candidates"]:
        del candidate["builders"], candidate["payments"]
        for line in candidate["cost_lines"]:
            del line["pricing"], line["tiers"]
    for result in memo["results"].values():
        result.pop("opportunity", None)
        result.get("cost", {}).pop("limits", None)
    assert replay(memo) == []
    # An unsaid date was taken for at once then; a new memo asks for it.
    brief, (one, *_) = inputs["brief"], inputs["candidates"]
    brief |= {"loaded_hourly_rate": "90"}
    one |= {"hours_saved": "1", "months_to_live": None}
    assert compute_results(inputs)[one["id"]]["value"]["opportunity"] == "0.00"
    one["builders"] = None
    assert compute_results(inputs)[one["id"]]["value"] is None
