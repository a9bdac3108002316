"""How long things may become: what does not fit is two things, or badly named.

A file has at most 250 lines and a line of a template 120 columns. A function has at
most 40 lines of what it does: its signature and its docstring are read apart and not
counted. A docstring says something, in more than three words, or is not there.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.floors import PACKAGES, ROOT

FILE, FUNCTION, COLUMNS, WORDS = 250, 40, 120, 3
SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
# In a mail's plain text a paragraph is a line, so only pages are looked at.
TEMPLATES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("templates/**/*.html"))
]
type Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def documented(tree: ast.Module) -> Iterator[Documented]:
    """The module itself, its classes and its functions, at any depth."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return (node for node in ast.walk(tree) if isinstance(node, kinds))


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of what a function does."""
    has_docstring = ast.get_docstring(function) is not None
    body = function.body[1:] if has_docstring else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_file_is_longer_than_a_screen_or_five() -> None:
    lines = {path: path.read_text().count("\n") for path in SOURCES}
    long = [f"{path.relative_to(ROOT)}: {n}" for path, n in lines.items() if n > FILE]

    assert not long, f"at most {FILE} lines: split it by what its parts are for"


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in documented(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and length(node) > FUNCTION
    ]

    assert not long, f"at most {FUNCTION} lines: give a part of it a name of its own"


def test_no_line_of_a_template_is_wider_than_a_screen() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > COLUMNS
    ]

    assert not wide, f"at most {COLUMNS} columns: one element or block tag a line"


def test_a_docstring_says_something_or_is_not_there() -> None:
    empty = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}: {docstring}"
        for path in SOURCES
        for node in documented(ast.parse(path.read_text()))
        if (docstring := ast.get_docstring(node)) is not None
        and len(docstring.split()) <= WORDS
    ]

    assert not empty, "say what a caller may rely on, or take it away"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("def f(\n    a,\n    b,\n):\n    return a", 1),
        ('def f():\n    """Says\n\n    much."""\n    a = 1\n    return a', 2),
        ('def f():\n    """Only says something."""', 0),
    ],
)
def test_signature_and_docstring_do_not_count(source: str, lines: int) -> None:
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)

    assert length(function) == lines


def test_the_test_knows_where_to_look() -> None:
    assert len(SOURCES) > 500
    assert Path("evaltracker/templates/403.html") in {
        path.relative_to(ROOT) for path in TEMPLATES
    }
