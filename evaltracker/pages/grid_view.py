"""The one address of every grid: GET gives columns and rows, POST saves.

Answers are JSON. A refusal has a `sentence`, and names `refused` cells with theirs.
"""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from evaltracker.errors import Invalid, NotFound, Problem
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import User
from evaltracker.evaluations.policy import lock
from evaltracker.pages.acts import ACTS
from evaltracker.pages.grid import GRIDS, Column, Grid
from evaltracker.pages.grid_changes import (
    Change,
    RefusedCells,
    act_on_rows,
    add_rows,
    refuse_too_many,
    rows_by_id,
    save_cells,
)
from evaltracker.pages.grid_values import choices_of, kind_of
from evaltracker.pages.site import Detour, site

# What a grid's script asks for, read strictly: cells, new rows, an order, an act.
#
# Each returns the ids of the rows that changed, None for all, and what is said of it.

KEYS = ("row", "column", "from", "to")


def _rows_of(asked: Any, *keys: str) -> dict[str, Any]:
    """An object with exactly these keys, of which `rows` is a list of ids."""
    if not isinstance(asked, dict) or asked.keys() != {"rows", *keys}:
        raise Invalid(f"Send {', '.join(('rows', *keys))}.")
    ids = asked["rows"]
    if not isinstance(ids, list) or not ids or not all(isinstance(i, str) for i in ids):
        raise Invalid("“rows” is a list of rows, at least one.")
    refuse_too_many(len(ids))
    return asked


def _cells(
    grid: Grid[Any, Any], subject: Any, asked: Any, user: User
) -> tuple[list[str] | None, str]:
    """Save the cells that it names, of columns that are there."""
    if not isinstance(asked, list) or not asked:
        raise Invalid("“cells” is a list of changes, at least one.")
    refuse_too_many(0, len(asked))
    columns = {column.name: column for column in grid.columns(subject, user)}
    changes = []
    for cell in asked:
        if not isinstance(cell, dict) or cell.keys() != {*KEYS}:
            raise Invalid(f"A change has {', '.join(KEYS)}.")
        column = columns.get(cell["column"]) if _is_text(cell["column"]) else None
        if column is None or column.saves is None or not _is_text(cell["row"]):
            raise Invalid("There is no such column to change here.")
        changes.append(Change(cell["row"], column, cell["from"], cell["to"]))
    ids = save_cells(grid, subject, changes, user)
    number = len(changes)
    return ids, "Saved." if number == 1 else f"{number} cells saved."


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _add(
    grid: Grid[Any, Any], subject: Any, asked: Any, user: User
) -> tuple[list[str] | None, str]:
    """Add the rows that it lists, each as columns and values."""
    if not isinstance(asked, list) or not asked:
        raise Invalid("“add” is a list of rows, at least one.")
    if not all(isinstance(row, dict) for row in asked):
        raise Invalid("A new row is an object of columns and values.")
    number = len(add_rows(grid, subject, asked, user))
    nouns = grid.nouns or f"{grid.noun}s"
    return None, f"{number} {grid.noun if number == 1 else nouns} added."


def _move(
    grid: Grid[Any, Any], subject: Any, asked: Any, user: User
) -> tuple[list[str] | None, str]:
    """Put rows between two others, which are there, too."""
    asked = _rows_of(asked, "above", "below")
    ends = [asked["above"], asked["below"]]
    rows = rows_by_id(grid, subject, user, [*asked["rows"], *filter(None, ends)])
    above, below = (rows[end] if end else None for end in ends)
    grid.move(subject, [rows[key] for key in asked["rows"]], above, below, user)
    return None, "Moved."


def _act(
    grid: Grid[Any, Any], subject: Any, asked: Any, user: User
) -> tuple[list[str] | None, str]:
    """Do an act of the grid to the rows that it lists."""
    asked = _rows_of(asked, "name", "values")
    if not isinstance(asked["values"], dict) or not _is_text(asked["name"]):
        raise Invalid("“values” is what the act's form asks.")
    values = asked["values"]
    return None, act_on_rows(grid, subject, asked["name"], asked["rows"], values, user)


Work = Callable[[Grid[Any, Any], Any, Any, User], tuple[list[str] | None, str]]
WORK: dict[str, Work] = {"cells": _cells, "add": _add, "move": _move, "act": _act}


UNDONE = "Undone by whoever changed it."


def grid_view(request: HttpRequest, name: str, target_id: str) -> HttpResponse:
    """Answer with the grid (GET, HEAD), or save what was changed in it (POST).

    Raises:
        NotFound: no such grid, or no such subject for this person.

    """
    grid = GRIDS.get(name)
    if grid is None:
        raise NotFound
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=HTTPStatus.METHOD_NOT_ALLOWED)
    user: Any = request.user
    subject = grid.load(user, target_id)
    try:
        if request.method == "POST":
            return JsonResponse(_save(request, grid, subject, user))
        return JsonResponse(_whole_grid(request, grid, subject, user))
    except RefusedCells as problem:
        cells = [cell.shown() for cell in problem.cells]
        said = {"sentence": problem.sentence, "refused": cells}
        return JsonResponse(said, status=problem.answer)
    except Problem as problem:
        return JsonResponse({"sentence": problem.sentence}, status=problem.status)
    except Detour as detour:
        said = {"sentence": "Answer a question first.", "address": detour.address}
        return JsonResponse(said, status=409)
    except IntegrityError:
        late = "Somebody else did this a moment ago. Load the page again."
        return JsonResponse({"sentence": late}, status=409)


def _whole_grid(
    request: HttpRequest, grid: Grid[Any, Any], subject: Any, user: User
) -> dict[str, Any]:
    """Columns, rows, and what may be done."""
    columns = grid.columns(subject, user)
    return {
        "title": grid.title,
        "noun": grid.noun,
        "anchor": grid.anchor,
        "first": grid.first_column if grid.may_add(subject, user) else "",
        "carried": grid.carried,
        "moves": grid.may_move(subject, user),
        "acts": [_described_act(grid, name) for name in grid.acts(subject, user)],
        "columns": [it.described() for it in columns],
        **_rows(request, grid, subject, user, columns),
    }


def _described_act(grid: Grid[Any, Any], name: str) -> dict[str, Any]:
    """An act's button, what is said before it, and what its form asks."""
    act, own = ACTS[name], grid.own_answers.get(name)
    fields: Any = {} if own else getattr(act.form_class, "base_fields", {})
    return {
        "name": name,
        "label": act.verb,
        "danger": act.dangerous,
        "note": own.note if own else "",
        "fields": [
            {
                "name": key,
                "label": field.label or key.replace("_", " ").capitalize(),
                "kind": kind_of(field),
                "choices": choices_of(field),
                "required": field.required,
            }
            for key, field in fields.items()
        ],
    }


def _rows(
    request: HttpRequest,
    grid: Grid[Any, Any],
    subject: Any,
    user: User,
    columns: Sequence[Column],
    ids: list[str] | None = None,
) -> dict[str, Any]:
    """All rows that pass the filters of the address, or those of `ids`."""
    rows = grid.rows(subject, user)
    if ids is None:
        rows = grid.filtered(rows, subject, request.GET)
    else:
        rows = rows.filter(pk__in=ids)
    shown = [
        {
            "id": str(row.pk),
            "name": grid.name_of(row),
            "cells": {it.name: it.value(row) for it in columns},
            "labels": {it.name: it.named(row) for it in columns if it.named},
            "missing": {
                it.name: said
                for it in columns
                if it.missing and (said := it.missing(row))
            },
            "asides": {
                it.name: said for it in columns if it.aside and (said := it.aside(row))
            },
            "links": list(grid.links(row, user)),
        }
        for row in rows
    ]
    return {"rows": shown, "note": grid.note(subject, user)}


def _save(
    request: HttpRequest, grid: Grid[Any, Any], subject: Any, user: User
) -> dict[str, Any]:
    """Do what one request asks: all of it, or nothing."""
    body = _read(request)
    undone = body.pop("undo", False)
    if undone not in (True, False):
        raise Invalid("“undo” is true or false.")
    if not body or not body.keys() <= WORK.keys():
        raise Invalid(f"Send {', '.join(WORK)}, and nothing else.")
    with transaction.atomic(), journal.because(UNDONE if undone else ""):
        lock(grid.evaluation(subject))
        done = [WORK[kind](grid, subject, body[kind], user) for kind in body]
    said = " ".join(sentence for _, sentence in done)
    ids = None if any(rows is None for rows, _ in done) else done[0][0]
    columns = grid.columns(subject, user)
    return {"sentence": said, **_rows(request, grid, subject, user, columns, ids)}


def _read(request: HttpRequest) -> dict[str, Any]:
    """The body as JSON.

    Raises:
        Invalid: it is too large, or nothing that a grid sends.

    """
    try:
        body = json.loads(request.body)
    except RequestDataTooBig:
        raise Invalid("That is too much at once. Paste fewer rows.") from None
    except (ValueError, RecursionError):
        raise Invalid("This is not what a table sends.") from None
    if not isinstance(body, dict):
        raise Invalid("This is not what a table sends.")
    return body


site.register_page("grid/<slug:name>/<str:target_id>/", grid_view, "grid")
