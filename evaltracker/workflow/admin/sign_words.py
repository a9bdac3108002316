"""The words that are signed, section by section, so that a page can fold them."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from evaltracker.workflow.admin.differences import readable
from evaltracker.workflow.memo.html import as_html


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the words: where it stands on the page, and what it says."""

    anchor: str
    heading: str
    html: SafeString
    # Lines of its tables without their heads.
    rows: int


@dataclass(frozen=True, slots=True)
class Words:
    """All of a canonical document: its title, what comes first, and its sections."""

    title: str
    opening: SafeString
    parts: list[Part]

    @property
    def rows(self) -> int:
        """Lines of all tables."""
        return sum(part.rows for part in self.parts)


def words_of(document: str) -> Words:
    """A canonical document in its sections, each as HTML; no line of it is left out."""
    opening, *sections = f"\n{document}".split("\n## ")
    title, _, before = opening.strip().partition("\n")
    parts = []
    for number, section in enumerate(sections, 1):
        heading, _, body = section.partition("\n")
        name = readable(heading)
        html = as_html(body, heading=name)
        parts.append(Part(f"part-{number}", name, html, rows_in(body)))
    return Words(readable(title), as_html(before, heading=readable(title)), parts)


def rows_in(body: str) -> int:
    """How many rows the tables of a section have, their heads not counted."""
    lines = body.splitlines()
    rows = sum(line.startswith("| ") for line in lines)
    heads = sum(line.startswith("| ---") for line in lines)
    return rows - 2 * heads
