"""Cells of spreadsheets that leave the product: text, whatever it looks like."""

import re
from collections.abc import Iterable

from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

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
