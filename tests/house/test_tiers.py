"""What each push ends with on SQLite, and what waits for the night."""

import re
from pathlib import Path

import pytest

from tests.template_database import ROOT

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


def test_a_test_waits_for_the_night_only_with_a_reason(
    pytestconfig: pytest.Config, request: pytest.FixtureRequest
) -> None:
    item = request.node
    modify = pytestconfig.pluginmanager.getplugin("tests.tiers")
    assert modify is not None
    item.add_marker(
        pytest.mark.nightly(reason="Because it is slow; a short form stays.")
    )
    modify.pytest_collection_modifyitems([item])
    item.add_marker(pytest.mark.nightly)
    with pytest.raises(pytest.UsageError, match="say nightly"):
        modify.pytest_collection_modifyitems([item])
