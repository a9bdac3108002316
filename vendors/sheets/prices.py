"""The sheet of prices: the form of a quote as a spreadsheet, and back."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaltracker.errors import Invalid
from evaltracker.kit.formula_guard import harmless, meant, spelled
from evaltracker.tabular import (
    Row,
    Sheet,
    column_letter,
    columns_by_field,
    header_key,
    read_table,
)
from vendors.choices import Pricing, QuoteState, Recurrence
from vendors.costs import CostKind

SHEET = "Prices"
# By field: the head and the width of each column, in order.
COLUMNS: dict[str, tuple[str, int]] = {
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
CHOICES: dict[str, list[str]] = {
    "state": list(QuoteState.values),
    "recurrence": list(Recurrence.values),
    "pricing": list(Pricing.values),
}
WORDS: dict[str, dict[str, str]] = {
    "kind": {
        header_key(word): kind.value
        for kind in CostKind
        for word in (kind.value, kind.label)
    },
    **{
        field: {
            header_key(str(word)): str(value)
            for value, label in choices
            for word in (value, label)
        }
        for field, choices in (
            ("state", QuoteState.choices),
            ("recurrence", Recurrence.choices),
            ("pricing", Pricing.choices),
        )
    },
}
HELP = (
    "Fill in a row for each kind of cost; copy a row if a kind has several parts.",
    "State is priced, included or not_offered. A price alone says that it is priced.",
    "A price is for one unit. What is left blank is not stated, which is never zero.",
    "Due is once, monthly or yearly.",
    "Tiers, one a line: “100: 8” is a price of 8 above 100 units.",
    "Write the currency and the last day of validity (2030-01-31) once, in any row.",
)
GREY = PatternFill("solid", fgColor="EEEEEE")

type Typed = Mapping[str, str]


def write_prices(rows: Sequence[Typed], head: Typed) -> bytes:
    """An .xlsx with these lines of the form."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = SHEET
    for column, (title, width) in enumerate(COLUMNS.values(), start=1):
        cell = sheet.cell(1, column, title)
        cell.font, cell.fill = Font(bold=True), GREY
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B2"
    for number, row in enumerate(rows, start=2):
        texts = {**row, "kind": CostKind(row["kind"]).label, **head}
        for column, field in enumerate(COLUMNS, start=1):
            cell = sheet.cell(number, column)
            # Set as a string, whatever it looks like.
            cell.value = spelled(harmless(texts.get(field, ""))) or None
            cell.data_type = "s" if cell.value else "n"
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for field, values in CHOICES.items():
        letter = get_column_letter(list(COLUMNS).index(field) + 1)
        offered = DataValidation("list", formula1=f'"{",".join(values)}"')
        sheet.add_data_validation(offered)
        offered.add(f"{letter}2:{letter}{len(rows) + 50}")
    about = book.create_sheet("How to")
    about.column_dimensions["A"].width = 100
    for line in HELP:
        about.append([line])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read_prices(
    content: bytes, filename: str
) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The lines of a sheet as somebody would type them, and what is said of all.

    Raises:
        Invalid: no such sheet, or cells that cannot be placed, each named.

    """
    sheet, columns = _find(content, filename)
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
        rows.append(_row(row, texts, columns, errors))
    if errors:
        raise Invalid(f"{_count(errors)}, so nothing was taken.", errors=errors)
    return rows, head


def place_of(column: int, row: int) -> str:
    """A cell as an error's name."""
    return f"{SHEET}.{column_letter(column)}{row}"


def _count(errors: Mapping[str, object]) -> str:
    return "1 cell is wrong" if len(errors) == 1 else f"{len(errors)} cells are wrong"


def _find(content: bytes, filename: str) -> tuple[Sheet, dict[str, int]]:
    """The sheet of prices, and where each field stands in it."""
    book = read_table(content, filename)
    sheets = [sheet for sheet in book.sheets if sheet.name == SHEET]
    if book.kind == "csv" and not sheets:
        sheets = list(book.sheets)
    if not sheets or sheets[0].is_blank:
        raise _no(f"The file has no sheet “{SHEET}”; send the sheet of prices itself.")
    names = {name: [header_key(title)] for name, (title, _) in COLUMNS.items()}
    columns = columns_by_field(sheets[0].rows[0], names)
    missing = [COLUMNS[name][0] for name in ("kind", "likely") if name not in columns]
    if missing:
        raise _no(f"The sheet “{SHEET}” has no column “{'”, “'.join(missing)}”.")
    return sheets[0], columns


def _no(sentence: str) -> Invalid:
    return Invalid(sentence, errors={"file": [sentence]})


def _check_formulas(
    sheet: Sheet, row: Row, columns: Mapping[str, int], errors: dict[str, list[str]]
) -> None:
    """Note cells whose formula has no result."""
    for column in columns.values():
        if (row.number, column) in sheet.uncomputed:
            errors[place_of(column, row.number)] = [
                "It holds a formula without a result; write the number itself."
            ]


def _row(
    row: Row,
    texts: dict[str, str],
    columns: Mapping[str, int],
    errors: dict[str, list[str]],
) -> dict[str, str]:
    """A row as the form holds it; words of lists in our spelling."""
    for field, words in WORDS.items():
        text = texts.get(field, "")
        if not text and field != "kind":
            continue
        found = words.get(header_key(text))
        if found is None:
            place = place_of(columns[field], row.number)
            errors[place] = [f"“{text[:60]}” is not one of: {_offered(field)}."]
        texts[field] = found or ""
    return {name: text for name, text in texts.items() if text}


def _offered(field: str) -> str:
    kinds = [kind.label for kind in CostKind]
    return ", ".join(CHOICES.get(field, kinds))
