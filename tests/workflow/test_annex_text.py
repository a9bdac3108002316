"""The annex of promises says what the cases say, to the byte."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from evaltracker.workflow.annex import (
    annex_text,
    chosen_rows,
    digest_of_annex,
    due_of,
    lines_of,
)
from tests.workflow.annex_again import made_up, write

FILE = Path(__file__).parents[1] / "data/cases/annex_cases.json"
CASES = [
    case for case in json.loads(FILE.read_text())["cases"] if "title" in case["given"]
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_text_of_a_version_is_exact(case: dict[str, Any]) -> None:
    given, expected = case["given"], case["expected"]
    if "refused" in expected:
        with pytest.raises(LookupError) as refused:
            annex_text(given)
        assert str(refused.value) == expected["refused"]
        return
    text = annex_text(given)
    promised, _, unsaid = chosen_rows(given)
    due = {row["ref"]: due_of(row, given["contract_starts_on"])[0] for row in promised}
    assert text == expected["text"]
    assert [row["ref"] for row in promised] == expected["P"]
    assert unsaid == expected["N"]
    assert due == expected["due"]
    assert digest_of_annex(text) == expected["sha256"]


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_a_second_writer_writes_the_same_to_the_byte(start: int) -> None:
    for seed in range(start, start + 100):
        facts = made_up(seed)
        text = annex_text(facts)
        assert text == write(facts), seed
        assert unicodedata.is_normalized("NFC", text)
        assert text.endswith("\n")
        assert all(line == line.rstrip() for line in text.split("\n"))


def test_each_line_has_its_number_and_day() -> None:
    facts = made_up(3) | {"undertakings": [{"id": "u", "words": "It.", "day": None}]}
    text, lines = annex_text(facts), lines_of(facts)
    for line in lines[:-1]:
        assert f"\n{line['line']}. {line['says']} (revision" in text
        assert line["says"].startswith(f"{line['key']} ")
    assert lines[-1] == {"line": "U1", "key": "u", "says": "It.", "due": None}
