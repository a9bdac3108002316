"""Links of the documents lead somewhere: to a file, and to a heading in it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.floors import ROOT

DOCUMENTS = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def links(document: Path) -> Iterator[str]:
    """The addresses of a document that lead to another file of the repository."""
    for address in LINK.findall(CODE.sub("", document.read_text())):
        if not re.match(r"[a-z]+:", address):
            yield address


def headings(document: Path) -> set[str]:
    """The anchors of a document, as GitHub makes them of its headings."""
    lines = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).lower().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(ROOT)))
def test_each_link_leads_somewhere(document: Path) -> None:
    broken = []
    for address in links(document):
        name, _, anchor = address.partition("#")
        target = document.parent / name if name else document
        if not target.exists() or (anchor and anchor not in headings(target)):
            broken.append(address)

    assert not broken
