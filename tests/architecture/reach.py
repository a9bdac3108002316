"""What code the vendor rooms can come to, by name, from the imports of each module."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.architecture.source import PACKAGES, ROOT

ROOMS = (
    *("vendors.portal.access", "vendors.portal.claims", "vendors.portal.quotes"),
    "trials.portal",
)
type Place = tuple[str, str]


class Module(NamedTuple):
    """The functions, classes and constants of a module, and what it imports of ours."""

    path: Path
    defined: dict[str, ast.stmt]
    imported: dict[str, Place]


@cache
def module(name: str) -> Module | None:
    """A module of ours by its dotted name; None for what is none."""
    base = ROOT / name.replace(".", "/")
    path = base.with_suffix(".py")
    path = path if path.exists() else base / "__init__.py"
    if not path.exists():
        return None
    tree = ast.parse(path.read_text())
    defined: dict[str, ast.stmt] = {}
    imported: dict[str, Place] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names if node.module.split(".")[0] in PACKAGES else ():
                imported[alias.asname or alias.name] = (node.module, alias.name)
    for statement in tree.body:
        name_of = getattr(statement, "name", "")
        names = [name_of] if isinstance(name_of, str) else [name_of.id]
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        for target in filter(None, targets):
            found = (it for it in ast.walk(target) if isinstance(it, ast.Name))
            names += [it.id for it in found if isinstance(it.ctx, ast.Store)]
        defined |= dict.fromkeys(filter(None, names), statement)
    return Module(path, defined, imported)


def named_in(name: str, statement: ast.stmt) -> Iterator[Place]:
    """What a statement of a module names: of that module, or of another of ours."""
    here = module(name)
    assert here
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            yield here.imported.get(node.id, (name, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            place = here.imported.get(node.value.id, (name, "?"))
            yield ".".join(place), node.attr


@cache
def in_reach() -> dict[Place, ast.stmt]:
    """By module and name, every statement that a vendor page can come to."""
    waiting = [
        (name, member)
        for name in ROOMS
        if (room := module(name))
        for member in room.defined
    ]
    found: dict[Place, ast.stmt] = {}
    while waiting:
        place = waiting.pop()
        of = module(place[0])
        if of is None or place in found:
            continue
        if place[1] in of.defined:
            found[place] = of.defined[place[1]]
            waiting += named_in(place[0], found[place])
        elif place[1] in of.imported:
            waiting.append(of.imported[place[1]])
    return found
