"""Whether a text says a number, where it also holds keys and digests.

Five digits in a row stand in a journal's digests by chance, once in some dozen exports.
"""

import re


def says_number(content: bytes | str, number: int) -> bool:
    """Whether `number` stands there, as more than a part of a longer word."""
    text = content.decode() if isinstance(content, bytes) else content
    return re.search(rf"(?<![0-9A-Za-z]){number}(?![0-9A-Za-z])", text) is not None
