"""How the labels of charts are written, and how much room they take."""

import unicodedata
from functools import lru_cache

OUT = " (out)"
# The size of letters, in units; smaller ones stand under a name.
LETTERS, SMALL_LETTERS = 11.0, 9.5
# Widths of letters as parts of their size; what is in neither takes most letters' room.
NARROW, MOST, BROAD, WHOLE = 0.36, 0.58, 0.72, 1.0
SLIM = frozenset("fijlrtI.,:;'’|!()[] ·-")
WIDE = frozenset("mwMW@%—…&")


@lru_cache(maxsize=4096)
def width_of(text: str, size: float = LETTERS) -> float:
    """How wide a text is at most, about; its font is the reader's own."""
    return round(sum(map(_part, text)) * size, 1)


def cut(text: str, room: float, size: float = LETTERS) -> str:
    """As much of a text as has room; the whole one stands in the table."""
    if width_of(text, size) <= room:
        return text
    kept = text
    while kept and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def per_cent(share: float | None) -> str:
    """“62%”, or a dash where there is nothing to divide by."""
    return "–" if share is None else f"{share * 100:.0f}%"


def short(amount: float) -> str:
    """“250k”, “1.5M”: for an axis, where there is no room."""
    for size, letter in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if amount >= size:
            return f"{amount / size:.4g}{letter}"
    return f"{amount:.4g}"


def _part(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return WHOLE
    if letter in WIDE:
        return WHOLE
    if letter in SLIM:
        return NARROW
    return BROAD if letter.isupper() else MOST
