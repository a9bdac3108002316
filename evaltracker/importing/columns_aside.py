"""Columns of a table that nobody reads, named so that nothing is lost unseen."""

from collections.abc import Collection, Sequence

from evaltracker.importing.layout import short
from evaltracker.tabular import Row, Sheet, column_letter


def unread_columns(
    sheet: Sheet, header: Row, body: Sequence[Row], used: Collection[int]
) -> list[str]:
    """One line for the columns that were not read, each with what it holds."""
    width = max((len(row.cells) for row in (header, *body)), default=0)
    left = []
    for index in range(width):
        cells = [row.cell(index) for row in body if row.cell(index)]
        if index in used or not cells:
            continue
        links = sum("http://" in cell or "https://" in cell for cell in cells)
        name = short(header.cell(index), 30)
        name = f"“{name}”" if name else f"column {column_letter(index)} without a name"
        word = "cell" if len(cells) == 1 else "cells"
        more = f", {links:,} links" if links > 1 else ", a link" if links else ""
        left.append(f"{name} ({len(cells):,} {word}{more})")
    if not left:
        return []
    shown = ", ".join(left[:8])
    more = f" and {len(left) - 8} more" if len(left) > 8 else ""
    where = f" on sheet “{sheet.name}”" if sheet.name else ""
    return [f"Not read{where}: {shown}{more}."]
