"""Cells as spreadsheets copy them: tabs between, and quotation marks of two sorts.

A spreadsheet puts a cell into quotation marks if a line breaks in it, and some do if it
has such marks itself; they are doubled then. All other marks belong to the text, also
those in front. A file of separated text quotes whatever it likes, so what was copied is
written as such a file here, and read like one.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from io import StringIO

from evaltracker.tabular.shapes import Unreadable

IN_FRONT = re.compile(r'(?:\A|[\t\r\n])"')
WRAPPED = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\r\n]|\Z)')
BARE = re.compile(r"[^\t\r\n]*+")
LINE_END = re.compile(r"\r\n|[\r\n]")
UNCLEAR = (
    "a quotation mark stands in front of a cell, and it cannot be told where that cell "
    "ends. Save the table as a file and choose that, or paste without this row."
)
type Records = list[list[str]]


def as_copied(text: str) -> str:
    """The text with its quotation marks as a file would have them.

    Text that no spreadsheet copies stays as it is.

    Raises:
        Unreadable: it cannot be told where a cell ends.

    """
    if "\t" not in text or not IN_FRONT.search(text):
        return text
    records, unclear = records_of(text, wrapped=True)
    if is_of_a_program(records) or not is_a_block(records):
        return text
    if not is_even(records):
        by_line, _ = records_of(text, wrapped=False)
        unclear = unclear or widest(records)
        if is_even(by_line):
            records = by_line
        elif unclear:
            raise Unreadable(UNCLEAR, row=unclear)
    written = StringIO(newline="")
    csv.writer(written, dialect="excel-tab").writerows(records)
    return written.getvalue()


def records_of(text: str, *, wrapped: bool) -> tuple[Records, int]:
    """The cells by rows, and the first row with marks around tabs (0: none).

    Without `wrapped` no cell goes on in another line.
    """
    records: Records = [[]]
    unclear, at = 0, 0
    while at <= len(text):
        hit = WRAPPED.match(text, at)
        inside = hit[1] if hit else ""
        has_tab, has_line = "\t" in inside, "\n" in inside or "\r" in inside
        if has_tab:
            unclear = unclear or len(records)
        is_wrapped = '""' in inside or has_line
        if hit and is_wrapped and not has_tab and (wrapped or not has_line):
            cell, end = inside.replace('""', '"'), hit.end()
        else:
            bare = BARE.match(text, at)
            cell, end = (bare[0], bare.end()) if bare else ("", at)
        records[-1].append(cell)
        line = LINE_END.match(text, end)
        if line:
            records.append([])
            end = line.end() - 1
        at = end + 1
    return records[:-1] if records[-1] == [""] else records, unclear


def widths_of(records: Records) -> Counter[int]:
    """How many rows that say something have how many cells."""
    return Counter(len(record) for record in records if any(record))


def is_even(records: Records) -> bool:
    """Whether all rows have as many cells, as a block of a spreadsheet has."""
    return len(widths_of(records)) == 1


def is_a_block(records: Records) -> bool:
    """Whether most rows have several cells."""
    widths = widths_of(records)
    several = sum(count for width, count in widths.items() if width > 1)
    return several * 2 > widths.total()


def widest(records: Records) -> int:
    """The number of the first row with more cells than most have; 0 if none has."""
    most = widths_of(records).most_common(1)[0][0]
    wide = (at for at, record in enumerate(records, 1) if len(record) > most)
    return next(wide, 0)


def is_of_a_program(records: Sequence[Sequence[str]]) -> bool:
    """Whether all names on top are quoted: that is how programs write files."""
    first = next((record for record in records if any(record)), [])
    return all(cell[:1] == cell[-1:] == '"' for cell in first if cell)
