"""The annex of promises: what a vendor reads of the versions put forward to it."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from vendors.choices import DocumentKind
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.costs import standing_quote

# How a line begins that has a number; words of others stand behind “> ”.
NUMBERED = re.compile(r"^([PUC][0-9]+)\. (.*)$", re.MULTILINE)
# The section of costs, and how it begins where prices were sealed then.
COSTS, SEALED = "Costs\n", "Costs\nPrices"


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
        kept = [
            it for it in blocks if it.startswith(SEALED) or not it.startswith(COSTS)
        ]
        text = "\n\n".join(kept) + "\n"
    lines = dict(NUMBERED.findall(text))
    said = [it for it in document.documentobjections.all() if it.line in lines]
    receipt = document.documentreceipts.first()
    return Annex(document, text, text != document.text, lines, receipt, said)
