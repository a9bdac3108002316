"""Hostile files get a sentence at once, and neither the memory nor the day."""

import json
import subprocess
import sys
import time

import coverage
import pytest

from tests.rows.hostile import FILES, read

SECONDS, MEGABYTES = 4, 203


@pytest.mark.parametrize("name", FILES)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="tests/rows/test_foreign.py"
    "::test_the_first_screen_of_nearly_all_tables_has_no_red",
)
def test_a_hostile_file_gets_its_sentence_in_four_seconds(name: str) -> None:
    start = time.process_time()
    said = read(name)
    took = time.process_time() - start
    assert FILES[name][2] in said
    # Coverage, which counts each line on SQLite at night, takes three times as long.
    if coverage.Coverage.current() is None:
        assert took < SECONDS


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["one far cell", "an old book that wants 17 GB"], id="two"),
        pytest.param(
            list(FILES),
            id="all",
            marks=pytest.mark.nightly(
                reason="each push reads them all, and weighs two", short="[two]"
            ),
        ),
    ],
)
def test_no_hostile_file_fills_the_memory(names: list[str]) -> None:
    command = [sys.executable, "-m", "tests.rows.hostile", *names]
    child = subprocess.run(command, check=True, capture_output=True, timeout=300)
    peaks: dict[str, int] = json.loads(child.stdout)
    assert list(peaks) == names
    assert max(peaks.values()) <= MEGABYTES
