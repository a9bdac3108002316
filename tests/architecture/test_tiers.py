"""What each push ends with on SQLite, and what waits for the night."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.template_database import ROOT
from tests.tiers import PROMISES, short_form

TESTS = ROOT / "tests"
MARKED = re.compile(r"pytest\.mark\.smoke\b")


def smoke_modules(folder: Path) -> list[Path]:
    """Those below it that are marked."""
    return [
        path
        for path in sorted(folder.rglob("test_*.py"))
        if MARKED.search(path.read_text())
    ]


def test_what_only_postgresql_can_is_not_marked_smoke() -> None:
    """Such a mark would promise a run that never happens."""
    whole = re.compile(r"^pytestmark = .*(postgres|redis|browser)", re.MULTILINE)
    wrong = [path for path in smoke_modules(TESTS) if whole.search(path.read_text())]
    assert wrong == []


GUARDED = """
import pytest

def nightly(short, reason="it takes a whole minute"):
    return pytest.mark.nightly(reason=reason, short=short)

@pytest.fixture(scope="module")
def world(): ...

@pytest.fixture
def own(): ...

@pytest.fixture(scope="module", autouse=True)
def everybody(): ...

@pytest.mark.parametrize("times", [1, pytest.param(9, marks=nightly("[*-1]"))])
@pytest.mark.parametrize("who", ["lead", "it"])
def test_guarded(world, who, times): ...

@nightly("::test_guarded[it-1]")
def test_guarded_by_another(world, own, tmp_path_factory): ...

@nightly("[2]")
@pytest.mark.parametrize("number", [1, 2, 3])
def test_of_numbers(number): ...
"""
BROKEN = (
    GUARDED
    + """
@nightly("::test_guarded[it-1]", reason="slow")
def test_without_reason(): ...

@pytest.mark.nightly(reason="it takes a whole minute")
def test_without_short(): ...

@nightly("::test_without_short")
def test_guarded_at_night(): ...

@nightly("::test_renamed")
def test_guarded_by_none(): ...

@nightly("::test_plain")
def test_with_a_world(world): ...

def test_plain(): ...
"""
)
FILE = "tests/test_guarded.py"
REFUSED = (
    f"{FILE}::test_without_reason: nightly(reason=...) needs a reason of 4 words",
    f"{FILE}::test_without_short: nightly(short=...) has to name the test",
    f"{FILE}::test_guarded_at_night: its short form {FILE}::test_without_short waits",
    f"{FILE}::test_guarded_by_none: its short form {FILE}::test_renamed is not there",
    f"{FILE}::test_with_a_world: its short form {FILE}::test_plain does not use world,",
    "tests/guards.toml: T1 names no test of each push.",
    f"tests/guards.toml: T2: {FILE}::test_with_a_world waits for the night.",
    f"tests/guards.toml: T3: {FILE}::test_plain is no nightly test.",
    f"tests/guards.toml: T4: {FILE}::test_renamed is not there.",
    "tests/guards.toml: T5: tests/test_gone.py::test_plain is not there.",
    "tests/guards.toml: there is no promise T0.",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of tests that break every rule."""
    (tmp_path / "tests").mkdir()
    (tmp_path / FILE).write_text(BROKEN)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = nightly\n")
    guards = {promise: {"push": f"{FILE}::test_plain"} for promise in ["T0", *PROMISES]}
    guards["T1"] = {}
    guards["T2"]["push"] = f"{FILE}::test_with_a_world"
    guards["T3"]["nightly"] = f"{FILE}::test_plain"
    guards["T4"]["push"] = f"{FILE}::test_renamed"
    guards["T5"]["push"] = "tests/test_gone.py::test_plain"
    lines = [
        f"{promise}.{tier} = {name!r}"
        for promise, guard in guards.items()
        for tier, name in guard.items()
    ]
    (tmp_path / "tests/guards.toml").write_text("\n".join(lines))
    return tmp_path


def collect(project: Path, *arguments: str) -> tuple[int, str]:
    """The exit code of pytest there, and all that it says."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-p", "tests.tiers", *arguments],
        cwd=project,
        env={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_each_rule_that_is_broken_is_named_with_its_test(project: Path) -> None:
    code, said = collect(project, "--collect-only", "tests")
    assert code == pytest.ExitCode.USAGE_ERROR
    assert [sentence for sentence in REFUSED if sentence not in said] == []
    assert said.count(": its short form ") == 3
    assert said.count("tests/guards.toml: ") == 6


def test_of_several_workers_one_refuses_it(project: Path) -> None:
    code, said = collect(project, "-p", "xdist", "-n", "2", "tests")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert said.count(f"{REFUSED[1]} ") == 1


def test_what_was_not_asked_for_is_not_missed(project: Path) -> None:
    assert collect(project, f"{FILE}::test_guarded_by_none")[0] == pytest.ExitCode.OK
    (project / FILE).write_text(GUARDED)
    assert collect(project, FILE, "-k", "another")[0] == pytest.ExitCode.OK


def test_a_mark_on_the_whole_function_leaves_its_short_form_to_each_push(
    project: Path,
) -> None:
    (project / FILE).write_text(GUARDED)
    for tier, numbers in (("not nightly", "2"), ("nightly", "13")):
        _, said = collect(project, FILE, "--collect-only", "-m", tier, "-k", "numbers")
        assert re.findall(r"test_of_numbers\[(\d)\]", said) == list(numbers)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[*-3-*]", "tests/a.py::test_b[it-3-True]"),
        ("[lead-3]", "tests/a.py::test_b[lead-3]"),
        ("::test_c", "tests/a.py::test_c"),
        ("::test_c[*]", "tests/a.py::test_c[it]"),
        ("tests/d.py::test_e[x, y-1]", "tests/d.py::test_e[x, y-1]"),
    ],
)
def test_a_short_form_is_written_without_what_is_the_same(
    written: str, meant: str
) -> None:
    nightly: Any = SimpleNamespace(nodeid="tests/a.py::test_b[it-1-True]")
    assert short_form(nightly, written) == meant
