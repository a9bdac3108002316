"""The annex of promises: what a vendor reads of the versions put forward to it."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from vendors.choices import DocumentKind
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.costs import standing_quote

# How what has a number begins and ends; words of others stand behind “> ”.
NUMBERED = re.compile(r"([PUC][0-9]+)\. (.*)")
DUE = re.compile(r"Due: ([0-9]{4}-[0-9]{2}-[0-9]{2})")
COSTS = "Costs\n"
SEALED = f"{COSTS}Prices are not part of this version."


class NumberedLine(NamedTuple):
    number: str
    words: str
    due_on: datetime.date | None = None


def numbered_lines(text: str) -> Iterator[NumberedLine]:
    """Promises, undertakings and costs, as the text of a version tells them."""
    found: list[NumberedLine] = []
    for line in text.split("\n"):
        if told := NUMBERED.match(line):
            found.append(NumberedLine(told[1], told[2]))
        elif found and (due := DUE.match(line)):
            day = datetime.date.fromisoformat(due[1])
            found[-1] = found[-1]._replace(due_on=day)
    yield from found


@dataclass(frozen=True, slots=True)
class Annex:
    """A version, with as much of its text as its reader may see."""

    document: PublishedDocument
    text: str
    withheld: bool
    lines: dict[str, str]
    receipt: Any
    objections: list[Any]


def annex_versions(candidate: Candidate) -> QuerySet[PublishedDocument]:
    """Those that were put forward, the newest first."""
    rows = candidate.documents.filter(kind=DocumentKind.ANNEX)
    return rows.order_by("-version")


def annex_for(candidate: Candidate, reader: str) -> Annex | None:
    """The newest as `reader` (`reader_of`) reads it: its costs go to whoever may read
    the quote in force, and to no token that the house issued."""
    document: Any = annex_versions(candidate).first()
    if document is None:
        return None
    text, quote = document.text, standing_quote(candidate, reader)
    if not reader or (quote and quote.is_withheld):
        blocks = text.removesuffix("\n").split("\n\n")
        kept = [it for it in blocks if it == SEALED or not it.startswith(COSTS)]
        text = "\n\n".join(kept) + "\n"
    lines = {line.number: line.words for line in numbered_lines(text)}
    return Annex(
        document,
        text,
        text != document.text,
        lines,
        document.documentreceipts.first(),
        [it for it in document.documentobjections.all() if it.line in lines],
    )
