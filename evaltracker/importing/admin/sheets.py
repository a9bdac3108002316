"""Empty sheets to fill in: names, drop-downs, an example above the names, and help."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from xlsxwriter.utility import xl_col_to_name

from evaltracker.errors import Forbidden
from evaltracker.evaluations.models import Evaluation
from evaltracker.importing.kinds import ImportKind
from evaltracker.kit.downloads import download
from evaltracker.kit.files import TYPES
from evaltracker.kit.formula_guard import harmless
from evaltracker.pages.query import check_query

# The example stands above the names: what is above a header is never read.
EXAMPLE, NAMES, FIRST, LAST = 1, 2, 3, 2_000
HELP = "Help"


def sheet_page(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    """The empty sheet of a kind, as a file."""
    check_query(request)
    user: Any = request.user
    if not kind.allowed(user, evaluation):
        raise Forbidden(f"Importing {kind.things} is not yours to do here.")
    content = empty_sheet(kind, kind.lists(evaluation, user))
    name = f"{kind.slug}-{evaluation.slug}.xlsx"
    return download(content, name=name, content_type=TYPES["xlsx"])


def empty_sheet(kind: ImportKind, lists: Mapping[str, Sequence[str]]) -> bytes:
    """A workbook whose first sheet can be filled in and imported as it is."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    bold, soft = book.add_format({"bold": True}), book.add_format({"italic": True})
    sheet = book.add_worksheet(kind.things.capitalize())
    help_sheet = book.add_worksheet(HELP)
    text = book.add_format({"num_format": "@"})
    sheet.write_string(
        0, 0, f"Fill in below row {NAMES + 1}. Row {EXAMPLE + 1} is an example.", soft
    )
    write_help(help_sheet, kind, bold)
    for place, column in enumerate(kind.columns):
        width = min(max(len(column.head), len(column.example)) + 4, 40)
        # Everything is text, so that 1.10 stays 1.10.
        sheet.set_column(place, place, width, text)
        sheet.write_string(EXAMPLE, place, harmless(column.example), soft)
        sheet.write_string(NAMES, place, column.head, bold)
        words = lists.get(column.name, ())
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": column.label[:32],
            "input_message": column.help[:255],
        }
        if words:
            rule |= {"validate": "list", "source": offered(help_sheet, place, words)}
            rule |= {"error_type": "information", "error_message": column.help[:255]}
        sheet.data_validation(FIRST, place, LAST, place, rule)
    sheet.freeze_panes(FIRST, 1)
    book.close()
    return target.getvalue()


def write_help(sheet: Any, kind: ImportKind, bold: Any) -> None:
    """What each column is for."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 60)
    sheet.write_string(0, 0, kind.needs)
    for row, column in enumerate(kind.columns, 2):
        sheet.write_string(row, 0, column.head, bold)
        sheet.write_string(row, 1, column.help)


def offered(sheet: Any, place: int, words: Sequence[str]) -> str:
    """The range of the help sheet in which a drop-down finds its words."""
    column, top = 4 + place, 2
    sheet.write_string(0, column, "may hold")
    for row, word in enumerate(words, top):
        sheet.write_string(row, column, harmless(word))
    letter = xl_col_to_name(column)
    return f"={HELP}!${letter}${top + 1}:${letter}${top + len(words)}"
