"""What runs propose is taken as proposed in every draw, as `runs_cases.json` says."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.trials.certain_by_hand import enumerated
from tests.trials.certain_worlds import TRIAL, World, world
from tests.trials.test_scoring_certainty import furthest
from trials.scoring.certainty import count_certainty
from trials.scoring.open_cells import RecordedCell

FILE = Path(__file__).parents[1] / "data" / "cases" / "runs_cases.json"
CASES = json.loads(FILE.read_text())["sure"]
TODAY = Decimal("0.75")


def mark_of(cell: dict[str, Any]) -> str:
    ends = "!" * bool(cell.get("must")) + "x" * bool(cell.get("excused"))
    if verdict := cell.get("judged"):
        return f"{verdict[0]}{ends}"
    return f"{'?' * bool(cell.get('open'))}{TODAY}{ends}"


def read(case: dict[str, Any]) -> World:
    assert (case["prior"], case["worth"]) == ([70, 20, 10], 10)
    rows = [" ".join(map(mark_of, cells)) for cells in case["candidates"].values()]
    made = world(*rows)
    proposed = tuple(
        RecordedCell(
            candidate=key,
            ref=f"R{number}",
            category="all",
            weight=Decimal(1),
            today=TODAY,
            recorded=TRIAL[cell["proposed"][0]],
            knocks_out=cell["proposed"] == "fails"
            and bool(cell.get("must"))
            and not cell.get("excused"),
        )
        for key, cells in case["candidates"].items()
        for number, cell in enumerate(cells, 1)
        if "proposed" in cell
    )
    return replace(made, owed=replace(made.owed, proposed=proposed))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.nightly(
    reason="the same with other values; each push runs one of them",
    short="[runs propose holds]",
)
def test_a_case_comes_to_its_shares(case: dict[str, Any]) -> None:
    made, expected = read(case), case["expected"]
    exact = enumerated(made.field, made.owed)
    assert exact.wins == {key: Fraction(s) for key, s in expected["wins"].items()}
    assert exact.nobody == Fraction(expected["nobody"])
    assert exact.out == {
        key: Fraction(share) for key, share in expected["knocked_out"].items()
    }
    owed = len(made.owed.cells), len(made.owed.proposed)
    assert owed == (expected["open"], expected["as_proposed"])
    assert furthest(count_certainty(made.field, made.owed), exact) < Fraction(3, 200)


def test_there_are_as_many_cases_as_were_agreed() -> None:
    assert len(CASES) == 8
