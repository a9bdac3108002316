"""The price grid: items down, candidates across, typed and pasted, under the seal."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaltracker.evaluations.models import Entry, Evaluation
from tests.clients import signed_in
from tests.factories import common, stakeholders, trials, vendors
from tests.pages.grids.sending import read, send
from vendors.costs import CostKind
from vendors.models import Candidate, CostLine
from vendors.selectors.costs import kinds_of
from vendors.services.costs import set_cost_line
from vendors.services.schedule import take_costs

pytestmark = pytest.mark.django_db
GRID = "costs"
FOLDER = Path(__file__).parents[2] / "data" / "cases"
CASES = json.loads((FOLDER / "any_purchase_cases.json").read_text())
SHIPPED = json.loads((FOLDER / "any_purchase_templates.json").read_text())


def kinds_by_key(where: Evaluation) -> dict[str, CostKind]:
    return {kind.key: kind for kind in kinds_of(where)}


@pytest.fixture
def acme(db: None) -> Candidate:
    return trials.claimed(trials.platform("must"))


@pytest.fixture
def licence(acme: Candidate) -> CostLine:
    return set_cost_line(
        candidate=acme,
        kind="licence",
        likely=Decimal(12),
        quantity=200,
        unit="seat",
        recurrence="monthly",
        by=acme.evaluation.owner,
    )


def put(acme: Candidate, text: str, kind: str = "licence", **answers: str) -> Any:
    at = [f"{kind}|", str(acme.pk)]
    return paste(acme, text, at, **answers)


def paste(acme: Candidate, text: str, at: Any, **answers: str) -> Any:
    where = acme.evaluation
    block = [line.split("\t") for line in text.split("\n")]
    return send(where.owner, GRID, where, block=block, at=at, answers=answers)


def shown(acme: Candidate, key: str = "licence|") -> dict[str, str]:
    where, column = acme.evaluation, str(acme.pk)
    rows = {row["id"]: row for row in read(where.owner, GRID, where)["rows"]}
    row = rows[key]
    return {
        name: row[name].get(column, "")
        for name in ("cells", "labels", "asides", "tones")
    }


def test_a_cell_changes_the_price_alone_and_the_journal_seals_it(
    acme: Candidate, licence: CostLine
) -> None:
    assert put(acme, "15.5 / month").json()["sentence"] == "Saved."
    licence.refresh_from_db()
    assert (licence.low, licence.likely, licence.high) == (Decimal("15.5"),) * 3
    assert (licence.quantity, licence.unit) == (Decimal(200), "seat")
    assert licence.recurrence == "monthly"
    entry = Entry.objects.latest("number")
    assert entry.action == "costs.written"
    assert "15.5" not in str(entry.after)
    assert shown(acme) == {
        "cells": "15.5 / month",
        "labels": "15.50",
        "asides": "monthly · × 200 seat",
        "tones": "",
    }


def test_a_new_line_starts_with_what_its_row_says(acme: Candidate) -> None:
    assert put(acme, "1100 (1000–1250)").status_code == 200
    line = CostLine.objects.get()
    assert (line.low, line.high) == (Decimal(1000), Decimal(1250))
    assert (line.recurrence, line.unit, line.said_by) == ("yearly", "user", "owner")
    assert put(acme, "3 %", "renewal_rise").status_code == 200
    assert CostLine.objects.get(kind="renewal_rise").pricing == "percent"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_line_with_tiers_is_changed_in_its_form",
)
def test_not_applicable_asks_why_and_keeps_the_reason(acme: Candidate) -> None:
    asked = put(acme, "n/a", "exit")
    assert asked.status_code == 409
    (question,) = asked.json()["questions"]
    assert question["sentence"] == "Why does it not apply to Acme ML?"
    assert not CostLine.objects.exists()
    assert (
        put(acme, "n/a", "exit", **{question["key"]: "They stay."}).status_code == 200
    )
    assert shown(acme, "exit|")["cells"] == "n/a: They stay."
    assert put(acme, "900", "exit").status_code == 200
    line = CostLine.objects.get()
    assert (line.state, line.note) == ("priced", "")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_line_with_tiers_is_changed_in_its_form",
)
def test_sums_and_points_are_those_of_the_worked_case(db: None) -> None:
    """C1: office cleaning, everything priced."""
    where = vendors.in_research(common.evaluation(currency="EUR", budget=None))
    take_costs(where, SHIPPED["templates"]["cleaning"]["costs"], where.owner)
    (case,) = (row for row in CASES["costs"] if row["id"] == "C1")
    for name, told in case["given"]["candidates"].items():
        option, due = vendors.candidate(where, name=name), kinds_by_key(where)
        for line in told["lines"]:
            amount, kind = line.get("amount"), due[line["kind"]]
            set_cost_line(
                candidate=option,
                kind=line["kind"],
                state=line["state"],
                likely=Decimal(amount) if amount else None,
                quantity=Decimal(line.get("quantity", 1)),
                recurrence=kind.due,
                pricing="percent" if kind.counts_as and amount else "",
                by=where.owner,
            )
    rows = {row["id"]: row["labels"] for row in read(where.owner, GRID, where)["rows"]}
    keys = {row.name: str(row.pk) for row in where.candidates.all()}
    for name, told in case["expect"].items():
        assert rows["sum|Price points"][keys[name]] == told["price_points"]
        whole = rows["sum|Total over 36 months"][keys[name]]
        assert Decimal(whole.replace(",", "")) == Decimal(told["total"])
        assert rows["sum|Kinds known"][keys[name]] == "7 of 7"


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_line_with_tiers_is_changed_in_its_form",
)
def test_emptying_removes_the_line_and_undo_brings_it_back(
    acme: Candidate, licence: CostLine
) -> None:
    where = acme.evaluation
    undo = put(acme, "").json()["undo"]
    assert not CostLine.objects.exists()
    assert send(where.owner, GRID, where, undo=undo).json()["sentence"] == "Undone."
    again = CostLine.objects.get()
    assert (again.pk, again.likely, again.unit) == (licence.pk, Decimal(12), "seat")
    assert send(where.owner, GRID, where, undo=undo).status_code == 409
    assert send(where.owner, GRID, where, undo=f"{undo}x").status_code == 400


def test_a_block_is_written_by_its_names_and_undone_at_once(
    acme: Candidate, licence: CostLine
) -> None:
    where = acme.evaluation
    other = vendors.candidate(where, "Globex ML")
    entries = Entry.objects.count()
    answer = paste(
        acme,
        "Item\tGlobex ML\tAcme ML\nTraining\t3000\tinkl.\nlicence or usage\t9\t15",
        None,
    )
    assert answer.json()["sentence"] == "4 cells saved."
    assert Entry.objects.count() == entries + 1
    prices = CostLine.objects.values_list("candidate__name", "kind", "likely", "state")
    assert sorted(prices) == [
        ("Acme ML", "licence", Decimal(15), "priced"),
        ("Acme ML", "training", None, "included"),
        ("Globex ML", "licence", Decimal(9), "priced"),
        ("Globex ML", "training", Decimal(3000), "priced"),
    ]
    send(where.owner, GRID, where, undo=answer.json()["undo"])
    assert [line.likely for line in CostLine.objects.all()] == [Decimal(12)]
    assert other.cost_lines.count() == 0


def test_nothing_of_a_block_is_saved_while_one_cell_is_wrong(acme: Candidate) -> None:
    block = "11800\nsoon\n31"
    at = ["licence|", str(acme.pk)]
    answer = paste(acme, block, at)
    assert (answer.status_code, answer.json()["others"]) == (400, 2)
    assert "“soon” in “support contract”, Acme ML" in answer.json()["sentence"]
    assert not CostLine.objects.exists()
    assert paste(acme, block, at, wrong="leave").status_code == 200
    assert CostLine.objects.count() == 2


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_line_with_tiers_is_changed_in_its_form",
)
def test_nobody_else_reads_or_writes_an_amount_before_prices_open(
    acme: Candidate, licence: CostLine
) -> None:
    where, it = acme.evaluation, stakeholders.holder("it")
    put(acme, "n/a: They stay.", "exit")
    assert "12 / month" in str(read(where.owner, GRID, where))
    assert "They stay." not in str(read(it, GRID, where))
    for person in (it, common.otto()):
        assert "12 / month" not in str(read(person, GRID, where))
        assert "priced" in str(read(person, GRID, where))
        sent = {"block": [["9"]], "at": ["licence|", str(acme.pk)], "answers": {}}
        assert send(person, GRID, where, **sent).status_code in (403, 404)
    page = f"/admin/e/{where.slug}/costs/"
    assert "data-grid" not in signed_in(it).get(page).content.decode()
    assert "data-grid" in signed_in(where.owner).get(page).content.decode()


def test_a_line_with_tiers_is_changed_in_its_form(
    acme: Candidate, licence: CostLine
) -> None:
    licence.tiers = [{"above": "100", "low": "9", "likely": "9", "high": "9"}]
    licence.pricing = "graduated"
    licence.save()
    answer = put(acme, "9")
    assert answer.status_code == 400
    assert answer.json()["sentence"] == "It has tiers: change it in its form."
    assert "with tiers" in shown(acme)["asides"]


@pytest.mark.parametrize(
    "body",
    [
        {"block": "9", "at": None, "answers": {}},
        {"block": ["9"], "at": None, "answers": {}},
        {"block": [["9"]], "at": None, "answers": ["dash"]},
        {"block": [[9]], "at": None, "answers": {}},
        {"block": [["9"]], "at": ["licence|"], "answers": {}},
        {"block": [["9"]], "at": None, "answers": {"dash": 1}},
        {"block": [["9\x00"]], "at": None, "answers": {}},
        {"undo": 3},
        {},
    ],
)
def test_what_is_no_block_is_refused(acme: Candidate, body: dict[str, Any]) -> None:
    where = acme.evaluation
    assert send(where.owner, GRID, where, **body).status_code == 400
