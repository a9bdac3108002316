"""How big the house is, floor by floor; `python -m tests.house.sizes` prints it.

The budget in pyproject.toml holds these figures, and test_budget compares the two.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tests.house.floors import PACKAGES, ROOT, floors

FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
ADDING = {"append", "add", "register", "at", "update", "setdefault", "insert"}
# By their purpose short, or one for each thing.
SHORT = {"__init__.py", "apps.py", "hooks.py", "urls.py", "wsgi.py", "celery.py"}
SHORT_ROOMS = {"commands", "templatetags", "gates", "formats"}


@cache
def sources() -> dict[Path, str]:
    """The product's Python without migrations, by its path from the root."""
    return {
        path.relative_to(ROOT): path.read_text()
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    }


@cache
def trees() -> dict[Path, ast.Module]:
    """Every module of `sources`, parsed."""
    return {path: ast.parse(text) for path, text in sources().items()}


@cache
def parsed(*folders: str) -> dict[Path, ast.Module]:
    """Every module below these folders, parsed."""
    return {
        path.relative_to(ROOT): ast.parse(path.read_text())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def lines(path: Path) -> int:
    """How many lines a module has."""
    return sources()[path].count("\n")


def module_name(path: Path) -> str:
    """The name under which a module is imported."""
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def floor_of(path: Path) -> str:
    """The package of the first import contract that a module belongs to."""
    listed = {name for floor in floors() for name in floor}
    name = module_name(path)
    while name not in listed and "." in name:
        name = name.rpartition(".")[0]
    return name


def packages() -> dict[str, tuple[int, int]]:
    """Lines and modules of each package of the floors."""
    sizes: dict[str, tuple[int, int]] = {}
    for path in sources():
        size, count = sizes.get(floor_of(path), (0, 0))
        sizes[floor_of(path)] = (size + lines(path), count + 1)
    return sizes


def registries() -> list[str]:
    """Objects at the top of a module that others fill: a Registry, or an empty list or
    dict to which a function of the module adds."""
    return [
        f"{module_name(path)}.{name}"
        for path, tree in trees().items()
        for name, value in assigned(tree)
        if _is_registry(value)
        or (_is_empty(value) and not name.startswith("_") and _is_filled(tree, name))
    ]


def assigned(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Names that a module binds at its top, with what they are bound to."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    if isinstance(target, ast.Name):
                        yield target.id, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value


def _is_registry(value: ast.expr) -> bool:
    made_by = value.func if isinstance(value, ast.Call) else None
    if isinstance(made_by, ast.Subscript):
        made_by = made_by.value
    return isinstance(made_by, ast.Name) and made_by.id == "Registry"


def _is_empty(value: ast.expr) -> bool:
    return isinstance(value, ast.List | ast.Dict) and not ast.unparse(value)[1:-1]


def _is_filled(tree: ast.Module, name: str) -> bool:
    for function in (node for node in ast.walk(tree) if isinstance(node, FUNCTION)):
        for node in ast.walk(function):
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name(id=called), attr=verb)
                ) if called == name and verb in ADDING:
                    return True
                case ast.Subscript(value=ast.Name(id=called), ctx=ast.Store()) if (
                    called == name
                ):
                    return True
    return False


def docstring_share() -> float:
    """Lines of docstrings, per cent of all."""
    spent = sum(
        (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | FUNCTION)
        and ast.get_docstring(node) is not None
    )
    return round(100 * spent / sum(map(lines, sources())), 1)


def tiny(most: int = 60) -> list[Path]:
    """Modules that have fewer lines than is worth a file of their own."""
    return [
        path
        for path in sources()
        if lines(path) < most
        and path.name not in SHORT
        and not SHORT_ROOMS & set(path.parts)
    ]


def advice() -> Iterator[str]:
    """What is worth a look: the longest modules and functions, the smallest modules."""
    by_length = sorted(sources(), key=lines)
    yield from (
        f"{lines(path):5} lines  {path}"
        for path in reversed(by_length[-10:])
        if lines(path) > 600
    )
    functions = [
        ((node.end_lineno or 0) - node.lineno + 1, f"{path}:{node.lineno} {node.name}")
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, FUNCTION)
    ]
    yield from (
        f"{length:5} lines  {name}"
        for length, name in sorted(functions, reverse=True)[:10]
        if length > 60
    )
    small = sorted(tiny(80), key=lines)[:10]
    yield from (f"{lines(path):5} lines  {path}" for path in small)


def figures() -> dict[str, Any]:
    """All that [tool.house] holds but the words of documents."""
    return {
        "lines": sum(map(lines, sources())),
        "modules": len(sources()),
        "registries": len(registries()),
        "docstrings": docstring_share(),
    }


def main() -> None:
    """Print the figures, those of each package, and what is worth a look."""
    report = [f"{name:12} {value}" for name, value in figures().items()]
    report += [
        f"{size:7,} lines {count:4} modules  {name}"
        for name, (size, count) in sorted(packages().items())
    ]
    sys.stdout.write("\n".join([*report, "Worth a look:", *advice(), ""]))


if __name__ == "__main__":
    main()
