"""How big the code is, for information: `python -m tests.architecture.sizes`."""

import ast
import sys
from pathlib import Path

from tests.architecture.source import ROOT, sources, trees

LONGEST = 5


def count_lines(path: Path) -> int:
    """How many lines a module of the product has."""
    return sources()[path].count("\n")


def sizes() -> str:
    """One line: modules, syntax nodes, the longest modules, lines of tests."""
    nodes = sum(1 for tree in trees().values() for _ in ast.walk(tree))
    longest = sorted(sources(), key=count_lines, reverse=True)[:LONGEST]
    names = ", ".join(f"{path} {count_lines(path):,}" for path in longest)
    test_lines = sum(
        path.read_text().count("\n") for path in (ROOT / "tests").rglob("*.py")
    )
    return (
        f"{len(sources())} modules, {nodes:,} syntax nodes; longest: {names}; "
        f"{test_lines:,} lines of tests"
    )


if __name__ == "__main__":
    sys.stdout.write(f"sizes        {sizes()}\n")
