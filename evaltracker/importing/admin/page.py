"""The page of an import, one address per kind.

GET shows the file that waits, if one does, and changes nothing. A POST is one of the
steps of `steps.STEPS`. What is applied is exactly what was shown:
the plan is made anew under the evaluation's lock, and if it is another by now, that one
is shown instead and nothing is written.
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from evaltracker.errors import Invalid, Problem
from evaltracker.evaluations.models import Evaluation
from evaltracker.importing.admin.import_desk import Desk
from evaltracker.importing.admin.rest_page import rest_page
from evaltracker.importing.admin.sheets import sheet_page
from evaltracker.importing.admin.steps import STEPS
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.pages.query import check_query
from evaltracker.pages.workspace import evaluation_page


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
