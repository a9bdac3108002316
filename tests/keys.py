"""Texts without what is drawn at random: ids, digests, tokens of forms and links.

In their characters any short word stands by chance: "R7" in one token of a form
of sixty, five given digits in one journal's digests of some dozen.
"""

import re

KEY = re.compile(
    r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\w{32,})\b"
)


def without_keys(content: bytes | str) -> str:
    """The text, with a mark in place of each of them."""
    text = content.decode() if isinstance(content, bytes) else content
    return KEY.sub("(key)", text)
