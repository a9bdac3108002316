"""What rows of requirements become; pure, from rows that are read."""

from typing import Any

import pytest

from evaltracker.requirements.imports import Requirements
from evaltracker.rows.subjects import Context, ParsedRecord, ReadRow, Refusal

CONTEXT = Context(
    more={
        "retired": frozenset({"R9"}),
        "lists": ["Runs on", "Languages"],
        "metrics": ["Days saved"],
    }
)


def read(*rows: dict[str, Any], category: str = "") -> list[ParsedRecord | Refusal]:
    given = (
        ReadRow("Sheet1", number, row, category=category)
        for number, row in enumerate(rows, 2)
    )
    return list(Requirements().records(given, CONTEXT))


def values(row: dict[str, Any], category: str = "") -> dict[str, Any]:
    (record,) = read(row, category=category)
    assert isinstance(record, ParsedRecord), record
    return dict(record.values)


def sentences(*rows: dict[str, Any]) -> list[str]:
    return [one.sentence for one in read(*rows) if isinstance(one, Refusal)]


def test_a_row_brings_what_it_says_and_nothing_else() -> None:
    assert values({"ref": "R1", "text": "Trains"}) == {"text": "Trains"}
    assert values(
        {
            "ref": "R1",
            "text": "Trains",
            "priority": "must",
            "weight": 8,
            "help": "Say how.",
            "measure": "p95 latency at most 20 ms",
            "must_hold_for": "Runs on; Languages",
        }
    ) == {
        "text": "Trains",
        "priority": "must",
        "weight": 8,
        "vendor_help": "Say how.",
        "measure": "p95 latency at most 20 ms",
        "must_hold_for": "Languages; Runs on",
    }


def test_the_name_stands_in_for_a_text() -> None:
    assert values({"ref": "R1", "name": "Single sign-on"})["text"] == "Single sign-on"
    both = {"ref": "R1", "name": "Sign-on", "text": "Users sign in once."}
    assert values(both)["text"] == "Users sign in once."


def test_a_category_of_the_cell_wins_over_that_of_the_heading() -> None:
    row = {"ref": "R1", "text": "Trains"}
    assert values(row, "Chapter / Part")["category"] == "Chapter / Part"
    assert values({**row, "category": "Own"}, "Chapter / Part")["category"] == "Own"


def test_a_ref_twice_is_one_with_the_same_text_and_none_with_another() -> None:
    first, second = read(
        {"ref": "R1", "text": "Trains"},
        {"ref": "R1", "text": "Trains", "priority": "must"},
    )
    assert isinstance(first, ParsedRecord)
    assert isinstance(second, ParsedRecord)
    assert first.values == second.values == {"text": "Trains", "priority": "must"}
    both = sentences({"ref": "R1", "text": "Trains"}, {"ref": "R1", "text": "Serves"})
    assert len(both) == 2
    assert "“R1” stands in rows 2 and 3, each with another text." in both[0]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"ref": "R1"}, "It has no text."),
        ({"text": "Trains"}, "It has no ref."),
        ({"ref": "R9", "text": "Trains"}, "was retired here"),
        ({"ref": "batch", "text": "Trains"}, "reads like an address"),
        ({"ref": "R1", "text": "Trains", "measure": "fast"}, "Write a measure"),
        (
            {"ref": "R1", "text": "Trains", "metric": "Cost"},
            "The brief has no metric “Cost”; it has: Days saved.",
        ),
        (
            {"ref": "R1", "text": "Trains", "must_hold_for": "Regions"},
            "The brief has no list “Regions”; it has: Runs on, Languages.",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_way_out(
    row: dict[str, Any], sentence: str
) -> None:
    (told,) = sentences(row)
    assert sentence in told
