"""Reading a filled answer sheet; every wrong cell is named."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.kit.formula_guard import meant
from evaltracker.tabular import Row, Sheet, column_letter, columns_by_field, read_table
from evaltracker.tabular.books import text_of
from vendors.choices import STATED, Availability
from vendors.holds_for_text import read_holds_for
from vendors.sheets.columns import ANSWER, COLUMNS, SHEET, answer_cells
from vendors.words import ClaimWords

CHOICES = {
    word.casefold(): str(availability)
    for availability in STATED
    for word in (
        availability.value,
        availability.label,
        availability.value.replace("_", " "),
    )
}
FILE_FIELD = "file"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """An answered row: its number, the ref, the words, and where each field stands."""

    row: int
    requirement: str
    words: ClaimWords
    columns: Mapping[str, int]

    def place(self, field: str) -> str:
        """The cell of `field`, as an error's name: “Answers.F7”."""
        return place_of(self.columns[field], self.row)


def place_of(column: int, row: int) -> str:
    """A cell as an error's name."""
    return f"{SHEET}.{column_letter(column)}{row}"


def read_sheet(
    content: bytes, filename: str, current: Mapping[str, ClaimWords]
) -> list[SheetLine]:
    """The answered rows of a sheet; `current` are the claims that stand, by ref.

    Cells that still show what `current` says keep its exact words. Rows without any
    answer are left out.

    Raises:
        Invalid: no such sheet, or cells that cannot be read, each named.

    """
    sheet, columns, head = _find(content, filename)
    errors: dict[str, list[str]] = {}
    lines = []
    for row in sheet.rows:
        if row.number <= head.number:
            continue
        if line := _line(sheet, row, columns, current, errors):
            lines.append(line)
    if errors:
        count = "1 cell is" if len(errors) == 1 else f"{len(errors):,} cells are"
        raise Invalid(f"{count} wrong, so nothing was taken.", errors=errors)
    return lines


def _find(content: bytes, filename: str) -> tuple[Sheet, dict[str, int], Row]:
    """The sheet of answers, where each field stands in it, and its head."""
    book = read_table(content, filename)
    sheets = [sheet for sheet in book.sheets if sheet.name == SHEET]
    if book.kind == "csv" and not sheets:
        sheets = list(book.sheets)
    if not sheets or sheets[0].is_blank:
        raise _no(f"The file has no sheet “{SHEET}”; send the answer sheet itself.")
    head = sheets[0].rows[0]
    columns = columns_by_field(head, {name: [_key(name)] for name in COLUMNS})
    missing = [
        f"“{COLUMNS[name][0]}”"
        for name in ("requirement", *ANSWER)
        if name not in columns and name != "holds_for"
    ]
    if missing:
        raise _no(f"The sheet “{SHEET}” has no column {', '.join(missing)}.")
    return sheets[0], columns, head


def _key(field: str) -> str:
    return COLUMNS[field][0].casefold().replace(" ", "")


def _no(sentence: str) -> Invalid:
    return Invalid(sentence, errors={FILE_FIELD: [sentence]})


def _line(
    sheet: Sheet,
    row: Row,
    columns: dict[str, int],
    current: Mapping[str, ClaimWords],
    errors: dict[str, list[str]],
) -> SheetLine | None:
    """The answer in a row, or None if there is none or `errors` has got its faults."""
    ref_at = columns["requirement"]
    ref = meant(row.cell(ref_at))
    shown = dict(zip(ANSWER, map(text_of, answer_cells(current.get(ref))), strict=True))
    # A sheet from before that column says nothing of it, and changes nothing.
    texts = {
        field: row.cell(columns[field]) if field in columns else shown[field]
        for field in ANSWER
    }
    for column in columns.values():
        if (row.number, column) in sheet.uncomputed:
            errors[place_of(column, row.number)] = [
                "It holds a formula without a result; write the text itself."
            ]
            return None
    if not any(text for field, text in texts.items() if field in columns):
        return None
    if not ref or ref_at in row.numbers:
        errors[place_of(ref_at, row.number)] = [
            "The requirement's ref was turned into a number; format it as text."
            if ref
            else "Say which requirement is answered."
        ]
        return None
    stands = current.get(ref)
    if stands and texts == shown:
        return SheetLine(row.number, ref, stands, columns)
    words = _words(row.number, columns, texts, stands, errors)
    return SheetLine(row.number, ref, words, columns) if words else None


def _words(
    number: int,
    columns: dict[str, int],
    texts: dict[str, str],
    stands: ClaimWords | None,
    errors: dict[str, list[str]],
) -> ClaimWords | None:
    """The words in the cells; a cell that says what stands keeps its exact words."""
    shown = dict(zip(ANSWER, map(text_of, answer_cells(stands)), strict=True))
    read: dict[str, Any] = {}
    wrong = False
    for field, text in texts.items():
        if stands and text == shown[field]:
            read[field] = getattr(stands, field)
            continue
        try:
            read[field] = READERS[field](text)
        except ValueError as error:
            errors[place_of(columns[field], number)] = [str(error)]
            wrong = True
    return None if wrong else ClaimWords(**read)


def _availability(text: str) -> str:
    if not text:
        raise ValueError(f"Choose one of: {', '.join(STATED)}.")
    found = CHOICES.get(text.casefold())
    if found is None:
        raise ValueError(f"“{text[:60]}” is not one of: {', '.join(STATED)}.")
    return str(Availability(found))


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        if len(text) == len("2030-01-31") and text.isascii():
            return datetime.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("Write the day as 2030-01-31.")


def _environments(text: str) -> list[str]:
    parts = meant(text).replace("\n", ";").replace(",", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


def _holds_for(text: str) -> dict[str, Any] | None:
    """What was said; what it means, whoever knows the lists says."""
    said = read_holds_for(meant(text))
    return said and {"said": said, "means": {}}


READERS = {
    "availability": _availability,
    "available_from": _day,
    "environments": _environments,
    "holds_for": _holds_for,
    "statement": meant,
    "evidence_url": meant,
}
