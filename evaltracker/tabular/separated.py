"""Reading separated text: CSV by comma, semicolon, tab or bar."""

import csv
from collections import Counter
from dataclasses import dataclass
from io import StringIO

from evaltracker.tabular import limits
from evaltracker.tabular.shapes import Row, Sheet, Unreadable, column_letter

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SAMPLE_RECORDS = 60


@dataclass(frozen=True, slots=True)
class Damage:
    """Where quoting breaks, as the number of the row that shows it."""

    row: int
    is_unclosed: bool

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it."""
        if self.is_unclosed:
            return (
                "a quotation mark is opened and never closed, so the rest of the file "
                "would be one cell. Close it, or write it twice if it belongs to the "
                "text."
            )
        return (
            'a quotation mark stands inside a quoted cell. Write it twice ("") '
            "inside quotes."
        )


def read_separated(text: str) -> tuple[Sheet, list[str]]:
    """The one sheet in `text`, and remarks.

    Raises:
        Unreadable: quoting is broken, or a limit is passed.

    """
    text, separator = named_separator(text)
    if not separator:
        separator = sniff_separator(text)
    records, damage = split(text, separator)
    if damage:
        raise Unreadable(damage.sentence, row=damage.row)
    rows = [
        Row(number, tuple(trimmed(record)))
        for number, record in enumerate(records, start=1)
    ]
    kept = tuple(row for row in rows if row.cells)
    check_limits(kept)
    remarks = []
    if separator != ",":
        remarks.append(f"The cells are separated by {SEPARATORS[separator]}s.")
    return Sheet(name="", rows=kept), remarks


def named_separator(text: str) -> tuple[str, str]:
    """Take off Excel's “sep=;” line, which spreadsheets show as no row."""
    first, _, rest = text.partition("\n")
    name = first.strip().strip('"')
    if name[:4].lower() == "sep=" and name[4:] in SEPARATORS:
        return rest, name[4:]
    if first.rstrip("\r").lower() == "sep=\t":
        return rest, "\t"
    return text, ""


def sniff_separator(text: str) -> str:
    """The separator that splits the start of `text` most evenly into columns."""
    best, best_score = ",", (False, 0.0, 0)
    for separator in SEPARATORS:
        records, damage = split(text, separator, most=SAMPLE_RECORDS)
        widths = Counter(len(record) for record in records if any(record))
        widths.pop(1, None)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        share = count / sum(1 for record in records if any(record))
        # Broken quoting speaks against a separator more than uneven rows do.
        score = (damage is None, round(share, 1), width)
        if score > best_score:
            best, best_score = separator, score
    return best


def split(
    text: str, separator: str, most: int | None = None
) -> tuple[list[list[str]], Damage | None]:
    """The records of `text`, and the first place where quoting breaks."""
    csv.field_size_limit(limits.FILE_BYTES)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            if most is not None and len(records) >= most:
                break
    except csv.Error as error:
        is_unclosed = "unexpected end" in str(error)
        return records, Damage(row=len(records) + 1, is_unclosed=is_unclosed)
    return records, None


def trimmed(record: list[str]) -> list[str]:
    """The cells without outer blanks, and without empty cells at the end."""
    cells = [tidy(cell) for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def tidy(cell: str) -> str:
    """A cell's text: one kind of line break, no control characters, no outer blanks."""
    if cell.isascii() and cell.isprintable():
        return cell.strip(" ")
    text = cell.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    if not text.isprintable():
        text = "".join(
            mark
            for mark in text
            if mark in "\n\t" or not (mark < " " or "\x7f" <= mark < "\xa0")
        )
    return text.strip(" \t\n\ufeff")


def check_limits(rows: tuple[Row, ...], sheet: str = "") -> None:
    """Refuse more rows, columns or characters than an evaluation can use."""
    if len(rows) > limits.ROWS + 1:
        raise Unreadable(
            f"it has {len(rows):,} filled rows; at most {limits.ROWS:,} and a "
            "row of names are read. Split the file.",
            sheet=sheet,
        )
    for row in rows:
        if len(row.cells) > limits.COLUMNS:
            raise Unreadable(
                f"it has {len(row.cells):,} columns; at most {limits.COLUMNS:,} are "
                "read. Delete the columns that are not needed.",
                sheet=sheet,
                row=row.number,
            )
        for index, cell in enumerate(row.cells):
            if len(cell) > limits.CELL_CHARACTERS:
                raise Unreadable(
                    f"the cell holds {len(cell):,} characters; at most "
                    f"{limits.CELL_CHARACTERS:,} are read. Shorten it. (An unclosed "
                    "quotation mark can make one cell out of many.)",
                    sheet=sheet,
                    row=row.number,
                    column=column_letter(index),
                )
