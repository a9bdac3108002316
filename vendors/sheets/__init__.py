"""The answer sheet: what is asked and answered, as a spreadsheet and back."""

from vendors.sheets.reading import SheetLine, read_sheet
from vendors.sheets.writing import write_sheet

__all__ = ["SheetLine", "read_sheet", "write_sheet"]
