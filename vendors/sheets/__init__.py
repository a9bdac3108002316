"""The answer sheet: what is asked and answered, as a spreadsheet and back."""

from vendors.sheets.sheets import SheetLine, read_sheet, write_sheet

__all__ = ["SheetLine", "read_sheet", "write_sheet"]
