"""Texts without the ids and digests in whose digits any number stands by chance.

Five digits in a row stand in a journal's digests once in some dozen exports.
"""

import re

KEY = re.compile(
    r"\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[0-9a-f]{32,128})\b"
)


def without_keys(content: bytes | str) -> str:
    """The text, with a mark in place of each id and digest."""
    text = content.decode() if isinstance(content, bytes) else content
    return KEY.sub("(key)", text)
