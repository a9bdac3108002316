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
    pieces = _pieces(template, _present(values))
    said = {name: escape(text) for name, text in values.items()} if escaped else values
    return _filled(pieces, said)


def fill_paragraphs(template: str, values: Mapping[str, str]) -> list[str]:
    """The paragraphs of a template of plain text, each on one line; as `fill` else."""
    names = _present(values)
    return [_filled(pieces, values) for pieces in _paragraphs(template, names)]


def _present(values: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name in values if values[name])


def _filled(pieces: tuple[str, ...], values: Mapping[str, str]) -> str:
    return "".join(
        values[piece] if place % 2 else piece for place, piece in enumerate(pieces)
    )


@lru_cache(maxsize=128)
def _pieces(template: str, names: frozenset[str]) -> tuple[str, ...]:
    """Fixed text and names by turns."""
    return tuple(_MARKED.split(_marked(template, names)))


@lru_cache(maxsize=256)
def _paragraphs(template: str, names: frozenset[str]) -> list[tuple[str, ...]]:
    """The same for each paragraph."""
    paragraphs = re.split(r"\n\s*\n", _marked(template, names).strip())
    return [tuple(_MARKED.split(" ".join(text.split()))) for text in paragraphs]


def _marked(template: str, names: frozenset[str]) -> str:
    """The template with a mark for each value that is there."""
    marks = {name: f"{OPENS}{name}{CLOSES}" for name in names}
    return render_to_string(template, marks)
