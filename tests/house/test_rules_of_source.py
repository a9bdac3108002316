"""Rules for every module of the product: each lists what breaks it."""

import ast
import re
import subprocess
import tomllib
from collections import Counter
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
from tests.house.floors import PACKAGES, ROOT
from tests.house.sizes import (
    ADDING,
    lines,
    module_name,
    parsed,
    registries,
    sources,
    tiny,
    trees,
)

LONGEST, TINY, SIBLINGS, REGISTRANTS, COLUMNS = 900, 20, 20, 3, 120
NOUN_ROOMS = {"services", "selectors", "admin", "models", "api", "portal"}


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


def test_no_module_is_longer_than_reads_in_one_go() -> None:
    assert [path for path in sources() if lines(path) > LONGEST] == []


def smallest_beside(path: Path) -> Path:
    """The smallest of its neighbours."""
    beside = [other for other in sources() if other.parent == path.parent != other]
    return min({*beside} - {path}, key=lines, default=path.parent)


def test_few_modules_are_tiny() -> None:
    small = tiny()
    belongs = [f"{path}: belongs into {smallest_beside(path)}?" for path in small]
    assert len(small) <= TINY, belongs


def test_no_folder_has_more_rooms_than_one_can_see() -> None:
    rooms = Counter(path.parent for path in sources() if path.name != "__init__.py")
    assert [room for room, count in rooms.items() if count > SIBLINGS] == []


def test_a_noun_has_one_name_on_every_floor() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    nouns: dict[str, list[str]] = config["tool"]["house"]["nouns"]
    strangers = [
        f"{path}: one of {', '.join(nouns[app])} has it"
        for path in sources()
        for app in [module_name(path.parent.parent / "x").rpartition(".")[0]]
        if path.parent.name in NOUN_ROOMS
        and app in nouns
        and path.stem not in {"__init__", "urls", *nouns[app]}
    ]
    assert strangers == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {
        module_name(path): {*imports(path)} - {module_name(path)} for path in sources()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"A circle: {' → '.join(error.args[1])}")


def faces() -> set[str]:
    """Rooms whose `__init__` offers names: from another app, one enters through it."""
    return {
        module_name(path)
        for path, tree in trees().items()
        if path.name == "__init__.py"
        and any(isinstance(node, ast.ImportFrom) for node in tree.body)
    }


def test_another_app_is_entered_through_its_faces() -> None:
    closed = faces()
    assert closed
    inner = [
        f"{path} imports {name}: take it from {name.rpartition('.')[0]}"
        for path in sources()
        for name in {*imports(path)}
        if (face := name.rpartition(".")[0]) in closed
        and not module_name(path).startswith(face.rpartition(".")[0])
    ]
    assert inner == []


# Registries that the rule does not count, and why.
EXCUSED = {
    "evaltracker.workflow.gates.context.GATES": "one table on purpose: whoever adds a "
    "gate writes one function, and pages, waivers and tests find it",
    "evaltracker.pages.acts.ACTS": "each class of Act adds itself, which "
    "`registrants` does not see",
    "evaltracker.pages.tabs._TABS": "each page fills it by evaluation_page, a door in "
    "another module, which `registrants` does not see",
    "evaltracker.workflow.api.reads.READS": "all reads stand in one module, "
    "and calls, tools and tests are made of them",
}


def test_every_registry_is_filled_by_three_from_two_apps() -> None:
    few = {
        name: places
        for name in registries()
        if len(places := registrants(name)) < REGISTRANTS
        or len({app_of(place) for place in places}) < 2
    }
    assert few.keys() == EXCUSED.keys(), "call it, or send it a signal"


def app_of(path: Path) -> str:
    """The app that a module belongs to."""
    return ".".join(
        path.parts[:2] if path.parts[0] == "evaltracker" else path.parts[:1]
    )


def registrants(registry: str) -> list[Path]:
    """Where something is added: a place for each statement at the top of a module."""
    module, _, name = registry.rpartition(".")
    home = next(path for path in sources() if module_name(path) == module)
    doors = {
        node.name
        for node in ast.walk(trees()[home])
        if isinstance(node, ast.FunctionDef)
        and any(
            isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.value.id == name
            and inner.attr in ADDING
            for inner in ast.walk(node)
        )
    }
    ways = doors | {f"{name}.{verb}" for verb in ADDING}
    return [
        path
        for path, called in calls_at_the_top()
        if called in ways and (path == home or module in {*imports(path)})
    ]


@cache
def calls_at_the_top() -> list[tuple[Path, str]]:
    """What each module calls while it is loaded, decorators among it."""
    return [
        (path, ast.unparse(call.func if isinstance(call, ast.Call) else call))
        for path, tree in trees().items()
        for node in tree.body
        for call in (
            *getattr(node, "decorator_list", ()),
            *(
                inner
                for inner in ast.walk(node)
                if isinstance(node, ast.Expr | ast.Assign | ast.For)
                and isinstance(inner, ast.Call)
            ),
        )
    ]


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


def test_no_line_of_a_template_is_wider_than_a_screen() -> None:
    """In a mail's plain text a paragraph is a line, so only pages are looked at."""
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("templates/**/*.html"))
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > COLUMNS
    ]
    assert wide == [], f"at most {COLUMNS} columns: one element or block tag a line"
