"""Our own corpus comes in, or asks: what it says is never something else unasked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evaltracker.rows.guards import Unreadable
from evaltracker.rows.plan import ImportPlan, read
from evaltracker.rows.sources import Sheet, SheetRow, read_table
from tests.rows.foreign import came, context_of, kind_of

FOLDER = Path(__file__).parents[1] / "data/corpus/files"
FIELDS = ("ref", "text", "category", "priority", "weight", "name")
# What this reader tells, and takes in, where the one of before refused or guessed.
OTHERWISE = {
    "answers_a_candidate_too_many.csv": "an unknown candidate's column is not read",
    "candidates_a_contact_list.csv": "a name is proposed as a candidate's",
    "candidates_linked_names.md": "an address stays beside its name",
    "candidates_of_providers.md": "an address stays beside its name",
    "costs_a_dash_that_may_be_a_minus.csv": "kept as text",
    "requirements_a_row_left_out.csv": "a row without a ref is numbered",
    "requirements_caiq_shape.xlsx": "the title of a domain is no known category",
}


@cache
def oracles() -> dict[str, dict[str, Any]]:
    """What each file says, by its name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.json"))
    }


def names_of(things: list[Any], field: str) -> list[str]:
    return [one if isinstance(one, str) else one[field] for one in things]


def same(sheet: Sheet) -> Sheet:
    return sheet


def with_a_column_before(sheet: Sheet) -> Sheet:
    rows = (
        SheetRow(row.number, (f"noted {at}" if at else "Zusatz", *row.cells))
        for at, row in enumerate(sheet.rows)
    )
    return Sheet(sheet.name, tuple(rows), sheet.hidden)


def with_a_title_above(sheet: Sheet) -> Sheet:
    rows = (SheetRow(row.number + 2, row.cells) for row in sheet.rows)
    return Sheet(sheet.name, (SheetRow(1, ("A title above",)), *rows), sheet.hidden)


def planned(
    name: str, oracle: Mapping[str, Any], change: Callable[[Sheet], Sheet] = same
) -> tuple[str, ImportPlan]:
    given = oracle.get("given", {})
    subject = {"claims": "answers"}.get(oracle["kind"], oracle["kind"])
    context = context_of(
        subject,
        {
            "candidates": names_of(given.get("candidates", []), "name"),
            "requirements": names_of(given.get("requirements", []), "text"),
            "currency": given.get("currency", "EUR"),
        },
    )
    book = read_table((FOLDER / name).read_bytes(), name)
    book = replace(book, sheets=tuple(map(change, book.sheets)))
    return subject, read(kind_of(subject), book, context, {}, {})


def check_file(name: str) -> None:
    """It says what its oracle says, or something is asked."""
    oracle = oracles()[name]
    try:
        subject, plan = planned(name, oracle)
    except Unreadable:
        assert oracle.get("refused")
        return
    wanted = oracle.get("comes") or []
    if plan.open or plan.refused:
        return
    rows = came(subject, plan)
    assert len(rows) == len(wanted)
    for row, meant in zip(rows, wanted, strict=True):
        said = {field: row.get(field) for field in FIELDS if subject != "answers"}
        meant = {field: meant[field] for field in FIELDS if field in meant}
        if subject in ("requirements", "candidates"):
            assert {field: str(said[field]) for field in meant} == {
                field: str(value) for field, value in meant.items()
            }


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_column_or_a_title_more_changes_nothing_unasked[with_a_title_above]",
)
def test_a_file_of_the_corpus_is_never_something_else_unasked(
    subtests: pytest.Subtests,
) -> None:
    names = sorted(oracles().keys() - OTHERWISE.keys())
    assert len(names) > 150
    for name in names:
        with subtests.test(name):
            check_file(name)


def check_changed(name: str, change: Callable[[Sheet], Sheet]) -> None:
    """The changed file brings the same, or something is asked."""
    oracle = oracles()[name]
    plan = planned(name, oracle)[1]
    changed = planned(name, oracle, change)[1]
    if not (plan.open or plan.refused or changed.open or changed.refused):
        brought = [
            [(one.key, one.values) for one in each.new] for each in (plan, changed)
        ]
        assert brought[0] == brought[1]


@pytest.mark.parametrize("change", [with_a_column_before, with_a_title_above])
def test_a_column_or_a_title_more_changes_nothing_unasked(
    subtests: pytest.Subtests, change: Callable[[Sheet], Sheet]
) -> None:
    names = [name for name in oracles() if name.startswith("requirements")]
    assert len(names) > 40
    for name in names:
        with subtests.test(name):
            check_changed(name, change)
