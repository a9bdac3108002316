"""Steps that put a file right in its preview: the sheet, its cells, its rows."""

from collections.abc import Collection, Mapping
from typing import Any

from django.http import HttpResponse

from evaltracker.errors import Invalid, Refused
from evaltracker.importing.admin.forms import RowsForm
from evaltracker.importing.admin.import_desk import Desk
from evaltracker.importing.services.looks import Look
from evaltracker.importing.services.waiting_files import say_how_to_read
from evaltracker.tabular import limits
from evaltracker.tabular.separated import tidy

MOST_TYPED = 500
LONGEST = 9
type Typed = dict[tuple[str, int, int], str]


def choose_sheet(desk: Desk) -> HttpResponse:
    """Read one sheet, or every one that fits."""
    draft, look = desk.looked_at()
    name = desk.request.POST.get("sheet", "")
    if name and name not in {sheet.name for sheet in look.book.visible}:
        raise Invalid("The file has no such sheet.")
    say_how_to_read(draft=draft, reading={**draft.reading, "sheet": name})
    return desk.again()


def leave(desk: Desk) -> HttpResponse:
    """Leave out rows of the sheet that is shown, by their numbers."""
    draft, look = desk.looked_at()
    form = RowsForm(desk.request.POST)
    if not form.is_valid():
        return desk.show(rows=form, status=400)
    said = {name: set(rows) for name, rows in draft.reading.get("out", {}).items()}
    said.setdefault(look.sheet.name, set()).update(form.cleaned_data["rows"])
    say_how_to_read(draft=draft, reading={**draft.reading, "out": in_order(said)})
    return desk.again()


def mend(desk: Desk) -> HttpResponse:
    """Keep what was typed into cells, and which rows stay out or come in."""
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
    cells = {it.cell_key: it for it in (*look.mend.wrong, *look.mend.typed) if it.cell}
    if place not in cells:
        raise Invalid("This cell is not among those to put right.")
    if len(text) > limits.CELL_CHARACTERS:
        raise Invalid(f"A cell holds at most {limits.CELL_CHARACTERS:,} characters.")
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
    said = {name: set(rows) for name, rows in before.items()}
    for key in offered:
        sheet, row = row_of(look, key)
        rows = said.setdefault(sheet, set())
        (rows.add if key in chosen else rows.discard)(row)
    return in_order(said)


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
    """As a draft keeps them."""
    return {name: sorted(numbers) for name, numbers in rows.items() if numbers}
