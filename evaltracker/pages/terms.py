"""What the words of the pages mean: one list, docs/words.md, for readers and pages."""

import re
from functools import cache

from evaltracker.pages.guides import DOCUMENTS

ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| `[\w.]+` \|$", re.MULTILINE)


@cache
def terms() -> dict[str, str]:
    """The meaning of each word, by the word that pages use and by that of the code."""
    rows = ROW.findall((DOCUMENTS / "words.md").read_text())
    meanings = {in_code: meaning for in_code, _, meaning in rows}
    return meanings | {on_pages: meaning for _, on_pages, meaning in rows}


def term_named(word: str) -> str:
    """The meaning of a word as a sentence without marks.

    Raises:
        KeyError: the list does not have it.

    """
    meaning = terms()[word].replace("*", "")
    return f"{meaning[0].upper()}{meaning[1:]}."
