"""What a number format of Excel puts around a number."""

import re
from dataclasses import dataclass

# Quoted words, an escaped mark, a currency in brackets, other brackets, a blank as wide
# as a mark, a repeated mark; everything else stands for itself. What nothing closes
# goes to the end.
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]?'
    r"|\[[^\]]*\]?|_.|\*.|(?P<digits>[0#?](?:[0#?.,/ ]*[0#?])?)(?P<scale>,*)"
    r"|(?P<general>General)|(?P<mark>.)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Around:
    """The words before and after a number; `is_scaled` if thousands are not shown."""

    before: str = ""
    after: str = ""
    is_scaled: bool = False


def words_around(number_format: str) -> Around:
    """What people read around a number in this format."""
    section = first_section(number_format)
    before, after, seen, is_scaled = "", "", False, False
    for token in TOKEN.finditer(section):
        if token["digits"] or token["general"]:
            seen = True
            is_scaled = is_scaled or bool(token["scale"])
            continue
        said = next((it for it in token.group(1, 2, 3, 7) if it), "")
        if seen:
            after += said
        else:
            before += said
    return Around(before.strip(), after.strip(), is_scaled)


def first_section(number_format: str) -> str:
    """The part for numbers above 0."""
    quoted = False
    for place, mark in enumerate(number_format):
        if mark == '"':
            quoted = not quoted
        elif mark == ";" and not quoted:
            return number_format[:place]
    return number_format
