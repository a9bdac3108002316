"""What is not run for want of a program says which one, and of which package."""

import re
from pathlib import Path

import pytest

from tests.programs import find_program, need_program, needs_program, not_run

TESTS = Path(__file__).parents[1]
FORM = re.compile(r"not run: no (\S+) \(package (\S+)\)")


def test_who_asks_for_a_missing_program_is_not_run() -> None:
    with pytest.raises(pytest.skip.Exception) as skipped:
        need_program("no-such-program", package="some-package")
    found = FORM.fullmatch(str(skipped.value))
    assert found and found.groups() == ("no-such-program", "some-package")


def test_one_that_is_there_is_given() -> None:
    assert need_program("sh", package="dash") == find_program("sh") is not None


def test_a_mark_says_the_same() -> None:
    (missing,) = needs_program("no-such-program", package="some-package").mark.args
    assert missing is True
    mark = needs_program("sh", package="dash").mark
    assert mark.args == (False,)
    assert mark.kwargs["reason"] == not_run("sh", package="dash")


def test_nobody_looks_for_a_program_in_another_way_and_skips() -> None:
    """`shutil.which` beside a skip would bring its own words."""
    own = re.compile(r"skip(?:if)?\([^)]*\bwhich\(")
    guilty = [
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("*.py")
        if own.search(path.read_text(encoding="utf-8"))
    ]
    assert guilty == []
