"""Markdown that stays what it was meant to be, whatever people typed into it."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from evaltracker.money import written
from evaltracker.toolbox.days_days import day_in_words
from trials.scoring import Coverage

# The three counts of a candidate in one sentence, from the results of a memo.

COUNTS = tuple(field.name for field in fields(Coverage))


def coverage_words(result: Mapping[str, Any]) -> str:
    """“8 of 10 answered · 5 of 8 shown · 2 of 8 tested”; formulas 1 and 2 did not tell
    demos and trials apart, and are not made to."""
    if "shown" not in result:
        return (
            f"{result['answered']} of {result['asked']} answered · "
            f"{result['tested']} of {result['answered']} shown or tested"
        )
    return Coverage(**{name: result[name] for name in COUNTS}).in_words


# Marks that mean something anywhere, and those that do so at the start of a line.
ANYWHERE = re.compile(r"([\\`*_\[\]<>|~&])")
AT_START = re.compile(r"^(\d+)([.)])(?=\s|$)|^([#+\-=])")


def inline(text: object) -> str:
    """`text` as one line that Markdown shows letter for letter."""
    return _escaped(str(text))


@lru_cache(maxsize=8_192)
def _escaped(text: str) -> str:
    line = ANYWHERE.sub(r"\\\1", " ".join(text.split()))
    return AT_START.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def block(text: str) -> str:
    """`text` as paragraphs, its blank lines kept and its marks shown as typed."""
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n\n".join(inline(part) for part in parts if part.strip())


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; cells are escaped."""
    lines = [head, ["---"] * len(head)]
    body = [[inline(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in [*lines, *body])


def bullets(items: Iterable[str]) -> str:
    """A list; the items are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def section(title: str, body: str) -> str:
    """A titled section, or nothing if there is nothing to say."""
    return f"## {title}\n\n{body}" if body.strip() else ""


def percent(share: str | None) -> str:
    """“62%” for "0.6153"; a dash where there is no share."""
    return "–" if share is None else f"{round(float(share) * 100)}%"


def amount(text: object) -> str:
    """“40,000” for “40000.0000”; what is no number stays as it is."""
    try:
        return written(Decimal(str(text)))
    except InvalidOperation:
        return str(text)


def day(text: str | None) -> str:
    """“25 May 2027” for an ISO date or moment; blank stays blank."""
    if not text:
        return ""
    return day_in_words(datetime.date.fromisoformat(text[:10]))


# What the choice costs more, or less, than the cheapest of the others.


# What the scores 0 to 5 mean, in the words that were chosen before they were given.
