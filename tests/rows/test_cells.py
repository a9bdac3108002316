"""Numbers and money in cells are read, asked back or refused, case by case."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from evaltracker.rows.cells import (
    RHYTHMS,
    STATES,
    WORDS,
    Cell,
    Money,
    key,
    plain,
    read_money,
    read_numbers,
)

CASES = Path(__file__).parents[1] / "data" / "cases"
ROWS = json.loads((CASES / "rows_cases.json").read_text())["cases"]
NUMBERS = json.loads((CASES / "number_cases.json").read_text())["cases"]
CODES = {"not_a_number": "no number", "digits": "digits", "too_long": "too long"}


def of_reader(name: str) -> list[Any]:
    return [
        pytest.param(case, id=case["id"]) for case in ROWS if case["reader"] == name
    ]


def told(cell: Cell[Any]) -> dict[str, Any]:
    """A cell as the cases write it."""
    if cell.question:
        named = {"word": cell.word, "proposed": cell.proposed}
        return {
            "question": cell.question,
            "options": list(cell.options),
            **{name: value for name, value in named.items() if value},
        }
    if cell.refusal:
        return {"refusal": cell.refusal}
    if cell.text:
        return {"text": cell.text}
    if isinstance(cell.value, Money):
        return {"value": of_money(cell.value)}
    return {"blank": True} if cell.value is None else {"value": plain(cell.value)}


def of_money(money: Money) -> dict[str, Any]:
    if money.state:
        return {"state": money.state}
    assert money.amount is not None
    return {
        "amount": plain(money.amount),
        "currency": money.currency or None,
        "rhythm": money.rhythm or None,
        "unit": money.unit or None,
    }


@pytest.mark.parametrize("case", of_reader("number"))
def test_numbers_are_read_as_the_cases_say(case: dict[str, Any]) -> None:
    read = read_numbers(case["cells"], **case.get("hints", {}))
    assert [told(cell) for cell in read] == case["expect"]


@pytest.mark.parametrize("case", of_reader("money"))
def test_money_is_read_as_the_cases_say(case: dict[str, Any]) -> None:
    hints = dict(case.get("hints", {}))
    if "format" in hints:
        hints["formats"] = [hints.pop("format")]
    read = read_money(case["cells"], **hints)
    assert [told(cell) for cell in read] == case["expect"]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case["id"])
        for case in NUMBERS
        if case["field"] == "number"
    ],
)
def test_a_number_is_the_same_whoever_types_it(case: dict[str, Any]) -> None:
    cell, expected = read_numbers([case["text"]])[0], case["expected"]
    if "asked_back" in expected:
        assert sorted(map(Decimal, cell.options)) == [
            Decimal(number) for number in expected["asked_back"]
        ]
    elif "refused" in expected:
        assert cell.refusal == CODES[expected["refused"]]
    elif "value" in expected:
        assert cell.value == Decimal(expected["value"])
    else:
        assert cell.confidence == "blank"


@pytest.mark.parametrize("language", WORDS["languages"])
def test_every_word_of_a_rhythm_or_a_state_reads_back_to_its_key(language: str) -> None:
    for rhythm in RHYTHMS:
        for word in WORDS["rhythm"][rhythm].get(language, ()):
            (cell,) = read_money([f"12 EUR/{word}"])
            assert cell.value == Money(Decimal(12), "EUR", rhythm), word
    for state, by_language in WORDS["price_states"].items():
        for word in by_language.get(language, ()):
            assert STATES[key(word)] == state, word
