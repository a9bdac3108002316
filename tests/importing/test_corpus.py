"""Files as people have them: how many come in as they are meant."""

import os
from collections import Counter

import pytest

from tests.data.grade_imports import GRADES, written
from tests.importing.imported import all_graded

# Asked: right after at most two answers. Kept out: refused, with a sentence, though it
# should have come in. Wrong: something else came in, or was passed over in silence.
NOW = {"right": 121, "asked": 35, "refused well": 49, "kept out": 0, "wrong": 0}

pytestmark = pytest.mark.django_db


def test_the_files_of_the_corpus_come_in_as_they_are_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = all_graded()

    table = written(found)
    if os.environ.get("SHOW_GRADES"):
        with capsys.disabled():
            print(f"\n{table}")  # noqa: T201  # the command's answer
    counts = Counter(one.grade for one in found)
    assert {name: counts[name] for name in GRADES} == NOW, table
