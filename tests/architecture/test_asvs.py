"""T45: the ASVS sheet is whole, and what it calls a proof exists."""

import csv
import re
from collections import Counter

import pytest

from tests.architecture.source import ROOT

SHEET = (ROOT / "docs" / "developers" / "asvs.md").read_text()
LIST = ROOT / "tests" / "data" / "asvs" / "levels.csv"
STATES = ("holds", "does not apply", "is the operator's", "open")
NUMBER = re.compile(r"\b\d{1,2}\.\d{1,2}\.\d{1,2}\b")
# A path of this repository, and the test in it if one is named.
PROOF = re.compile(
    r"`([\w./-]+/[\w.-]+|[\w.-]+\.(?:txt|md)|\.dockerignore)(?:::(\w+))?`"
)


def lines(state: str) -> list[tuple[list[str], str]]:
    """Of the part about a state: the numbers of each line, and what it says."""
    part = SHEET.partition(f"## {state[0].upper()}{state[1:]}\n")[2].split("\n## ")[0]
    if state == "holds":
        rows = re.findall(r"^\| (\d[^|]+) \| ([^|]+) \|$", part, re.MULTILINE)
        return [(NUMBER.findall(numbers), proofs) for numbers, proofs in rows]
    if state == "does not apply":
        rows = re.findall(r"^- ([^:]+): ([\d., ]+)$", part, re.MULTILINE)
        return [(NUMBER.findall(numbers), why) for why, numbers in rows]
    return [
        ([number], text)
        for number, text in re.findall(r"^- ([\d.]+) (.+: .+)$", part, re.MULTILINE)
    ]


LINES = {state: lines(state) for state in STATES}


def test_every_requirement_stands_in_it_once_and_is_counted_at_its_top() -> None:
    with LIST.open(newline="") as file:
        levels = {row["number"]: row["level"] for row in csv.DictReader(file)}
    found = [
        (number, state)
        for state in STATES
        for numbers, _ in LINES[state]
        for number in numbers
    ]
    assert len(levels) == 253
    assert sorted(number for number, _ in found) == sorted(levels)
    counts = Counter((levels[number], state) for number, state in found)
    for name, counted in (("level 1", "1"), ("level 2", "2"), ("both", "12")):
        sums = [sum(counts[level, state] for level in counted) for state in STATES]
        assert f"| {name} | {' | '.join(map(str, [*sums, sum(sums)]))} |" in SHEET


@pytest.mark.parametrize("state", STATES)
def test_what_is_named_as_a_proof_exists(state: str) -> None:
    wrong = []
    for numbers, why in LINES[state]:
        proofs = PROOF.findall(why)
        if state == "holds" and not proofs and "`ruff`" not in why:
            wrong.append(f"{numbers} names no proof")
        for name, function in proofs:
            file = ROOT / name
            if not file.exists():
                wrong.append(f"{numbers}: {name} does not exist")
            elif function and f"\ndef {function}(" not in file.read_text():
                wrong.append(f"{numbers}: {name} has no {function}")

    assert not wrong


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
