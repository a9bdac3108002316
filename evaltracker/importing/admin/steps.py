"""The steps of an import: upload, read, answer, explain, apply, discard."""

import io
import uuid
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from xlsxwriter.utility import xl_col_to_name

from evaltracker.errors import Forbidden, Invalid, NotFound, Problem, Refused, Stale
from evaltracker.evaluations.models import (
    Evaluation,
    Import,
    ImportDraft,
    ImportWork,
    User,
)
from evaltracker.evaluations.policy import lock
from evaltracker.importing.admin.desk import Desk, ReadingForm, RowsForm, UploadForm
from evaltracker.importing.kinds import KINDS, ImportKind
from evaltracker.importing.mend import unpacked, with_names_joined
from evaltracker.importing.rows import rest_book
from evaltracker.importing.services.log import (
    MOVED,
    REST,
    Look,
    kept_look,
    look_at,
    undo_import,
)
from evaltracker.importing.services.waiting import (
    GONE,
    ask_for_import,
    ask_for_preview,
    discard_draft,
    keep_draft,
    read_draft,
    remember_columns,
    remember_words,
    say_how_to_read,
)
from evaltracker.pages.base import check_query
from evaltracker.pages.workspace import (
    InEvaluation,
    crumbs_to,
    evaluation_page,
    page_address,
)
from evaltracker.toolbox.files import TYPES, download
from evaltracker.toolbox.tabular.cells import (
    MOST_CELL_CHARACTERS,
    Unreadable,
    as_copied,
)
from evaltracker.toolbox.tabular.open_books import read_table
from evaltracker.toolbox.tabular.separated import tidy
from evaltracker.toolbox.tabular.wording import is_large
from evaltracker.toolbox.text import harmless

MOST_TYPED = 500
LONGEST = 9
type Typed = dict[tuple[str, int, int], str]


def choose_sheet(desk: Desk) -> HttpResponse:
    draft, look = desk.looked_at()
    name = desk.request.POST.get("sheet", "")
    if name and name not in {sheet.name for sheet in look.book.visible}:
        raise Invalid("The file has no such sheet.")
    say_how_to_read(draft=draft, reading={**draft.reading, "sheet": name})
    return desk.again()


def leave(desk: Desk) -> HttpResponse:
    draft, look = desk.looked_at()
    form = RowsForm(desk.request.POST)
    if not form.is_valid():
        return desk.show(rows=form, status=400)
    left_out = {name: set(rows) for name, rows in draft.reading.get("out", {}).items()}
    left_out.setdefault(look.sheet.name, set()).update(form.cleaned_data["rows"])
    say_how_to_read(draft=draft, reading={**draft.reading, "out": in_order(left_out)})
    return desk.again()


def mend(desk: Desk) -> HttpResponse:
    draft, look = desk.looked_at()
    post, reading = desk.request.POST, dict(draft.reading)
    typed = {(name, row, at): text for name, row, at, text in reading.get("typed", ())}
    for place, text in zip(post.getlist("place"), post.getlist("typed"), strict=False):
        type_anew(look, typed, place, tidy(text))
    if len(typed) > MOST_TYPED:
        raise Refused(
            f"At most {MOST_TYPED:,} cells are typed anew here. Mend the others in "
            "the file, and choose it again."
        )
    reading["typed"] = [[*place, text] for place, text in sorted(typed.items())]
    for name, offered in (("out", "offered"), ("kept", "keepable")):
        reading[name] = ticked(
            look, reading.get(name, {}), post.getlist(offered), post.getlist(name)
        )
    say_how_to_read(draft=draft, reading=reading)
    return desk.again()


def type_anew(look: Look, typed: Typed, place: str, text: str) -> None:
    """Note another text for a cell that was shown; the file's own text forgets it."""
    cells = {
        cell.cell_key: cell
        for cell in (*look.mend.wrong, *look.mend.typed)
        if cell.cell
    }
    if place not in cells:
        raise Invalid("This cell is not among those to put right.")
    if len(text) > MOST_CELL_CHARACTERS:
        raise Invalid(f"A cell holds at most {MOST_CELL_CHARACTERS:,} characters.")
    one = cells[place]
    if one.cell is None or text == one.text:
        return
    if text == one.stood:
        typed.pop(one.cell, None)
    else:
        typed[one.cell] = text


def ticked(
    look: Look,
    before: Mapping[str, Collection[int]],
    offered: Collection[str],
    chosen: Collection[str],
) -> dict[str, list[int]]:
    """By sheet, the rows that are ticked; others stay as before."""
    rows_out = {name: set(rows) for name, rows in before.items()}
    for key in offered:
        sheet, row = row_of(look, key)
        rows = rows_out.setdefault(sheet, set())
        (rows.add if key in chosen else rows.discard)(row)
    return in_order(rows_out)


def row_of(look: Look, key: str) -> tuple[str, int]:
    """The sheet and the number that a form's key of a row names.

    Raises:
        Invalid: there can be no such row.
    """
    number, _, name = key.partition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) < LONGEST
    if not is_number or name not in {sheet.name for sheet in look.book.visible}:
        raise Invalid("The file has no such row.")
    return name, int(number)


def in_order(rows: Mapping[str, Collection[int]]) -> dict[str, Any]:
    return {name: sorted(numbers) for name, numbers in rows.items() if numbers}


def read(desk: Desk) -> HttpResponse:
    draft, look = desk.looked_at()
    form = desk.reading_form(look, desk.request.POST)
    if not form.is_valid():
        return desk.show(reading=form, status=400)
    name, number = look.sheet.name, form.number_chosen()
    is_seen = not look.is_out_of_sight(number)
    if is_seen and form.row_at(number) is None:
        field = "further_row" if form.cleaned_data["further_row"] else None
        form.add_error(field, f"Row {number} is blank. Choose another one.")
        return desk.show(reading=form, status=400)
    joined = dict(draft.reading.get("joined", {}))
    was_joined = joined.pop(name, None) == number
    is_joined = form.cleaned_data["joined"]
    joined |= {name: number} if is_joined else {}
    headers = dict(draft.reading.get("headers", {}))
    if form.is_about_what_is_shown() and is_joined == was_joined:
        columns = form.columns()
    elif is_seen:
        columns = columns_under(desk, form, number, is_joined=is_joined)
    else:
        # The background looks at its names.
        columns = form.changed_columns()
        headers[name] = {"row": number, "chosen": columns}
    if is_seen and (number != look.header.row or columns != dict(look.header.columns)):
        headers[name] = {"row": number, "columns": columns}
        remember(desk, form, number, columns)
    reading = {**draft.reading, **form.reading(), "headers": headers, "joined": joined}
    say_how_to_read(draft=draft, reading=reading)
    return desk.again()


def columns_under(
    desk: Desk, form: ReadingForm, number: int, *, is_joined: bool
) -> dict[str, int]:
    sheet = with_names_joined(form.sheet, number if is_joined else None)
    columns: dict[str, int] = {}
    for names in (sheet, form.sheet):
        row = next(row for row in names.rows if row.number == number)
        taken = set(columns.values())
        guessed = desk.kind.columns_in(row).items()
        columns = {name: at for name, at in guessed if at not in taken} | columns
    chosen = form.changed_columns()
    taken = set(chosen.values())
    return {name: at for name, at in columns.items() if at not in taken} | chosen


def remember(
    desk: Desk, form: ReadingForm, number: int, columns: dict[str, int]
) -> None:
    row = form.row_at(number)
    if row is not None and form.changed_columns():
        remember_columns(
            evaluation=desk.evaluation,
            kind=desk.kind.slug,
            header=row,
            columns=columns,
            by=desk.user,
        )


def rest_page(
    request: HttpRequest, evaluation: Evaluation, *, kind: ImportKind
) -> HttpResponse:
    """Of the file that waits, or of an import; for whoever handed it in alone."""
    check_query(request, filters=("import",))
    user: Any = request.user
    if not kind.allowed(user, evaluation):
        raise Forbidden(f"Importing {kind.things} is not yours to do here.")
    import_id = request.GET.get("import", "")
    mine = partial(kept, asked=import_id) if import_id else waiting
    parts = mine(evaluation, kind, user)
    name = f"stayed-out-{kind.slug}-{evaluation.slug}.xlsx"
    return download(rest_book(parts), name=name, content_type=TYPES["xlsx"])


def kept(
    evaluation: Evaluation, kind: ImportKind, user: User, asked: str
) -> Sequence[dict[str, Any]]:
    try:
        key = uuid.UUID(asked)
    except ValueError as error:
        raise NotFound from error
    rows = Import.objects.visible_to(user).filter(
        evaluation=evaluation, kind=kind.slug, by=user
    )
    done = rows.filter(pk=key).first()
    if done is None:
        raise NotFound
    rest: Sequence[dict[str, Any]] = done.kept.get(REST, ())
    return rest


def waiting(
    evaluation: Evaluation, kind: ImportKind, user: User
) -> Sequence[dict[str, Any]]:
    draft = read_draft(evaluation=evaluation, kind=kind.slug, by=user)
    if draft is None:
        return ()
    if draft.is_large:
        shown = draft.preview or {}
        if draft.work or "rest" not in shown:
            raise NotFound
        return unpacked(bytes(draft.pages or b""), *shown["rest"])
    look = look_at(draft, kind, evaluation, user)
    if look.plan is None:
        return ()
    return kind.rest(look.plan, look.read, look.reading)


PASTED = "Pasted table.txt"


def upload(desk: Desk) -> HttpResponse:
    form = UploadForm(desk.request.POST, desk.request.FILES)
    if not form.is_valid():
        return desk.show(form=form, status=400)
    upload, pasted = form.cleaned_data["file"], form.cleaned_data["pasted"]
    name = upload.name if upload else PASTED
    try:
        text = as_copied(pasted)
        content = upload.read() if upload else text.encode("utf-8", "replace")
        if not is_large(content):
            read_table(content, name)
    except Unreadable as problem:
        if upload:
            raise
        form.add_error("pasted", problem.sentence)
        return desk.show(form=form, status=400)
    keep_draft(
        evaluation=desk.evaluation,
        kind=desk.kind.slug,
        filename=name,
        content=content,
        by=desk.user,
    )
    return desk.again()


def answer(desk: Desk) -> HttpResponse:
    draft, look = desk.looked_at()
    questions = look.preview.questions if look.preview else ()
    answers = dict(draft.reading.get("answers", {}))
    for question in questions:
        answer = desk.request.POST.get(question.key, "")
        answers[question.key] = answer if answer in dict(question.options) else ""
    remember_words(
        evaluation=desk.evaluation, kind=desk.kind.slug, answers=answers, by=desk.user
    )
    say_how_to_read(draft=draft, reading={**draft.reading, "answers": answers})
    return desk.again()


def explain(desk: Desk) -> HttpResponse:
    """Keep what words mean here; blank leaves a word to be asked again."""
    draft = desk.waiting()
    post = desk.request.POST
    meanings = {
        key: (meaning, day)
        for key, meaning, day in zip(
            post.getlist("word"),
            post.getlist("meaning"),
            post.getlist("day"),
            strict=False,
        )
        if meaning
    }
    desk.kind.explain(desk.evaluation, desk.user, meanings)
    ask_for_preview(draft)
    return desk.again()


def discard(desk: Desk) -> HttpResponse:
    draft = desk.draft()
    if draft is None or discard_draft(draft=draft):
        messages.info(desk.request, "The file was put away; nothing was imported.")
    else:
        messages.info(desk.request, "Too late: the file was imported just now.")
    return desk.again()


def apply(desk: Desk) -> HttpResponse:
    """Do what was shown, once; a large file in the background."""
    draft = desk.draft()
    if draft is not None and draft.is_large:
        apply_later(desk, draft)
        return desk.again()
    sentence, is_whole = apply_once(desk)
    messages.success(desk.request, sentence)
    if is_whole:
        return HttpResponseRedirect(page_address(desk.evaluation, desk.kind.tab))
    address = page_address(desk.evaluation, f"import_{desk.kind.slug}", "imports")
    return HttpResponseRedirect(address)


def apply_later(desk: Desk, draft: ImportDraft) -> None:
    """Have what was shown done in the background; a repeated yes changes nothing.

    Raises:
        Stale: something else is shown by now.
    """
    digest = desk.request.POST.get("shown", "")
    if draft.work == ImportWork.IMPORT and draft.said == digest:
        return
    look = kept_look(draft, desk.kind, desk.evaluation, desk.user)
    is_shown = look is not None and look.can_apply and look.digest == digest
    if draft.work or not is_shown:
        raise Stale(MOVED)
    ask_for_import(draft, digest)


def apply_once(desk: Desk) -> tuple[str, bool]:
    """Take the file in, and say what came of it and whether all of it came.

    Raises:
        Stale: it would do something else by now. Refused: the file is gone.
    """
    post = desk.request.POST
    evaluation = lock(desk.evaluation)
    draft = desk.draft()
    if draft is None or str(draft.pk) != post.get("import", ""):
        return done_before(desk, post.get("import", "")), True
    look = look_at(draft, desk.kind, evaluation, desk.user)
    if look.problem is not None:
        raise look.problem
    if look.plan is None or look.digest != post.get("shown", ""):
        raise Stale(MOVED)
    desk.kind.apply(evaluation, desk.user, look.plan, look.reading, draft.pk)
    discard_draft(draft=draft)
    counts = look.plan.counts
    rest = " The rows that stayed out are kept as a list." if look.plan.rest else ""
    return (
        f"{look.plan.filename}: {counts['new']:,} added, {counts['changed']:,} "
        f"changed, {counts['same']:,} as they were.{rest}"
    ), not look.plan.rest


def done_before(desk: Desk, said: str) -> str:
    """The sentence for a yes that was heard already.

    Raises:
        Refused: it was not; the file is gone for another reason.
    """
    try:
        key = uuid.UUID(said)
    except ValueError as error:
        raise Refused(GONE) from error
    done = Import.objects.visible_to(desk.user).filter(pk=key).first()
    if done is None:
        raise Refused(GONE)
    return f"{done.filename} was imported by this yes already; nothing was repeated."


STEPS = {
    "upload": upload,
    "read": read,
    "sheet": choose_sheet,
    "mend": mend,
    "leave": leave,
    "answer": answer,
    "explain": explain,
    "apply": apply,
    "discard": discard,
}


class UndoImport(InEvaluation[Import]):
    name = "undo-old-import"
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
        return target.kind in KINDS and super().allowed(user, target)

    def heading(self, target: Import) -> str:
        return f"{self.title} of {target.filename}"

    def cancel_url(self, target: Import) -> str:
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
        options = lists.get(column.name, ())
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": column.label[:32],
            "input_message": column.help[:255],
        }
        if options:
            rule |= {"validate": "list", "source": offered(help_sheet, place, options)}
            rule |= {"error_type": "information", "error_message": column.help[:255]}
        sheet.data_validation(FIRST, place, LAST, place, rule)
    sheet.freeze_panes(FIRST, 1)
    book.close()
    return target.getvalue()


def write_help(sheet: Any, kind: ImportKind, bold: Any) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 60)
    sheet.write_string(0, 0, kind.needs)
    for row, column in enumerate(kind.columns, 2):
        sheet.write_string(row, 0, column.head, bold)
        sheet.write_string(row, 1, column.help)


def offered(sheet: Any, place: int, words: Sequence[str]) -> str:
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
