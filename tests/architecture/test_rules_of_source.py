"""Rules for every module of the product: each lists what breaks it."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from celery.schedules import crontab
from django.conf import settings
from playwright._impl._driver import compute_driver_executable

from evaltracker.celery import app
from evaltracker.pages.acts import ACTS, Act
from tests.architecture.source import (
    ROOT,
    module_name,
    parsed,
    sources,
    trees,
)


@cache
def names_of_modules() -> set[str]:
    return {module_name(path) for path in sources()}


def imports(path: Path) -> Iterator[str]:
    """The product's modules that a module imports when it is loaded."""
    known = names_of_modules()
    for node in trees()[path].body:
        match node:
            case ast.Import(names=names):
                found = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names):
                inner = [f"{module}.{alias.name}" for alias in names]
                found = [name if name in known else module for name in inner]
            case _:
                found = []
        yield from (name for name in found if name in known)


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        module_name(path): {*imports(path)} - {module_name(path)} for path in sources()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"A circle: {' → '.join(error.args[1])}")


def public_packages() -> set[str]:
    """Packages whose `__init__` offers names: other apps import from it alone."""
    return {
        module_name(path)
        for path, tree in trees().items()
        if path.name == "__init__.py"
        and any(isinstance(node, ast.ImportFrom) for node in tree.body)
    }


def test_another_app_is_imported_through_its_public_packages() -> None:
    closed = public_packages()
    assert closed
    inner = [
        f"{path} imports {name}: take it from {name.rpartition('.')[0]}"
        for path in sources()
        for name in {*imports(path)}
        if (face := name.rpartition(".")[0]) in closed
        and not module_name(path).startswith(face.rpartition(".")[0])
    ]
    assert inner == []


@pytest.mark.parametrize(
    "folders",
    [
        pytest.param((), id="product"),
        pytest.param(
            ("tests", "bench"),
            id="tests",
            marks=pytest.mark.nightly(
                reason="1,100 modules are parsed for it; each push reads the product",
                short="[product]",
            ),
        ),
    ],
)
def test_no_string_stands_alone(folders: tuple[str, ...]) -> None:
    """Python drops it: half of a sentence that people read was lost so, five times."""
    modules = parsed(*folders) if folders else trees()
    bodies = (
        (path, getattr(node, block)[begins_with_docstring(node, block) :])
        for path, tree in modules.items()
        for node in ast.walk(tree)
        for block in ("body", "orelse", "finalbody")
        if isinstance(getattr(node, block, None), list)
    )
    lone = [
        f"{path}:{statement.lineno}: put the sentence into brackets"
        for path, body in bodies
        for statement in body
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant | ast.JoinedStr)
        and getattr(statement.value, "value", None) is not ...
    ]
    assert lone == []


def begins_with_docstring(node: ast.AST, block: str) -> bool:
    """Whether the first statement of a block may be a string alone."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return block == "body" and isinstance(node, kinds)


PROMISES = re.compile(
    r"\b(eta|countdown)=|\.retry\(|\.delay\(|\.delay_on_commit\(|apply_async|send_task"
)
PUBLISHER = Path("evaltracker/notices/tasks.py")


def test_no_other_module_publishes_a_task_or_promises_it_for_later() -> None:
    """Work for later is a row; only one module may talk to the broker (R18)."""
    found = [
        f"{path}:{number}: write a row that a sweep finds, or call tasks.nudge()"
        for path, text in sources().items()
        if path != PUBLISHER
        for number, line in enumerate(text.splitlines(), start=1)
        if PROMISES.search(line)
    ]
    assert found == []
    assert not re.search(r"\b(eta|countdown)=|\.retry\(", sources()[PUBLISHER])


def test_the_pattern_finds_each_way_to_promise() -> None:
    ways = [
        "t.apply_async(eta=now)",
        "f(countdown=3)",
        "self.retry(exc=e)",
        "t.delay(1)",
    ]
    assert all(map(PROMISES.search, ways))


# Loading a worker's modules runs the system checks, which look at the database.
@pytest.mark.django_db
def test_beat_only_wakes_at_intervals_and_each_wake_up_expires() -> None:
    assert settings.CELERY_BEAT_SCHEDULE
    app.loader.import_default_modules()
    entries: Iterable[dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE.values()
    for entry in entries:
        assert entry["task"] in app.tasks
        assert not isinstance(entry["schedule"], crontab)
        assert entry["options"]["expires"] <= entry["schedule"]
        assert "args" not in entry
        assert app.tasks[entry["task"]].ignore_result
        assert app.tasks[entry["task"]].time_limit


def test_a_method_that_an_act_adds_is_called() -> None:
    classes = {base for _, act in ACTS.items() for base in type(act).__mro__}
    text = "".join(sources().values())
    uncalled = [
        f"{cls.__name__}.{name}: rename it as the method of Act that it overrides"
        for cls in classes - set(Act.__mro__)
        for name, value in vars(cls).items()
        if callable(value)
        and not name.startswith("_")
        and not hasattr(Act, name)
        and f".{name}(" not in text
    ]
    assert uncalled == []


def test_every_script_can_be_read_by_an_engine() -> None:
    node, _ = compute_driver_executable()
    scripts = [*(ROOT / "evaltracker" / "static" / "evaltracker").glob("*.js")]
    assert scripts
    for script in scripts:
        read = subprocess.run(
            [node, "--check", script], capture_output=True, text=True, check=False
        )
        assert read.returncode == 0, read.stderr


def test_no_ternary_stands_inside_a_ternary() -> None:
    nested = [
        f"{path}:{inner.lineno}: if, elif and else read better"
        for path, tree in trees().items()
        for outer in ast.walk(tree)
        if isinstance(outer, ast.IfExp)
        for part in ast.iter_child_nodes(outer)
        for inner in ast.walk(part)
        if isinstance(inner, ast.IfExp)
    ]
    assert nested == []
