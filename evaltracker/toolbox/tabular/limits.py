"""How much a file may hold; generous for a questionnaire, small for a machine."""

FILE_BYTES = 10 * 1024 * 1024
UNPACKED_BYTES = 200 * 1024 * 1024
ARCHIVE_ENTRIES = 1_000
# Under a row of names.
ROWS = 50_000
COLUMNS = 500
# One cell far to the right and one far down make every cell between them: a sheet's
# used range is allocated as a whole.
AREA = 4_000_000
CELL_CHARACTERS = 32_767
SHEETS = 100


def megabytes(size: int) -> str:
    """`size` in bytes as people say it."""
    return f"{size / 1024 / 1024:,.0f} MB"
