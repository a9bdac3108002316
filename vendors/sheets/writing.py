"""Writing the answer sheet: what is asked, what is answered, and drop-downs."""

import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaltracker.evaluations.models import Requirement
from evaltracker.kit.formula_guard import spelled
from vendors.choices import STATED
from vendors.holds_for_text import SYNTAX
from vendors.sheets.columns import (
    ANSWER,
    ASKED,
    COLUMNS,
    OF_MEASURES,
    SHEET,
    answer_cells,
    asked_cells,
)
from vendors.words import ClaimWords

HELP = (
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
GREY = PatternFill("solid", fgColor="EEEEEE")
WRAPPED = Alignment(wrap_text=True, vertical="top")
OPEN = Protection(locked=False)


def write_sheet(
    requirements: Iterable[Requirement], claims: Mapping[str, ClaimWords]
) -> bytes:
    """An .xlsx with a row per requirement and the claims, by ref, that stand."""
    book = Workbook()
    sheet: Worksheet = book.active
    sheet.title = SHEET
    asked = list(requirements)
    measured = any(requirement.measure for requirement in asked)
    fields = [name for name in COLUMNS if measured or name not in OF_MEASURES]
    _head(sheet, fields)
    last = 1
    for last, requirement in enumerate(asked, start=2):
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
    about = book.create_sheet("How to")
    about.column_dimensions["A"].width = 100
    for line in HELP:
        about.append([line])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _head(sheet: Worksheet, fields: Sequence[str]) -> None:
    for column, field in enumerate(fields, start=1):
        title, width = COLUMNS[field]
        cell = sheet.cell(1, column, title)
        cell.font = Font(bold=True)
        cell.fill = GREY
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B2"
    # Without a password: it only keeps hands off the questions.
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False


def _mark(cell: object, field: str) -> None:
    """Grey for what is asked, open for what is answered."""
    if field in ANSWER:
        cell.protection = OPEN  # type: ignore[attr-defined]
        # Text stays what is typed; a day may be typed as the reader's program likes.
        form = "yyyy-mm-dd" if field == "available_from" else "@"
        cell.number_format = form  # type: ignore[attr-defined]
    else:
        cell.fill = GREY  # type: ignore[attr-defined]


def _offer(sheet: Worksheet, last: int) -> None:
    """The drop-down of availabilities."""
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
