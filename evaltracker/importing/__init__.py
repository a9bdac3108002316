"""The desk of a spreadsheet: upload, explain, preview, apply, undo."""
