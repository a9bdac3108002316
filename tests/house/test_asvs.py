"""T45: the ASVS sheet is whole, and what it calls a proof exists."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHEET = (ROOT / "docs" / "developers" / "asvs.md").read_text()
LIST = ROOT / "tests" / "data" / "asvs" / "levels.csv"
STATES = ("holds", "does not apply", "is the operator's", "open")
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M
)
ROWS = ROW.findall(SHEET)
# A path of this repository, and the test in it if one is named.
PROOF = re.compile(
    r"`([\w./-]+/[\w.-]+|[\w.-]+\.(?:txt|md)|\.dockerignore)(?:::(\w+))?`"
)


def asked_for() -> list[tuple[str, str]]:
    """Number and level of each requirement, in the standard's order."""
    with LIST.open(newline="") as file:
        return [(row["number"], row["level"]) for row in csv.DictReader(file)]


def test_every_requirement_stands_in_it_once_and_in_order() -> None:
    assert len(asked_for()) == 253
    assert [(number, level) for number, level, *_ in ROWS] == asked_for()


def test_every_line_is_read_here() -> None:
    lines = re.findall(r"^\| \d+\.\d+", SHEET, re.M)
    assert len(lines) == len(ROWS)


def test_the_counts_at_the_top_are_those_of_the_lines() -> None:
    counts = Counter((level, state) for _, level, _, state, _ in ROWS)
    assert {state for _, state in counts} <= set(STATES)
    for name, levels in (("level 1", "1"), ("level 2", "2"), ("both", "12")):
        numbers = [sum(counts[level, state] for level in levels) for state in STATES]
        row = " | ".join(map(str, [*numbers, sum(numbers)]))
        assert f"| {name} | {row} |" in SHEET


@pytest.mark.parametrize("row", ROWS, ids=[number for number, *_ in ROWS])
def test_what_is_named_as_a_proof_exists(row: tuple[str, ...]) -> None:
    _, _, _, state, why = row
    proofs = PROOF.findall(why)
    assert proofs or state != "holds" or "`ruff`" in why, "it names no proof"
    for name, function in proofs:
        file = ROOT / name
        assert file.exists(), f"{name} does not exist"
        if function:
            text = file.read_text()
            assert re.search(rf"^def {function}\(", text, re.M), f"no {function}"


def test_no_script_of_ours_stores_data_beyond_the_tab() -> None:
    """Drafts are kept, encrypted, and the ids of folded categories, in
    `sessionStorage`, which ends with the tab."""
    scripts = list((ROOT / "evaltracker" / "static" / "evaltracker").rglob("*.js"))
    kept = {
        script.name: set(
            re.findall(r"localStorage|sessionStorage|indexedDB", script.read_text())
        )
        for script in scripts
    }
    assert {name: stores for name, stores in kept.items() if stores} == {
        "draft_store.js": {"sessionStorage"},
        "matrix_folds.js": {"sessionStorage"},
    }
