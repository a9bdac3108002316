"""The annex of promises: what a vendor reads of the versions put forward to it."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, NamedTuple

from django.db.models import QuerySet

from vendors.choices import DocumentKind
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.costs import standing_quote

# How a line begins that has a number, and its last; words of others stand behind “> ”.
NUMBERED = re.compile(r"([PUC][0-9]+)\. (.*)")
DUE = re.compile(r"Due: ([0-9]{4}-[0-9]{2}-[0-9]{2})")
COSTS = "Costs\n"
SEALED = f"{COSTS}Prices are not part of this version."


class NumberedLine(NamedTuple):
    number: str
    words: str
    due_on: datetime.date | None = None


def numbered_lines(text: str) -> list[NumberedLine]:
    """Promises, undertakings and costs, as a version tells them."""
    lines: list[NumberedLine] = []
    for line in text.split("\n"):
        if told := NUMBERED.match(line):
            lines.append(NumberedLine(told[1], told[2]))
        elif lines and (due := DUE.match(line)):
            day = datetime.date.fromisoformat(due[1])
            lines[-1] = lines[-1]._replace(due_on=day)
    return lines


@dataclass(frozen=True, slots=True)
class Annex:
    """The newest version, with as much of its text as its reader may see."""

    document: PublishedDocument
    text: str
    withheld: bool

    @property
    def lines(self) -> dict[str, str]:
        return {line.number: line.words for line in numbered_lines(self.text)}

    @property
    def objections(self) -> list[Any]:
        """Those to this version; of what is withheld not even these are shown."""
        lines, rows = self.lines, self.document.objections.order_by("made_at", "pk")
        return [row for row in rows if row.line in lines]


def annex_versions(candidate: Candidate) -> QuerySet[PublishedDocument]:
    """All that were put forward, the newest first."""
    rows: QuerySet[PublishedDocument] = candidate.documents.filter(
        kind=DocumentKind.ANNEX
    )
    return rows.order_by("-version")


def annex_for(candidate: Candidate, reader: str) -> Annex | None:
    """As `reader` (`reader_of`) reads it: costs go to whoever may read the quote in
    force, and to no token that the house issued."""
    document = annex_versions(candidate).first()
    if document is None:
        return None
    blocks = document.text.removesuffix("\n").split("\n\n")
    shown = [it for it in blocks if it == SEALED or not it.startswith(COSTS)]
    quote = standing_quote(candidate, reader)
    if len(shown) == len(blocks) or (reader and not (quote and quote.is_withheld)):
        return Annex(document, document.text, withheld=False)
    return Annex(document, "\n\n".join(shown) + "\n", withheld=True)


def differing_lines(former: str, newer: str) -> Iterator[str]:
    """What went out behind “-”, what came in behind “+”."""
    lines = unified_diff(former.splitlines(), newer.splitlines(), n=0, lineterm="")
    # Two lines of file names come first.
    return (line for line in list(lines)[2:] if not line.startswith("@@"))
