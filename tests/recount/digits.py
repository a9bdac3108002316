"""Digits on a page that are no counted figure: dates, refs, names, typed text.

What is typed is read from the tables, whoever typed it. `APART` are the other words
with a digit in them that pages may show, each for its reason.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from tests.recount.pages import Page

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DATES = re.compile(
    rf"\b\d{{1,2}} (?:{MONTHS})[a-z]*(?: \d{{4}})?|\b\d{{4}}-\d\d-\d\d\b|\b\d\d:\d\d\b"
)
APART = tuple(
    re.compile(pattern)
    for pattern in (
        # What shares and totals are of.
        r"\bof 100\b|\bof 10,000 draws\b",
        # A bound as it was typed, and what was measured or read beside it.
        r"at (?:most|least) [\d.,]+ \S+?(?:, tolerance [\d.,]+ \S+)?(?= |$)",
        r"[\d.,]+ (?:ms|s)\b(?: (?:more|less) than claimed| of \d+ runs on)?",
        r"[\d.,]+ ?%?(?: → [\d.,]+ ?%?)|^[\d.,]+%, measured last$",
        # What waits on people, by gate and list of things to do.
        r"\b\d+(?= (?:must-haves?|more approvals? needed|questions? without|answers?))",
        r"\b\d+(?= months (?:due|closed))",
        r"\b\d+(?= (?:working days|released|still drafts|letters?))",
        r"\b\d+ of \d+(?= criteria not judged)|^\d+ open$|\b\d+(?= bytes\b)",
        # Amounts that the brief typed, and of what is listed, how much is not shown.
        r"^[\d,]+ [A-Z]{3}$|\b(?:and )?\d+ more\b",
        # Places in an order: stages, letters.
        r"^\d$",
        # The scale of a picture, and what two roles weigh.
        r"\bCosts begin at 0\b|^: [^,\d]+ \d+, [^,\d]+ \d+;?$",
        # How many plans fall due by a day, and why an act is not offered yet.
        r"^\(\d+\)(?:,|\. It must run by)$|\bonce it has 30\b",
        r"\bhas \d+ [a-z ]+ verdicts of\b",
        # Names of things.
        r"\bA4\b|\bSHA-256\b|\b(?:stay|round|version|entry) \d+\b",
    )
)


def typed_texts(cursor: Any, tables: Iterable[str]) -> list[str]:
    """Whatever stands in text columns with letters and a digit, the longest first."""
    found = set()
    for table in tables:
        cursor.execute(f'SELECT * FROM "{table}"')
        for row in cursor.fetchall():
            for value in row:
                found |= {text for text in texts(value) if re.search(r"\d", text)}
    lettered = {text for text in found if re.search(r"[A-Za-z]", text) and text[1:]}
    return sorted(lettered, key=len, reverse=True)


def texts(value: Any) -> Iterator[str]:
    """The texts in a value, those of JSON too."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        if value[:1] in ("[", "{"):
            with suppress(ValueError):
                yield from texts(json.loads(value))
        yield " ".join(value.split())


def stray_digits(page: Page, typed: Iterable[str]) -> list[str]:
    """Words of the page in which a digit is left."""
    lines = [" ".join(words.split()) for words in page.words]
    found = []
    for line in lines:
        left = line
        if not re.search(r"\d", left):
            continue
        for text in typed:
            if text in left:
                left = left.replace(text, " ")
        for pattern in (DATES, *APART):
            left = pattern.sub(" ", left)
        if re.search(r"\d", left):
            found.append(line)
    return found
