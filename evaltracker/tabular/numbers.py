"""Numbers as people of different countries write them, read without guessing.

“12.000” is twelve thousand to some and twelve to others. What one cell leaves open the
other cells of its column often settle; if they do not, somebody has to be asked.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum


class Style(StrEnum):
    """How a column writes thousands and decimals, shown by an example."""

    POINT = "1,234.56"
    COMMA = "1.234,56"


# Marks that stand between thousands and never before decimals.
_SPACES = "[ \u00a0\u2009\u202f'’]"
DIGITS = re.compile(rf"[0-9](?:[0-9.,]|{_SPACES}(?=[0-9]))*")
_SPACED = re.compile(rf"[1-9][0-9]{{0,2}}(?:{_SPACES}[0-9]{{3}})+(?=[.,]|$)")
_MARKS = re.compile(_SPACES)
LONGEST = 30
# Lakhs and crores; those who write them put the point before decimals.
_LAKHS = r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
_POINT = re.compile(
    rf"(?P<whole>[0-9]+|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|{_LAKHS})"
    r"(?:\.(?P<part>[0-9]+))?"
)
_COMMA = re.compile(
    r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<part>[0-9]+))?"
)
_SHAPES = {Style.POINT: _POINT, Style.COMMA: _COMMA}


def readings(text: str) -> dict[Style, Decimal]:
    """By style, the number that `text` is; styles in which it is none are left out."""
    if len(text) > LONGEST or (not text.isascii() and not _SPACED.match(text)):
        return {}
    spaced = _SPACED.match(text)
    if spaced is not None:
        text = _MARKS.sub("", spaced[0]) + text[spaced.end() :]
    found = {}
    for style, shape in _SHAPES.items():
        match = shape.fullmatch(text)
        if match is not None:
            whole = match["whole"].replace(",", "").replace(".", "")
            if spaced is None or whole == match["whole"]:
                found[style] = Decimal(f"{whole}.{match['part'] or '0'}")
    return found


def read_number(text: str, style: Style | None = None) -> Decimal | None:
    """The number that `text` is; None if it is none, or two without a `style`."""
    found = readings(text)
    values = set(found.values())
    if len(values) == 1:
        return values.pop()
    return found.get(style) if style else None


def is_open(text: str) -> bool:
    """Whether `text` can be two numbers."""
    return len(set(readings(text).values())) > 1


def style_of(texts: Iterable[str]) -> Style | None:
    """The style in which a column writes its numbers, if its numbers tell one."""
    told: set[Style] = set()
    for text in texts:
        found = readings(text)
        if len(found) == 1 and not text.isdigit():
            told.update(found)
    return told.pop() if len(told) == 1 else None
