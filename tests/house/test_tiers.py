"""What runs on SQLite in each push, and what waits for the night."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from tests.template_database import PACKAGES, ROOT

TESTS = ROOT / "tests"
# Of the product's apps; the others test what is around it.
APPS = (
    *(
        "accounts",
        "evaluations",
        "importing",
        "notices",
        "pages",
        "portable",
    ),
    *("requirements", "stakeholders", "talk", "trials", "vendors", "workflow"),
)
MARKED = re.compile(r"pytest\.mark\.sqlite\b")


def modules_for_sqlite(folder: Path) -> list[Path]:
    """Those below it that are marked."""
    return [
        path
        for path in sorted(folder.rglob("test_*.py"))
        if MARKED.search(path.read_text())
    ]


def test_each_push_looks_at_something_of_every_app_on_sqlite() -> None:
    assert [app for app in APPS if not modules_for_sqlite(TESTS / app)] == [], (
        "Mark a module of its tests whose outcome may differ on SQLite: "
        "pytestmark = [pytest.mark.sqlite, ...]"
    )


def test_every_app_is_asked() -> None:
    named = {config.name for config in apps.get_app_configs()}
    ours = {name for name in named if name.partition(".")[0] in PACKAGES}
    # Of the demo the journeys ask.
    assert {name.rpartition(".")[2] for name in ours} - {"demo"} == set(APPS)


def test_what_only_postgresql_can_is_not_marked_for_sqlite() -> None:
    """Such a mark would promise a run that never happens."""
    whole = re.compile(r"^pytestmark = .*(postgres|redis|browser)", re.MULTILINE)
    wrong = [
        path for path in modules_for_sqlite(TESTS) if whole.search(path.read_text())
    ]
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
