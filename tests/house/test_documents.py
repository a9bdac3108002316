"""What comments cite stands in the documents, and what documents name is there."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.house.floors import PACKAGES, ROOT

CITED = re.compile(r"\b[RTGP][1-9]\d?\b")
# A row of a table, or an item of a list, that begins with the number.
DEFINED = re.compile(r"^(?:\| |- \*\*)([RTGP]\d+)(?: \||\.\*\*)", re.MULTILINE)
SECTION = re.compile(r"docs/developers/design\.md, section (\d+)")
# What only whoever wrote the product has; a reader has the repository.
OUTSIDE = re.compile(
    r"shared/|\b(?:DESIGN|RELIABILITY|PERFORMANCE|FINDINGS|HOW_SURE|STYLE)\b"
)
PLACE = re.compile(r"\| `([\w.]+)` \|$", re.MULTILINE)
SOURCES = [
    path
    for folder in (*PACKAGES, "tests", "bench")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path != Path(__file__)
]


@cache
def remarks(path: Path) -> list[str]:
    """The docstrings and comments of a file."""
    return list(_remarks(path))


def _remarks(path: Path) -> Iterator[str]:
    source = path.read_text()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def document(name: str) -> str:
    """The text of a document for developers, or of one beside that folder."""
    of_developers = ROOT / "docs" / "developers" / name
    path = of_developers if of_developers.exists() else ROOT / "docs" / name
    return path.read_text()


def test_every_rule_and_test_that_a_remark_cites_is_in_the_documents() -> None:
    defined = {
        number
        for name in ("design.md", "reliability.md", "performance.md")
        for number in DEFINED.findall(document(name))
    }
    unknown = [
        f"{path.relative_to(ROOT)}: {number}"
        for path in SOURCES
        for text in remarks(path)
        for number in CITED.findall(text)
        if number not in defined
    ]

    assert {"R10", "T21", "G12", "P5"} <= defined
    assert not unknown, "put it into reliability.md, design.md or performance.md"


def test_every_section_that_a_remark_cites_is_in_the_design() -> None:
    headings = set(re.findall(r"^## (\d+)\.", document("design.md"), re.MULTILINE))
    cited = {
        number
        for path in SOURCES
        for text in remarks(path)
        for number in SECTION.findall(text)
    }

    assert cited
    assert cited <= headings


def test_no_remark_or_document_points_outside_the_repository() -> None:
    documents = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
    texts = [(path, path.read_text()) for path in documents]
    texts += [(path, text) for path in SOURCES for text in remarks(path)]
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in texts
        for match in OUTSIDE.finditer(text)
    ]

    assert not found, "cite docs/developers/design.md or reliability.md instead"


@pytest.mark.parametrize("place", PLACE.findall(document("words.md")))
def test_what_words_md_names_is_there(place: str) -> None:
    module, _, name = place.rpartition(".")

    assert find_spec(module), f"docs/words.md: {module} is gone; name its new place"
    found = import_module(module)
    there = hasattr(found, name) or (hasattr(found, "__path__") and find_spec(place))
    assert there, f"docs/words.md: {place} is gone; name its new place"
