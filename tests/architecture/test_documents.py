"""Documents lead somewhere, are cited rightly, stay small, agree with the product."""

import ast
import io
import re
import tokenize
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from evaltracker.pages.help import term_named, terms
from tests import public_face
from tests.architecture.source import PACKAGES, ROOT

# With those of testing.md.
LINK = re.compile(r"\]\((?![a-z]+:)([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
FILE = re.compile(rf"`((?:{'|'.join(PACKAGES)}|tests|docs|bench|deploy)/[\w./-]+)`")
# What the recipe for a table makes; test_recipe.py follows it.
MADE = re.compile(r"fruit|^stakeholders/imports\.py$")
# A row of a table, or an item of a list, that begins with the number.
DEFINED = re.compile(r"^(?:\| |- \*\*)([RTGP]\d+)(?: \||\.\*\*)", re.MULTILINE)
# What remarks cite, and where it has to stand.
CITED = re.compile(r"\b([RTGP][1-9]\d?)\b|design\.md, section (\d+)|\((decision \d+)\)")
# What only whoever wrote the product has; a reader has the repository.
OUTSIDE = re.compile(
    r"shared/|\b(?:DESIGN|RELIABILITY|PERFORMANCE|FINDINGS|HOW_SURE|STYLE)\b"
)
PLACE = re.compile(r"\| `([\w.]+)` \|$", re.MULTILINE)
MARKUP = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL
)
EXPLAINED = (
    *("gate", "standing", "fit", "coverage", "slipped", "promise record", "weight"),
    *("sign-off rule", "substitute", "not stated"),
)


@cache
def documents() -> list[Path]:
    return [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]


def source_files() -> list[Path]:
    return [
        path
        for folder in (*PACKAGES, "tests", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != Path(__file__)
    ]


@cache
def templates() -> list[Path]:
    return [
        path
        for app in PACKAGES
        for path in sorted((ROOT / app).rglob("templates/**/*.*"))
        if path.suffix in {".html", ".txt"}
    ]


def test_no_document_holds_what_a_merge_left() -> None:
    left = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    assert [path.name for path in documents() if left.search(path.read_text())] == []


def headings(document: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them of its headings."""
    lines = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in lines}


def broken_in(document: Path) -> list[str]:
    """What it names that is not there."""
    text = document.read_text()
    named = [name for name in FILE.findall(text) if not MADE.search(name)]
    broken = [name for name in named if not (ROOT / name).exists()]
    for address in LINK.findall(CODE.sub("", text)):
        name, _, anchor = address.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in headings(target)):
            broken.append(address)
    return broken


def test_each_link_and_file_that_it_names_is_there(subtests: pytest.Subtests) -> None:
    assert documents()
    for document in documents():
        with subtests.test(str(document.relative_to(ROOT))):
            assert broken_in(document) == []


def remarks(source: str) -> str:
    """The docstrings and comments of a file."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return "\n".join([*(ast.get_docstring(node) or "" for node in nodes), *comments])


def cited(text: str) -> set[str]:
    return {"".join(numbers) for numbers in CITED.findall(text)}


def test_what_remarks_cite_is_in_the_documents() -> None:
    developers = ROOT / "docs" / "developers"
    design, rules, decisions = [
        (developers / name).read_text()
        for name in ("design.md", "reliability.md", "decisions.md")
    ]
    defined = set(DEFINED.findall(rules + (ROOT / "docs/performance.md").read_text()))
    assert {"R10", "T21", "G12", "P5"} <= defined
    defined |= set(re.findall(r"^## (\d+)\.", design, re.MULTILINE))
    numbers = re.findall(r"^\*\*(\d+)\.", decisions, re.MULTILINE)
    assert numbers == [str(number + 1) for number in range(len(numbers))]
    defined |= {f"decision {number}" for number in numbers}
    wrong = []
    for path in source_files():
        source = path.read_text()
        # Reading what is a remark takes its time: only where something may be wrong.
        if cited(source) - defined or OUTSIDE.search(source):
            text = remarks(source)
            unknown = [*(cited(text) - defined), *OUTSIDE.findall(text)]
            wrong += [f"{path.relative_to(ROOT)}: {number}" for number in unknown]
    for path in documents():
        text = path.read_text()
        decided = {number for number in cited(text) if "decision" in number}
        unknown = [*(decided - defined), *OUTSIDE.findall(text)]
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in unknown]

    assert not wrong, "cite reliability.md, design.md, decisions.md or performance.md"


WORDS = (ROOT / "docs" / "words.md").read_text()


def test_what_words_md_names_is_there() -> None:
    assert [name for name in PLACE.findall(WORDS) if not is_there(name)] == [], (
        "docs/words.md: it is gone; name its new place"
    )


def is_there(place: str) -> bool:
    """Whether a module has that name in it, or is called so."""
    module, _, name = place.rpartition(".")
    if not find_spec(module):
        return False
    parent = import_module(module)
    return hasattr(parent, name) or bool(
        hasattr(parent, "__path__") and find_spec(place)
    )


def test_templates_say_it_in_the_words_of_the_list() -> None:
    table = WORDS.split("## Words that pages do not use")[1]
    forbidden = re.findall(r"^\| ([^|`]+) \| ([^|`]+) \|$", table, re.MULTILINE)[2:]
    wrong = []
    for path in templates():
        shown = re.sub(r"\s+", " ", MARKUP.sub(" ", path.read_text())).lower()
        for word, better in forbidden:
            if re.search(rf"\b{re.escape(word)}", shown):
                wrong.append(f"{path.relative_to(ROOT)}: {word}, write: {better}")
        if re.search(r"(\}\}|[0-9])\s+%[^}]", path.read_text()):
            wrong.append(f"{path.relative_to(ROOT)}: a blank before %")

    assert len(forbidden) > 10
    assert not wrong


def test_riddling_words_are_explained_on_a_page_in_a_sentence() -> None:
    assert len(terms()) > 60
    shown = "".join(path.read_text() for path in templates())
    assert [w for w in EXPLAINED if f'{{% term "{w}" %}}' not in shown] == []
    for word in terms():
        assert re.fullmatch(r"[A-Z0-9].*\.", term_named(word)), word


def test_the_public_face_agrees_and_one_that_does_not_is_found(tmp_path: Path) -> None:
    assert list(public_face.faults(ROOT)) == []
    (tmp_path / "evaltracker").mkdir()
    (tmp_path / "evaltracker" / "__init__.py").write_text('__version__ = "2.0.0"\n')
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## [1.9.0] - today\n")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "broken.yml").write_text("jobs: [\n")
    broken, other = public_face.faults(tmp_path)
    assert broken.startswith(".github/broken.yml is no YAML")
    assert "2.0.0" in other
    assert "1.9.0" in other
