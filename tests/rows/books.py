"""Workbooks for tests, made as users' programs make them."""

import io
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook


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
