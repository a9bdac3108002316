"""Templates of which only a few texts differ: rendered once, then filled.

Rendering a letter costs more than handing it to the mail server does, and a hundred
thousand of them are the same but for a name, a date and an address. So each template
is rendered once for every set of values that are there, with marks in their places.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string

# Characters for private use: no text of ours has them, and no escaping changes them.
OPENS, CLOSES = "\ue000", "\ue001"
_MARKED = re.compile(f"{OPENS}([a-z_]+){CLOSES}")


def fill(template: str, values: Mapping[str, str], *, escaped: bool) -> str:
    """What the template would render of `values`, which it may only print or test.

    Args:
        template: its name; it prints values as they are, without filters.
        values: texts by name; an empty one is false to the template's conditions.
        escaped: whether the values are escaped for HTML.

    """
    pieces = _pieces(template, frozenset(name for name in values if values[name]))
    said = {name: escape(text) for name, text in values.items()} if escaped else values
    return "".join(
        said[piece] if place % 2 else piece for place, piece in enumerate(pieces)
    )


@lru_cache(maxsize=128)
def _pieces(template: str, names: frozenset[str]) -> tuple[str, ...]:
    """Fixed text and names by turns."""
    marks = {name: f"{OPENS}{name}{CLOSES}" for name in names}
    return tuple(_MARKED.split(render_to_string(template, marks)))
