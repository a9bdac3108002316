"""Reading other people's spreadsheets: bytes in, named cells or a sentence out.

Nothing in here knows Django or what the cells mean.
"""

from evaltracker.tabular.headers import columns_by_field, find_header, header_key
from evaltracker.tabular.reading import read_table
from evaltracker.tabular.shapes import (
    ImportProblem,
    Merge,
    Row,
    Sheet,
    Unreadable,
    Workbook,
    column_letter,
)

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
