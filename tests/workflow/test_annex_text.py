"""The annex of promises says what the cases say, to the byte."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaltracker.workflow.annex import (
    annex_text,
    chosen_rows,
    digest_of_annex,
    due_of,
)

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
    promised, unsaid = chosen_rows(given)
    due = {row["ref"]: due_of(row, given["contract_starts_on"])[0] for row in promised}
    assert text == expected["text"]
    assert [row["ref"] for row in promised] == expected["P"]
    assert unsaid == expected["N"]
    assert due == expected["due"]
    assert digest_of_annex(text) == expected["sha256"]
