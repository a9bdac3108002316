"""Lists drawn by chance come in as they are meant, or a line asks."""

import pytest

from evaltracker.rows.plan import ImportPlan, read
from tests.rows.foreign import context_of, kind_of
from tests.rows.strangers import Maker, Stranger

SEEDS = range(120)


def planned(made: Stranger, parts: int = 1) -> ImportPlan:
    context = context_of("requirements", {})
    return read(kind_of("requirements"), made.book(parts), context, {}, {})


def is_meant(plan: ImportPlan, made: Stranger) -> bool:
    """Whether it brings these rows, with their texts, refs and categories."""
    came = [
        (record.key[0], record.values["text"], record.values.get("category", ""))
        for record in plan.new
    ]
    return len(came) == len(made.comes) and all(
        not value or value == got
        for row, wanted in zip(came, made.comes, strict=True)
        for got, value in zip(row, wanted, strict=True)
    )


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_a_list_split_over_two_sheets_loses_no_row",
)
def test_a_list_drawn_by_chance_comes_in_or_asks(subtests: pytest.Subtests) -> None:
    for seed in SEEDS:
        with subtests.test(seed=seed):
            made = Maker(seed).table()
            plan = planned(made)
            assert plan.open or is_meant(plan, made), made.rows


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_second_tables.py"
    "::test_a_note_on_every_row_changes_nothing_unasked",
)
def test_most_lists_drawn_by_chance_ask_nothing() -> None:
    tables = [Maker(seed).table() for seed in SEEDS]
    whole = [made for made in tables if is_meant(planned(made), made)]
    assert len(whole) >= 0.8 * len(tables)


def test_a_list_split_over_two_sheets_loses_no_row(subtests: pytest.Subtests) -> None:
    for seed in range(40):
        with subtests.test(seed=seed):
            made = Maker(seed).table(is_bare=True)
            plan = planned(made, parts=2)
            texts = [record.values["text"] for record in plan.new]
            assert plan.open or texts == [text for _, text, _ in made.comes]
