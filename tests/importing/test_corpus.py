"""Files as people have them: how many come in as they are meant."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.data.grade_imports import GRADES, written
from tests.importing.imported import all_graded

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "imports.md"
NOW = re.compile(r"^\| now \|([ 0-9|]+)\|$", re.MULTILINE)

pytestmark = pytest.mark.django_db


def test_the_document_says_how_the_files_of_the_corpus_come_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = all_graded()

    table = written(found)
    if os.environ.get("SHOW_GRADES"):
        with capsys.disabled():
            print(f"\n{table}")  # noqa: T201  # the command's answer
    counts = Counter(one.grade for one in found)
    said = NOW.search(DOCUMENT.read_text())
    assert said is not None
    numbers = [int(number) for number in said[1].split("|")]
    assert numbers == [counts[name] for name in GRADES], table
