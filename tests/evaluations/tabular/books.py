"""Workbooks for tests, made as users' programs make them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable


def xlsx(
    rows: list[list[Any]],
    *,
    title: str = "Sheet1",
    change: Callable[[Workbook], None] | None = None,
) -> bytes:
    """An .xlsx with `rows`, changed before it is saved."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
