"""The step that says how a file is read: the row of names, and what columns hold."""

from django.http import HttpResponse

from evaltracker.importing.adjusting import with_names_joined
from evaltracker.importing.admin.forms import ReadingForm
from evaltracker.importing.admin.import_desk import Desk
from evaltracker.importing.services.waiting_files import (
    remember_columns,
    say_how_to_read,
)


def read(desk: Desk) -> HttpResponse:
    """Keep how the file is to be read, and remember its columns."""
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
    said = {**draft.reading, **form.reading(), "headers": headers, "joined": joined}
    say_how_to_read(draft=draft, reading=said)
    return desk.again()


def columns_under(
    desk: Desk, form: ReadingForm, number: int, *, is_joined: bool
) -> dict[str, int]:
    """What stands under another row of names, with what was chosen meanwhile."""
    sheet = with_names_joined(form.sheet, number if is_joined else None)
    columns: dict[str, int] = {}
    for names in (sheet, form.sheet):
        row = next(row for row in names.rows if row.number == number)
        taken = set(columns.values())
        found = desk.kind.columns_in(row).items()
        columns = {it: at for it, at in found if at not in taken} | columns
    chosen = form.changed_columns()
    taken = set(chosen.values())
    return {it: at for it, at in columns.items() if at not in taken} | chosen


def remember(
    desk: Desk, form: ReadingForm, number: int, columns: dict[str, int]
) -> None:
    """Know these columns again, by their places and by their names."""
    row = form.row_at(number)
    if row is not None and form.changed_columns():
        remember_columns(
            evaluation=desk.evaluation,
            kind=desk.kind.slug,
            header=row,
            columns=columns,
            by=desk.user,
        )
