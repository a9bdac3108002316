"""Reading a filled answer sheet; every wrong cell is named."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.kit.formula_guard import meant
from evaltracker.tabular import Row, Sheet, column_letter, columns_by_field, read_table
from evaltracker.tabular.books import text_of
from evaltracker.tabular.days import DayOrder, order_of, read_day
from vendors.choices import STATED, Availability
from vendors.holds_for_text import read_holds_for
from vendors.imports.answers import DATED_PLAN
from vendors.imports.status_heads import status_key
from vendors.imports.words import STATUS_WORDS
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

NO_RESULT = "It holds a formula without a result; write the text itself."
NO_REF = "Say which requirement is answered."
REF_IS_A_NUMBER = "The requirement's ref was turned into a number; format it as text."
# Columns that older sheets lack, and the last two those without any measure.
NUMBER = ("number", "unit")
LATER = ("holds_for", *NUMBER)
WHEN = ("availability", "available_from")


class NoAnswerSheet(Invalid):
    """The file is none that was handed out here."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """An answered row: its number, the ref, the words, and where each field stands.

    Of what cannot be read, `wrong` says why by field, and the words say nothing.
    """

    row: int
    requirement: str
    words: ClaimWords
    columns: Mapping[str, int]
    wrong: dict[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """The cell of a field, as an error's name: “Answers.F7”."""
        # An old sheet lacks a column, and is wrong in that row.
        column = self.columns.get(name, self.columns["requirement"])
        return f"{SHEET}.{column_letter(column)}{self.row}"


def read_sheet(
    content: bytes,
    filename: str,
    current: Mapping[str, ClaimWords],
    order: DayOrder | None = None,
) -> list[SheetLine]:
    """The answered rows of a sheet; `current` is what stands, by ref.

    Cells that still show what `current` says keep its exact words. Rows without any
    answer are left out. `order` is how days are written, where no cell tells it.

    Raises:
        Invalid: no such sheet. What is wrong in cells, the lines say.

    """
    sheet, columns, head = _find(content, filename)
    rows = sheet.below(head)
    days = columns["available_from"]
    order = order_of(row.cell(days) for row in rows) or order
    lines = (_line(sheet, row, columns, current, order) for row in rows)
    return [line for line in lines if line is not None]


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
        if name not in columns and name not in LATER
    ]
    if missing:
        sentence = f"The sheet “{SHEET}” has no column {', '.join(missing)}."
        raise _no(sentence, NoAnswerSheet if book.kind == "csv" else Invalid)
    return sheets[0], columns, head


def _key(field: str) -> str:
    return COLUMNS[field][0].casefold().replace(" ", "")


def _no(sentence: str, kind: type[Invalid] = NoAnswerSheet) -> Invalid:
    return kind(sentence, errors={FILE_FIELD: [sentence]})


def _line(
    sheet: Sheet,
    row: Row,
    columns: dict[str, int],
    current: Mapping[str, ClaimWords],
    order: DayOrder | None,
) -> SheetLine | None:
    """The answer in a row; None if there is none."""
    ref = meant(row.cell(columns["requirement"]))
    stands = current.get(ref)
    shown = _shown(stands)
    # A sheet from before that column says nothing of it, and changes nothing.
    texts = {
        name: row.cell(columns[name]) if name in columns else shown[name]
        for name in ANSWER
    }
    wrong = {
        name: NO_RESULT
        for name, column in columns.items()
        if (row.number, column) in sheet.uncomputed
    }
    if not wrong and not any(texts[name] for name in ANSWER if name in columns):
        return None
    if not ref:
        wrong.setdefault("requirement", NO_REF)
    elif columns["requirement"] in row.numbers:
        wrong.setdefault("requirement", REF_IS_A_NUMBER)
    if stands and texts == shown and not wrong:
        return SheetLine(row.number, ref, stands, columns)
    words = _words(texts, stands, order, wrong)
    return SheetLine(row.number, ref, words, columns, wrong)


def _shown(words: ClaimWords | None) -> dict[str, str]:
    """What the cells of an answer say."""
    return dict(zip(ANSWER, map(text_of, answer_cells(words)), strict=True))


def _words(
    texts: dict[str, str],
    stands: ClaimWords | None,
    order: DayOrder | None,
    wrong: dict[str, str],
) -> ClaimWords:
    """The words in the cells, with what is `wrong` noted and left out; a cell that says
    what stands keeps its exact words."""
    shown = _shown(stands)
    read: dict[str, Any] = {}
    if stands and all(texts[name] == shown[name] for name in NUMBER):
        read["number"] = stands.number
    elif texts["number"] or texts["unit"]:
        read["number"] = {"value": meant(texts["number"]), "unit": meant(texts["unit"])}
    for name, text in texts.items():
        if name in NUMBER:
            continue
        if stands and text == shown[name]:
            read[name] = getattr(stands, name)
            continue
        try:
            if name == "available_from":
                read[name] = read_day(text, order) if text else None
            elif name not in wrong:
                read[name] = READERS[name](text)
        except ValueError as error:
            wrong.setdefault(name, str(error))
    if not texts["available_from"]:
        try:
            read["available_from"] = _day_of_plan(texts["availability"])
        except ValueError as error:
            wrong.setdefault("availability", str(error))
    if not wrong.keys().isdisjoint(WHEN):
        # Neither can be held against the other.
        read |= {"availability": str(Availability.NOW), "available_from": None}
    return ClaimWords(**read)


def _availability(text: str) -> str:
    if not text:
        raise ValueError(f"Choose one of: {', '.join(STATED)}.")
    key = status_key(text)
    if DATED_PLAN.fullmatch(key):
        return str(Availability.PLANNED)
    found = CHOICES.get(text.casefold()) or STATUS_WORDS.get(key.replace("-", " "))
    if found is None:
        raise ValueError(
            f"“{text[:60]}” is not one of: {', '.join(STATED)}; yes and no are read, "
            "too."
        )
    return str(Availability(found))


def _day_of_plan(text: str) -> datetime.date | None:
    """The day in “planned 2030-01-31”."""
    found = DATED_PLAN.fullmatch(status_key(text))
    return read_day(found[2]) if found else None


def _environments(text: str) -> list[str]:
    parts = meant(text).replace("\n", ";").replace(",", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


def _holds_for(text: str) -> dict[str, Any] | None:
    """What was said; what it means, whoever knows the lists says."""
    said = read_holds_for(meant(text))
    return said and {"said": said, "means": {}}


READERS = {
    "availability": _availability,
    "environments": _environments,
    "holds_for": _holds_for,
    "statement": meant,
    "evidence_url": meant,
}
