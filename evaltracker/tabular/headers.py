"""Finding the header row by the column names that the reader knows."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from evaltracker.tabular.shapes import Row, Sheet

SEARCHED_ROWS = 60
IN_BRACKETS = re.compile(r"\([^()]{0,80}\)|\[[^\[\]]{0,80}\]")
TAGS = re.compile(r"<[a-zA-Z/][^<>]{0,80}>")


def header_key(name: str) -> str:
    """`name` without case, blanks, marks and what stands in brackets.

    “Requirement ID”, “requirement_id” and “**Requirement-Id**<br>(text)” are one.
    """
    if name.isascii() and name.isalnum():
        return name.lower()
    plain = name
    if not name.isalnum():
        plain = IN_BRACKETS.sub(" ", TAGS.sub(" ", name))
    key = "".join(mark for mark in plain.casefold() if mark.isalnum())
    return key or ("#" if "#" in name else "")


def header_keys(name: str) -> list[str]:
    """The keys of a name: of all of it, and of the two words that a stroke parts.

    “Question/Request” has two, and “buyer/name”, as programs write it, has none.
    """
    parts = [it.strip() for it in name.split("/")] if name.count("/") == 1 else []
    if not all(part[:1].isupper() for part in parts):
        parts = []
    return [key for key in (header_key(it) for it in (name, *parts)) if key]


def find_header(sheet: Sheet, score: Callable[[Row], int]) -> Row | None:
    """The row near the top with the highest score above 0; the first of equals.

    Of two rows of names right below each other the lower one names more closely.
    """
    best, best_score = None, 0
    for row in sheet.rows[:SEARCHED_ROWS]:
        points = score(row)
        is_second = best is not None and row.number == best.number + 1
        if points > best_score or (is_second and points == best_score > 0):
            best, best_score = row, points
    return best


def columns_by_field(
    header: Row, synonyms: Mapping[str, Sequence[str]], taken: Collection[int] = ()
) -> dict[str, int]:
    """By field, the column whose name is the first synonym that the header has.

    Fields are served in order, and a column serves one field only.
    """
    keys: dict[str, int] = {}
    free = [it for it in header.filled if it not in taken]
    for index in free:
        keys.setdefault(header_key(header.cells[index]), index)
    for index in free:
        # “Question/Request” is called by two words, of which one may be known.
        for key in header_keys(header.cells[index])[1:]:
            keys.setdefault(key, index)
    found: dict[str, int] = {}
    for field, names in synonyms.items():
        for name in names:
            if name in keys and keys[name] not in found.values():
                found[field] = keys[name]
                break
    return found
