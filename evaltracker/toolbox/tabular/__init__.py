"""Reading other people's spreadsheets: bytes in, named cells or a sentence out.

Nothing in here knows Django or what the cells mean.
"""

from evaltracker.toolbox.tabular.cells import (
    ImportProblem,
    Merge,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    column_letter,
    columns_by_field,
    find_header,
    header_key,
)
from evaltracker.toolbox.tabular.open_books import read_table

__all__ = [
    "ImportProblem",
    "Merge",
    "Row",
    "Sheet",
    "Unreadable",
    "Workbook",
    "column_letter",
    "columns_by_field",
    "find_header",
    "header_key",
    "read_table",
]
