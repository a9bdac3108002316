"""Lists of candidates and of costs: read without guessing, compared field by field."""

from decimal import Decimal
from typing import Any

import pytest

from evaltracker.importing.rows import RowsPlan
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.open_books import read_table
from vendors.imports.candidates import KnownCandidates, plan_candidates_import
from vendors.imports.costs import ForAll, KnownCosts, plan_costs_import

ACME = {
    "kind": "buy",
    "vendor": "Acme",
    "aliases": ["AML"],
    "website": "",
    "summary": "",
}
OPTIONS = KnownCandidates(
    candidates={"Acme ML": ACME},
    names={"Acme ML": ["AML"]},
    vendors={"Acme": ["Acme Inc."]},
)
COSTS = KnownCosts({"Acme ML": ["AML"], "Globex": []}, "USD")


def candidates(table: str, known: KnownCandidates = OPTIONS, **more: Any) -> RowsPlan:
    return plan_candidates_import(read_table(table.encode(), "c.csv"), known, **more)


def costs(table: str, known: KnownCosts = COSTS, **more: Any) -> RowsPlan:
    return plan_costs_import(read_table(table.encode(), "p.csv"), known, **more)


def errors(plan: RowsPlan) -> list[str]:
    return [str(problem) for problem in plan.problems]


def test_a_candidate_is_found_by_another_name_and_only_named_fields_change() -> None:
    plan = candidates("name;website\nAML;https://acme.example\n")
    assert plan.counts == {"new": 0, "changed": 1, "same": 0, "refused": 0}
    assert plan.changed[0].line.key == ("Acme ML",)
    assert plan.changed[0].after == {"website": "https://acme.example"}


def test_kinds_vendors_and_other_names_are_read_and_new_companies_told() -> None:
    plan = candidates(
        "name,kind,vendor,aliases\nMlflow,open source,,MLF; ml-flow\n"
        "Globex,,Globex Corp,\nLite,buy,acme inc,\n"
    )
    values = {line.name: dict(line.values) for line in plan.new}
    assert values["Mlflow"] == {"kind": "open_source", "aliases": ["MLF", "ml-flow"]}
    assert values["Globex"] == {"kind": "buy", "vendor": "Globex Corp"}
    assert values["Lite"]["vendor"] == "Acme"
    assert "1 company is new: Globex Corp." in plan.remarks


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("X,rent", "“rent” is no kind."),
        (",buy", "It has no name."),
        ("Acme ML,build", "a kind cannot change"),
        ("X,buy\nX,build", "“X” has another kind in row 2."),
    ],
)
def test_a_candidate_that_does_not_fit_is_told(row: str, sentence: str) -> None:
    assert any(sentence in name for name in errors(candidates(f"name,kind\n{row}\n")))


def test_what_no_cell_says_can_be_said_for_all() -> None:
    plan = candidates("name,about\nX,y\n", kind="open_source")
    assert plan.new[0].values["kind"] == "open_source"
    with pytest.raises(Unreadable, match="No candidates were found"):
        candidates("colour,size\nred,4\n")


LIST = "candidate,kind,part,price,due\n"


def test_prices_are_read_exactly_and_what_is_uncertain_stays_a_text() -> None:
    plan = costs(
        LIST + "Acme ML,licence,,$10 per user/month,\n"
        "Acme ML,set-up,Workshop,1200.50,once\n"
        "AML,training,,included,\n"
        "Globex,licence,,Call Us! (over $75 per u/m),\n"
        "Globex,exit,,$0.60 - $7.20 per host-month,\n"
        "Globex,support,,,\n"
    )
    assert not plan.problems
    by_key = {line.key: line.values for line in plan.new}
    licence = by_key["Acme ML", "licence", ""]
    assert licence["likely"] == licence["low"] == Decimal(10)
    assert (licence["recurrence"], licence["unit"]) == ("monthly", "user")
    assert licence["source_text"] == "$10 per user/month"
    assert by_key["Acme ML", "setup", "Workshop"]["likely"] == Decimal("1200.50")
    assert by_key["Acme ML", "training", ""]["state"] == "included"
    assert by_key["Globex", "licence", ""]["state"] == "unsaid"
    assert by_key["Globex", "exit", ""]["source_text"].startswith("$0.60")
    assert len(plan.new) == 5
    assert "1 row says no price" in plan.remarks[-2]
    assert "“Call Us! (over $75 per u/m)”" in plan.remarks[-1]
    assert "without a mark between thousands: 24000" in plan.remarks[-1]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Initech,licence,,5,once", "no candidate “Initech”"),
        ("Acme ML,beer,,5,once", "“beer” is no kind of cost."),
        ("Acme ML,,,5,once", "does not say which kind"),
        ("Acme ML,licence,,5,", "whether it is paid once, monthly or yearly"),
        ("Acme ML,licence,,5,weekly", "“weekly” is none of once, monthly, yearly."),
        (",licence,,5,once", "names no candidate"),
        ("Acme ML,exit,,5,once\nAML,exit,,6,once", "stands in row 2 already"),
    ],
)
def test_a_cost_that_does_not_fit_is_told(row: str, sentence: str) -> None:
    assert any(sentence in text for text in errors(costs(f"{LIST}{row}\n")))


def test_a_sheet_of_one_vendor_is_said_to_be_whose_and_of_what() -> None:
    plan = costs(
        "Labor category,Unit of issue,Price\nPM,Hour,125.44\n",
        for_all=ForAll("Globex", "integration", "once"),
    )
    assert plan.new[0].key == ("Globex", "integration", "PM")
    assert plan.new[0].values["unit"] == "Hour"


def test_the_same_again_changes_nothing_and_ends_stay_unless_said() -> None:
    table = LIST + "Acme ML,licence,,5,once\n"
    line = costs(table).new[0]
    stands = {**line.values, "low": Decimal(4), "high": Decimal(9)}
    known = KnownCosts(COSTS.candidates, "USD", {line.key: stands})
    assert costs(table, known).counts["same"] == 1
    dearer = costs(table.replace(",5,", ",6,"), known).changed[0]
    assert dearer.after == {"likely": 6, "low": 6, "high": 6}


TIERED = "candidate,kind,price,due,unit,quantity,price by quantity,tiers\n"


def test_tiers_come_in_as_they_are_typed_on_the_page() -> None:
    table = TIERED + (
        "Acme ML,licence,10,yearly,user,150,Volume,100: 8; 500: 5 / 5.50 / 6\n"
    )
    line = costs(table).new[0]
    assert line.values["pricing"] == "volume"
    assert line.values["tiers"] == [
        {"above": "100", "low": "8", "likely": "8", "high": "8"},
        {"above": "500", "low": "5", "likely": "5.5", "high": "6"},
    ]
    known = KnownCosts(COSTS.candidates, "USD", {line.key: line.values})
    assert costs(table, known).counts["same"] == 1
    flat = costs(table.replace("Volume,100: 8; 500: 5 / 5.50 / 6", "per unit,"), known)
    assert flat.changed[0].after == {"pricing": "per_unit", "tiers": []}
    silent = costs(LIST + "Acme ML,licence,,10,yearly\n", known)
    assert silent.counts["same"] == 1


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("licence,5,once,,1,,100: 4", "does not say how its tiers count"),
        ("licence,5,once,,1,slabs,100: 4", "“slabs” is none of per unit"),
        ("licence,5,once,,1,volume,", "Tiers are 1 to 20 after the first"),
        ("licence,5,once,,1,volume,above 100 it is 4", "Tier line 1: write it such as"),
        ("licence,included,once,,1,volume,100: 4", "Only a priced line has tiers."),
        ("licence,5,once,,1,percent,", "Only the price change can be a percentage."),
        ("renewal rise,0.05,yearly,,1,,", "could be a price or a share"),
        ("renewal rise,140 %,yearly,,1,,", "at most 100% a year"),
        ("renewal rise,five %,yearly,,1,,", "Write per cent a year as a number"),
    ],
)
def test_tiers_and_rises_that_make_no_sense_are_told(row: str, sentence: str) -> None:
    assert any(sentence in text for text in errors(costs(f"{TIERED}Acme ML,{row}\n")))


def test_a_renewal_rise_may_be_per_cent_a_year() -> None:
    table = LIST + "Acme ML,renewal rise,,5 %,\n"
    (line,) = costs(table).new
    assert (line.values["likely"], line.values["pricing"]) == (5, "percent")
    assert line.values["source_text"] == "5 %"
    known = KnownCosts(COSTS.candidates, "USD", {line.key: line.values})
    assert costs(table, known).counts["same"] == 1
    (money,) = costs(LIST + "Acme ML,renewal rise,,80,yearly\n", known).changed
    assert money.after["pricing"] == "per_unit"
