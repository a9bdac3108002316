"""Lists of candidates and of costs: read without guessing, compared field by field."""

from typing import Any

import pytest

from evaltracker.importing.rows import RowsPlan
from evaltracker.toolbox.tabular.cells import Unreadable
from evaltracker.toolbox.tabular.open_books import read_table
from vendors.imports.candidates import KnownCandidates, plan_candidates_import

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


def candidates(table: str, known: KnownCandidates = OPTIONS, **more: Any) -> RowsPlan:
    return plan_candidates_import(read_table(table.encode(), "c.csv"), known, **more)


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
