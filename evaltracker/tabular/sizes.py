"""How big a file is, seen without reading it."""

import io
import zipfile

from evaltracker.tabular import limits

# Some ten thousand rows: what a machine reads and compares in about a second.
LARGE_TEXT = 1_500_000
LARGE_UNPACKED = 4_000_000


def is_large(content: bytes) -> bool:
    """Whether reading it would hold up a page; what is too big is refused at once."""
    if len(content) > limits.FILE_BYTES:
        return False
    if not content.startswith(b"PK"):
        return len(content) > LARGE_TEXT
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            declared = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
    return declared > LARGE_UNPACKED
