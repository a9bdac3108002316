"""Reading a filled answer sheet; every wrong cell is named."""

import datetime
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclasses_field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import Requirement
from evaltracker.toolbox.tabular.books import text_of
from evaltracker.toolbox.tabular.cells import (
    DayOrder,
    Row,
    Sheet,
    column_letter,
    columns_by_field,
    header_key,
    order_of,
    read_day,
)
from evaltracker.toolbox.tabular.open_books import read_table
from evaltracker.toolbox.text import harmless, meant, spelled
from vendors.choices import STATED, Availability, Pricing, QuoteState, Recurrence
from vendors.claims import ClaimWords
from vendors.costs import Kind, kind_named
from vendors.fields import SYNTAX, read_holds_for, write_holds_for
from vendors.imports.answers import DATED_PLAN, STATUS_WORDS, status_key
from vendors.selectors.candidates import demanded
from vendors.services.quotes import NOT_ASKED

SHEET = "Answers"
# By field: the head and the width of each column, in order.
COLUMNS: dict[str, tuple[str, int]] = {
    "requirement": ("Requirement", 14),
    "category": ("Category", 18),
    "text": ("What we need", 50),
    "priority": ("Priority", 10),
    "help": ("Help", 30),
    "availability": ("Availability", 14),
    "available_from": ("Available from", 14),
    "environments": ("Environments", 20),
    "statement": ("Statement", 60),
    "evidence_url": ("Evidence link", 30),
    "lists": ("Must hold for", 30),
    "holds_for": ("Holds for", 30),
    "measure": ("Measure", 30),
    "number": ("Number", 12),
    "unit": ("Unit", 12),
}
# These stand in a sheet of which a requirement has a measure.
OF_MEASURES = frozenset({"measure", "number", "unit"})
ANSWER = (
    "availability",
    "available_from",
    "environments",
    "statement",
    "evidence_url",
    "holds_for",
    "number",
    "unit",
)
ASKED = tuple(field for field in COLUMNS if field not in ANSWER)

type Cell = str | datetime.date


def asked_cells(requirement: Requirement) -> list[Cell]:
    return [
        harmless(text)
        for text in (
            requirement.ref,
            requirement.category.name,
            requirement.text,
            requirement.get_priority_display(),
            requirement.vendor_help,
            write_holds_for(demanded(requirement)),
            requirement.measure_words,
        )
    ]


def answer_cells(words: ClaimWords | None) -> list[Cell]:
    if words is None:
        return [""] * len(ANSWER)
    return [
        words.availability,
        words.available_from or "",
        harmless("; ".join(words.environments)),
        harmless(words.statement),
        harmless(words.evidence_url),
        harmless(write_holds_for(words.holds_for and words.holds_for["said"])),
        words.number.get("value", ""),
        harmless(words.number.get("unit", "")),
    ]


PRICES_SHEET = "Prices"
# By field: the head and the width of each column, in order.
PRICES_COLUMNS: dict[str, tuple[str, int]] = {
    "kind": ("Kind", 28),
    "label": ("Which part", 20),
    "state": ("State", 14),
    "likely": ("Price", 12),
    "low": ("Lowest price", 12),
    "high": ("Highest price", 12),
    "quantity": ("Quantity", 10),
    "unit": ("Unit", 12),
    "recurrence": ("Due", 12),
    "pricing": ("How it is priced", 14),
    "tiers": ("Tiers", 20),
    "note": ("Note", 40),
    "currency": ("Currency", 10),
    "valid_until": ("Valid until", 14),
}
# Said of the whole quote, in any row.
HEAD = ("currency", "valid_until")
CHOICES = {"state": QuoteState, "recurrence": Recurrence, "pricing": Pricing}
WORDS: dict[str, dict[str, str]] = {
    field: {
        header_key(str(word)): str(value)
        for value, label in known.choices
        for word in (value, label)
    }
    for field, known in CHOICES.items()
}
HELP = (
    "Each row is asked for. Write its price, or included or not_offered as its state.",
    "A price is for one unit; quantity, unit and due are the buyer's.",
    "What has neither price nor state is not stated, which is never zero.",
    "Copy a row if you price several parts of a kind; name each under Which part.",
    "Due is once, monthly or yearly.",
    "Tiers, one a line: “100: 8” is a price of 8 above 100 units.",
    "Write the currency and the last day of validity (2030-01-31) once, in any row.",
)

type Typed = Mapping[str, str]


def write_prices(rows: Sequence[Typed], head: Typed, kinds: Sequence[Kind]) -> bytes:
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = PRICES_SHEET
    _head(sheet, PRICES_COLUMNS.values())
    for number, row in enumerate(rows, start=2):
        texts = {**row, "kind": kind_named(row["kind"], kinds).name, **head}
        for column, field in enumerate(PRICES_COLUMNS, start=1):
            cell = sheet.cell(number, column)
            # Set as a string, whatever it looks like.
            cell.value = spelled(harmless(texts.get(field, ""))) or None
            cell.data_type = "s" if cell.value else "n"
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for field, known in CHOICES.items():
        letter = get_column_letter(list(PRICES_COLUMNS).index(field) + 1)
        offered = DataValidation("list", formula1=f'"{",".join(known.values)}"')
        sheet.add_data_validation(offered)
        offered.add(f"{letter}2:{letter}{len(rows) + 50}")
    return _saved(book, HELP)


def read_prices(
    content: bytes, filename: str, kinds: Sequence[Kind]
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The lines of a sheet as somebody would type them, and what is said of all.

    Raises:
        Invalid: no such sheet, or cells that cannot be placed, each named.
    """
    needed = ("kind", "likely")
    sheet, columns = _find(content, filename, PRICES_SHEET, PRICES_COLUMNS, needed)
    by_word = {_plain(word): kind for kind in kinds for word in (kind.key, kind.name)}
    errors: dict[str, list[str]] = {}
    rows: list[dict[str, str]] = []
    head = dict.fromkeys(HEAD, "")
    for row in sheet.rows[1:]:
        texts = {
            field: meant(row.cell(column)).strip() for field, column in columns.items()
        }
        if not any(texts.values()):
            continue
        _check_formulas(sheet, row, columns, errors)
        for field in HEAD:
            text = texts.pop(field, "")
            if text and head[field] not in ("", text):
                place = place_of(columns[field], row.number)
                errors[place] = ["Another row says it otherwise; write it once."]
            head[field] = head[field] or text
        if kind := by_word.get(_plain(texts["kind"])):
            parts = {_plain(part.part): part.part for part in kind.parts}
            label = texts.get("label", "")
            texts |= {"kind": kind.key, "label": parts.get(_plain(label), label)}
        else:
            names = ", ".join(kind.name for kind in kinds)
            sentence = NOT_ASKED.format(texts["kind"][:60], names)
            errors[place_of(columns["kind"], row.number)] = [sentence]
        for field, choice in CHOICES.items():
            if not (text := texts.get(field, "")):
                continue
            texts[field] = WORDS[field].get(header_key(text), "")
            if not texts[field]:
                sentence = f"“{text[:60]}” is not one of: {', '.join(choice)}."
                errors[place_of(columns[field], row.number)] = [sentence]
        rows.append({name: text for name, text in texts.items() if text})
    if errors:
        raise Invalid(f"{_count(errors)}, so nothing was taken.", errors=errors)
    return rows, head


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def place_of(column: int, row: int) -> str:
    return f"{PRICES_SHEET}.{column_letter(column)}{row}"


def _count(errors: Mapping[str, object]) -> str:
    return "1 cell is wrong" if len(errors) == 1 else f"{len(errors)} cells are wrong"


def _find(
    content: bytes,
    filename: str,
    name: str,
    titles: Mapping[str, tuple[str, int]],
    needed: Iterable[str],
) -> tuple[Sheet, dict[str, int]]:
    """The sheet of that name, or a csv's only one, and its columns by field."""
    book = read_table(content, filename)
    sheets = [sheet for sheet in book.sheets if sheet.name == name]
    if book.kind == "csv" and not sheets:
        sheets = list(book.sheets)
    if not sheets or sheets[0].is_blank:
        raise _no(f"The file has no sheet “{name}”; send the sheet handed out here.")
    keys = {field: [header_key(title)] for field, (title, _) in titles.items()}
    columns = columns_by_field(sheets[0].rows[0], keys)
    missing = [f"“{titles[field][0]}”" for field in needed if field not in columns]
    if missing:
        sentence = f"The sheet “{name}” has no column {', '.join(missing)}."
        raise _no(sentence, NoAnswerSheet if book.kind == "csv" else Invalid)
    return sheets[0], columns


class NoAnswerSheet(Invalid):
    """The file is none that was handed out here."""


def _no(sentence: str, kind: type[Invalid] = NoAnswerSheet) -> Invalid:
    return kind(sentence, errors={"file": [sentence]})


def _check_formulas(
    sheet: Sheet, row: Row, columns: Mapping[str, int], errors: dict[str, list[str]]
) -> None:
    for column in columns.values():
        if (row.number, column) in sheet.uncomputed:
            errors[place_of(column, row.number)] = [
                "It holds a formula without a result; write the number itself."
            ]


READING_CHOICES = {
    word.casefold(): str(availability)
    for availability in STATED
    for word in (
        availability.value,
        availability.label,
        availability.value.replace("_", " "),
    )
}

# Columns that older sheets lack, and the last two those without any measure.
NUMBER = ("number", "unit")
LATER = ("holds_for", *NUMBER)
WHEN = ("availability", "available_from")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """An answered row: its number, the ref, the words, and where each field stands.

    Of what cannot be read, `wrong` says why by field, and the words say nothing.
    """

    row: int
    requirement: str
    words: ClaimWords
    columns: Mapping[str, int]
    wrong: dict[str, str] = dataclasses_field(default_factory=dict)

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
    """
    needed = (field for field in ("requirement", *ANSWER) if field not in LATER)
    sheet, columns = _find(content, filename, SHEET, COLUMNS, needed)
    rows = sheet.below(sheet.rows[0])
    days = columns["available_from"]
    order = order_of(row.cell(days) for row in rows) or order
    lines = (_line(sheet, row, columns, current, order) for row in rows)
    return [line for line in lines if line is not None]


def _line(
    sheet: Sheet,
    row: Row,
    columns: dict[str, int],
    current: Mapping[str, ClaimWords],
    order: DayOrder | None,
) -> SheetLine | None:
    ref = meant(row.cell(columns["requirement"]))
    stands = current.get(ref)
    shown = _shown(stands)
    # A sheet from before that column says nothing of it, and changes nothing.
    texts = {
        name: row.cell(columns[name]) if name in columns else shown[name]
        for name in ANSWER
    }
    wrong = {
        name: "It holds a formula without a result; write the text itself."
        for name, column in columns.items()
        if (row.number, column) in sheet.uncomputed
    }
    if not wrong and not any(texts[name] for name in ANSWER if name in columns):
        return None
    if not ref:
        wrong.setdefault("requirement", "Say which requirement is answered.")
    elif columns["requirement"] in row.numbers:
        wrong.setdefault(
            "requirement",
            "The requirement's ref was turned into a number; format it as text.",
        )
    if stands and texts == shown and not wrong:
        return SheetLine(row.number, ref, stands, columns)
    claim = _words(texts, stands, order, wrong)
    return SheetLine(row.number, ref, claim, columns, wrong)


def _shown(words: ClaimWords | None) -> dict[str, str]:
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
    choice = READING_CHOICES.get(text.casefold()) or STATUS_WORDS.get(
        key.replace("-", " ")
    )
    if choice is None:
        raise ValueError(
            f"“{text[:60]}” is not one of: {', '.join(STATED)}; yes and no are read, "
            "too."
        )
    return str(Availability(choice))


def _day_of_plan(text: str) -> datetime.date | None:
    match = DATED_PLAN.fullmatch(status_key(text))
    return read_day(match[2]) if match else None


def _environments(text: str) -> list[str]:
    parts = meant(text).replace("\n", ";").replace(",", ";").split(";")
    return [part.strip() for part in parts if part.strip()]


def _holds_for(text: str) -> dict[str, Any] | None:
    values = read_holds_for(meant(text))
    return values and {"said": values, "means": {}}


READERS = {
    "availability": _availability,
    "environments": _environments,
    "holds_for": _holds_for,
    "statement": meant,
    "evidence_url": meant,
}


WRITING_HELP = (
    "Fill in the white columns of the sheet “Answers” and send the file back.",
    "Availability is one of: now, beta, planned, on_request (at cost), never; yes and "
    "no are read as now and never. An honest never counts in your favour.",
    "Available from is needed for planned, and allowed for beta and on_request: "
    "a day as 2030-01-31 or 31.01.2030.",
    "Environments are separated by semicolons: aws; on_prem.",
    "Holds for names the values of “Must hold for” that the answer holds for: "
    + SYNTAX,
    "Number and Unit say what you claim for the column Measure, such as 12 and ms; "
    "any unit that can be compared with its own will do.",
    "A row whose answer is blank changes nothing; what you sent before stays.",
    "All rows are taken or none; every wrong cell is named.",
)
WRITING_GREY = PatternFill("solid", fgColor="EEEEEE")
WRAPPED = Alignment(wrap_text=True, vertical="top")
OPEN = Protection(locked=False)


def write_sheet(
    requirements: Iterable[Requirement], claims: Mapping[str, ClaimWords]
) -> bytes:
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = SHEET
    rows = list(requirements)
    measured = any(requirement.measure for requirement in rows)
    fields = [name for name in COLUMNS if measured or name not in OF_MEASURES]
    _head(sheet, map(COLUMNS.__getitem__, fields))
    last = 1
    for last, requirement in enumerate(rows, start=2):
        answer = answer_cells(claims.get(requirement.ref))
        cells = dict(
            zip((*ASKED, *ANSWER), (*asked_cells(requirement), *answer), strict=True)
        )
        for column, field in enumerate(fields, start=1):
            value = cells[field]
            cell = sheet.cell(last, column)
            if isinstance(value, str):
                # Set as a string, whatever it looks like.
                cell.value = spelled(value) or None
                cell.data_type = "s" if value else "n"
            else:
                cell.value = value
            cell.alignment = WRAPPED
            _mark(cell, field)
    _offer(sheet, last)
    # Without a password: it only keeps hands off the questions.
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
    return _saved(book, WRITING_HELP)


def _saved(book: Workbook, lines: Iterable[str]) -> bytes:
    about = book.create_sheet("How to")
    about.column_dimensions["A"].width = 100
    for line in lines:
        about.append([line])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _head(sheet: Worksheet, titles: Iterable[tuple[str, int]]) -> None:
    for column, (title, width) in enumerate(titles, start=1):
        cell = sheet.cell(1, column, title)
        cell.font, cell.fill = Font(bold=True), WRITING_GREY
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B2"


def _mark(cell: object, field: str) -> None:
    if field in ANSWER:
        cell.protection = OPEN  # type: ignore[attr-defined]
        # Text stays what is typed; a day may be typed as the reader's program likes.
        form = "yyyy-mm-dd" if field == "available_from" else "@"
        cell.number_format = form  # type: ignore[attr-defined]
    else:
        cell.fill = WRITING_GREY  # type: ignore[attr-defined]


def _offer(sheet: Worksheet, last: int) -> None:
    column = get_column_letter(list(COLUMNS).index("availability") + 1)
    offered = DataValidation(
        type="list", formula1=f'"{",".join(STATED)}"', allow_blank=True
    )
    offered.error = f"Choose one of: {', '.join(STATED)}."
    offered.errorTitle = "Availability"
    offered.showErrorMessage = True
    sheet.add_data_validation(offered)
    if last > 1:
        offered.add(f"{column}2:{column}{last}")
