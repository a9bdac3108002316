"""Empty sheets to fill in: names, drop-downs, an example above the names, and help."""

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import xlsxwriter
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from xlsxwriter.utility import xl_col_to_name

from evaltracker.errors import Forbidden, Invalid, Problem
from evaltracker.evaluations.models import Evaluation, Import, User
from evaltracker.importing.admin.desk import Desk
from evaltracker.importing.admin.steps import STEPS, rest_page
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.services.import_log import undo_import
from evaltracker.pages.acts import register_act
from evaltracker.pages.base import check_query
from evaltracker.pages.workspace import (
    InEvaluation,
    crumbs_to,
    evaluation_page,
    page_address,
)
from evaltracker.toolbox.files import TYPES, download
from evaltracker.toolbox.formula_guard import harmless


@register_act
class UndoImport(InEvaluation[Import]):
    """Puts back what stood before a file came in."""

    title = "Undo the import"
    verb = "Undo it"
    help = (
        "What the file added is taken out, what it changed is put back: all of it, or "
        "nothing if somebody has worked on one of the rows since."
    )
    success = "The import is undone."
    model = Import
    target_name = "imported"
    service = undo_import
    dangerous = True

    def allowed(self, user: User, target: Import) -> bool:
        """The owner, where such things are still imported."""
        return target.kind in KINDS and super().allowed(user, target)

    def heading(self, target: Import) -> str:
        return f"{self.title} of {target.filename}"

    def cancel_url(self, target: Import) -> str:
        """The page of such imports."""
        return page_address(target.evaluation, f"import_{target.kind}", "imports")

    def context(self, target: Import, user: User) -> dict[str, Any]:
        kind = KINDS[target.kind]
        steps = ((f"Import {kind.things}", f"import_{kind.slug}"), ("Undo", ""))
        return {
            "evaluation": target.evaluation,
            "tab": kind.tab,
            "crumbs": crumbs_to(target.evaluation, *steps),
        }


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


# The page of an import, one address per kind.
#
# GET shows the file that waits, if one does, and changes nothing. A POST is one of the
# steps of `steps.STEPS`. What is applied is exactly what was shown: the plan is made
# anew under the evaluation's lock, and if it is another by now, that one is shown
# instead and nothing is written.


def importing(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    """The file that waits, or a place to choose one."""
    check_query(request, filters=("new", "changed"))
    user: Any = request.user
    kind.check_allowed(user, evaluation)
    desk = Desk(request, evaluation, kind, user)
    if request.method != "POST":
        return desk.show()
    step = STEPS.get(request.POST.get("step", ""))
    if step is None:
        raise Invalid("This is no step of an import.")
    try:
        with transaction.atomic():
            return step(desk)
    except Problem as problem:
        return desk.show(problem=problem, status=problem.status)


def serve(kind: ImportKind) -> None:
    """Give a kind its page and its empty sheet."""
    evaluation_page(
        f"import_{kind.slug}",
        f"Import {kind.things}",
        route=f"import/{kind.slug}/",
        methods=("GET", "HEAD", "POST"),
    )(partial(importing, kind=kind))
    evaluation_page(f"rest_{kind.slug}", "", route=f"import/{kind.slug}/rest.xlsx")(
        partial(rest_page, kind=kind)
    )
    evaluation_page(f"sheet_{kind.slug}", "", route=f"import/{kind.slug}/sheet.xlsx")(
        partial(sheet_page, kind=kind)
    )


KINDS.for_each(serve)
