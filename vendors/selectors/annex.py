"""The annex of promises: what a vendor reads of the versions put forward to it."""

import re
from typing import Any

from django.db.models import QuerySet

from vendors.choices import DocumentKind
from vendors.models import Candidate, PublishedDocument
from vendors.selectors.costs import standing_quote

# How a line begins that has a number; words of others stand behind “> ”.
NUMBERED = re.compile(r"^([PUC][0-9]+)\. (.*)$", re.MULTILINE)
# The section of costs, with any; a version from before prices were open has none.
COSTS = re.compile(r"\nCosts\n(?!Prices)(?:.+\n)+")


def annex_versions(candidate: Candidate) -> QuerySet[PublishedDocument]:
    """Those that were put forward, the newest first."""
    rows = candidate.documents.filter(kind=DocumentKind.ANNEX)
    return rows.order_by("-version")


def annex_for(candidate: Candidate, reader: str) -> Any:
    """The newest as `reader` (`reader_of`) reads it, if there is any: its costs go to
    whoever may read the quote in force, and to no token that the house issued. With its
    `lines` by number, its `receipt` and the `objections` to what is read."""
    annex: Any = annex_versions(candidate).prefetch_related("replies").first()
    if annex is not None:
        whole = annex.text
        quote = standing_quote(candidate, reader)
        if not reader or (quote and quote.is_withheld):
            annex.text = COSTS.sub("", whole)
        annex.withheld = annex.text != whole
        annex.lines = dict(NUMBERED.findall(annex.text))
        replies = annex.replies.all()
        annex.receipt = next((row for row in replies if not row.line), None)
        annex.objections = [row for row in replies if row.line in annex.lines]
    return annex
