"""`./dev test`: what it runs, in which order, and what it says of it."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests import costs, order
from tests.run_services import Outcome, Request, conclude, main, read

DEARER = {"core": 3.0, "python": 2.0, "postgres": 1.0, "children": 0.0}


def item(name: str) -> Any:
    """As much of a collected test as the order looks at."""
    file = Path(name.partition("::")[0])
    return SimpleNamespace(
        nodeid=name, path=file, fixturenames=(), get_closest_marker=lambda mark: None
    )


def test_a_folder_that_is_not_there_is_named(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert main(["nosuch/"]) == 2
    assert capfd.readouterr().err == "There is no folder or file nosuch/.\n"


@pytest.mark.parametrize(
    ("arguments", "is_whole", "is_exact"),
    [
        ([], True, False),
        (["-q", "-x"], True, False),
        (["-k", "references"], True, False),
        (["--slowest"], True, False),
        (["tests/rights"], False, False),
        (["tests/architecture/test_tiers.py", "-n", "0"], False, False),
        (["tests/architecture/test_tiers.py::test_x"], False, True),
        (["-m", "smoke"], False, True),
    ],
)
def test_flags_alone_run_what_each_push_runs(
    arguments: list[str], is_whole: bool, is_exact: bool
) -> None:
    request = read(arguments)
    assert (request.is_whole, request.is_exact) == (is_whole, is_exact)
    assert not request.everything


def test_our_own_flags_are_no_business_of_pytest() -> None:
    request = read(["--all", "tests/rights", "--slowest", "-q"])
    assert request.arguments == ["tests/rights", "-q"]
    assert (request.everything, request.slowest) == (True, True)


def test_the_last_line_says_what_it_came_to(
    capfd: pytest.CaptureFixture[str],
) -> None:
    outcome = Outcome(passed=8120, left_to_the_night=412)
    request = Request(everything=False, slowest=False, arguments=[], paths=["x"])
    assert conclude(request, outcome, 7.2, []) == 0
    said = capfd.readouterr().err
    assert said.startswith("8,120 passed, 0 failed; 7 min 12 s; ")
    assert said.endswith("core-seconds; left to the night: 412\n")


def test_what_is_not_run_fails_the_night_in_ci_alone(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome(passed=1)
    outcome.skipped["not run: no nginx (package nginx-light)"] = 2
    request = Request(everything=True, slowest=False, arguments=[], paths=[])
    monkeypatch.delenv("CI", raising=False)
    assert conclude(request, outcome, 1, ["nginx-light"]) == 0
    assert "not run: 2 (install nginx-light)" in capfd.readouterr().err
    monkeypatch.setenv("CI", "true")
    assert conclude(request, outcome, 1, ["nginx-light"]) == 1


def test_each_worker_begins_with_what_takes_longest() -> None:
    names = [f"t/test_{file}.py::test_{test}" for file in "abcdef" for test in "12"]
    durations = {"t/test_e.py::test_1": 9.0, "t/test_b.py::test_2": 5.0}
    items = order.shared_out([item(name) for name in names], durations, workers=2)
    shared = [each.nodeid for each in items]
    assert sorted(shared) == names
    assert shared[0].startswith("t/test_e.py")
    assert shared[6].startswith("t/test_b.py")


@pytest.mark.parametrize("content", ["", "[]", '{"t::x": "long"}', None])
def test_a_broken_file_of_durations_is_told_and_left_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    file = tmp_path / "durations.json"
    if content is not None:
        file.write_text(content)
    monkeypatch.setattr(order, "DURATIONS", file)
    config: Any = SimpleNamespace(workerinput={"workercount": 2})
    items = [item("t/test_a.py::test_1"), item("t/test_b.py::test_1")]
    order.pytest_collection_modifyitems(config, items)
    assert len(items) == 2
    said = order.pytest_report_header(config)
    assert said is not None
    assert said.startswith("durations.json is left aside")


def test_what_took_long_is_kept_and_the_dearest_stand_first(tmp_path: Path) -> None:
    lines = [
        {"test": "t/test_a.py::test_1", **DEARER, "statements": 7, "wall": 4.0},
        {"test": "t/test_a.py::test_2", **dict.fromkeys(DEARER, 0.1)}
        | {"statements": 1, "wall": 0.2},
    ]
    (tmp_path / "gw0-1.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert json.loads(costs.durations(tmp_path)) == {"t/test_a.py::test_1": 4.0}
    rows = costs.report(tmp_path).splitlines()
    assert rows[1].endswith("t/test_a.py::test_1")
    assert rows[-1].split() == ["3.3", "2.1", "1.1", "0.1", "8", "t"]
