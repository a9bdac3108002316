"""A fault test that fails in a process of its own says which promise broke."""

import os
import sys

import pytest

from tests.faults.notices import run
from tests.faults.notices.verdicts import SILENT, broken_in, broken_promises


def test_the_promise_is_taken_from_the_last_line_of_that_test() -> None:
    said = "T1: 5 owed: FAILED: lost\nT65: 9 owed: FAILED: open, late\nended\n"
    assert broken_in("T65", said) == "open, late"
    assert broken_in("T1", said) == "lost"
    assert broken_in("T2", said) == SILENT


def test_another_process_is_heard_and_its_promise_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = "T65: 9 owed: FAILED: pages were away for too long"
    code = f"import sys; sys.stderr.write({line!r}); sys.exit(1)"
    wrong = broken_promises("T65", [sys.executable, "-c", code], os.environ)
    assert wrong == ["pages were away for too long"]
    assert line in capsys.readouterr().err
    assert broken_promises("T65", [sys.executable, "-c", ""], os.environ) == []


def test_an_error_is_a_promise_that_was_not_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(quick: bool) -> bool:
        raise AssertionError("the hosts do not get ready: [0, 0]\nlog: much more")

    monkeypatch.setitem(run.TESTS, "T65", breaks)
    monkeypatch.setitem(run.NEEDS, "T65", {})
    assert run.judge("T65", quick=True) is False
    told = capsys.readouterr().err
    assert broken_in("T65", told) == "the hosts do not get ready: [0, 0]"


def test_without_a_part_it_is_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(run.NEEDS, "T65", {"no-such-pooler": "pooler-light"})
    assert run.judge("T65", quick=True) is True
    told = capsys.readouterr().err
    assert "T65: not run: no no-such-pooler (package pooler-light)" in told
