"""Templates of which only a few texts differ: rendered once, then filled.

Rendering a letter costs more than handing it to the mail server does, and a hundred
thousand of them are the same but for a name, a date and an address. So each template
is rendered once for every set of values that are there, with marks in their places.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape

from django.template.loader import render_to_string
from django.urls import get_script_prefix, get_urlconf, reverse
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

# Where pages stand, looked up once: a page names the same address many times.


def place_of(name: str, *keys: object) -> str:
    """The address of that name; `keys` are what it is about, as `reverse` takes them.

    Raises:
        NoReverseMatch: there is none of that name for so many keys.

    """
    return _looked_up(name, keys, get_urlconf(), get_script_prefix())


@lru_cache(maxsize=8_192)
def _looked_up(
    name: str, keys: tuple[object, ...], urls: str | None, prefix: str
) -> str:
    return reverse(name, args=keys, urlconf=urls)


# Cells of spreadsheets that leave the product: text, whatever it looks like.

# What spreadsheets take for a formula or a command, in full width too.
LIVE = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
BREAKS = ("\t", "\r", "\n")
# What some of them skip in front.
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060"
ESCAPE = "'"
# What a workbook's readers take for the code of a character.
CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def harmless(value: object) -> str:
    """`value` as text that no spreadsheet runs; `meant` takes it back exactly."""
    text = "" if value is None else str(value)
    text = "".join(char for char in text if char >= " " or char in BREAKS)
    return f"{ESCAPE}{text}" if is_live(text) else text


def meant(text: str) -> str:
    """The text that `harmless` made harmless."""
    escaped = text.startswith(ESCAPE) and is_live(text)
    return text.removeprefix(ESCAPE) if escaped else text


def is_live(text: str) -> bool:
    """Whether it could be run, or could be taken for what was made harmless."""
    text = text.lstrip(ESCAPE)
    shown = text.lstrip().lstrip(UNSEEN).lstrip()
    return text.startswith(BREAKS) or shown.startswith(LIVE)


def spelled(text: str) -> str:
    """`text` so that a workbook's reader finds it unchanged."""
    return CODED.sub("_x005F_", text)


def text_cells(
    sheet: WriteOnlyWorksheet, values: Iterable[object]
) -> list[WriteOnlyCell]:
    """A row of harmless strings."""
    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value=spelled(harmless(value)))
        cell.data_type = "s"
        cells.append(cell)
    return cells


# Text as a header, a subject or a calendar entry can hold it.

# Control, direction and half characters.
_UNPRINTED = ("Cc", "Cf", "Cs")


def one_line(text: str) -> str:
    """`text` on one line, without characters that are not printed (R11)."""
    if not text.isprintable():
        spaced = "".join(" " if char.isspace() else char for char in text)
        text = "".join(
            char for char in spaced if unicodedata.category(char) not in _UNPRINTED
        )
    return " ".join(text.split())


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
