"""Saving what people changed in a grid: all that one request brings, or nothing.

Each row is saved by the services of its columns, so that a pasted block ends as if each
cell had been typed. A cell that is not what its reader saw any more is refused.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from evaltracker.errors import Forbidden, Invalid, NotFound, Problem
from evaltracker.evaluations import journal
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import lock
from evaltracker.pages.acts import ACTS
from evaltracker.pages.grid import (
    GRIDS,
    CustomGrid,
    Grid,
    GridColumn,
    described,
    is_key,
    reader_of,
)
from evaltracker.pages.grid_paste import plan_rows, values_of, what_to_ask
from evaltracker.pages.site import Detour, site
from evaltracker.pages.views import save_view, view_of
from evaltracker.rows.sources import pasted_cells
from evaltracker.toolbox.text import listed_few


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """One cell that was not saved; without a column, the whole row."""

    row: str
    column: str
    sentence: str
    status: int = 400
    # What the cell holds now, if somebody else changed it.
    stored: Any = None

    def shown(self) -> dict[str, Any]:
        cell = {"row": self.row, "column": self.column, "sentence": self.sentence}
        return cell | ({} if self.stored is None else {"stored": self.stored})


class RefusedCells(Problem):
    default_code: ClassVar[str] = "refused_cells"

    def __init__(self, cells: list[RefusedCell]) -> None:
        first = cells[0]
        rest = len(cells) - 1
        more = f" {rest} more {'cell was' if rest == 1 else 'cells were'} refused, too."
        super().__init__(f"Nothing was saved. {first.sentence}{more if rest else ''}")
        self.cells = cells
        statuses = {cell.status for cell in cells}
        # Several reasons at once are a conflict with what stands.
        self.answer = statuses.pop() if len(statuses) == 1 else 409


def refused_cells(
    row: str, columns: dict[str, str], problem: Problem
) -> list[RefusedCell]:
    """What a service refused of a row, at the cells that it names.

    `columns` are those that were sent, by what the service calls them. A sentence that
    belongs to none of them stands at the first.

    Raises:
        Forbidden: the wrong person; then no cell is to blame.
    """
    if isinstance(problem, Forbidden):
        raise problem
    first = next(iter(columns.values()), "")
    if isinstance(problem, Invalid):
        errors = problem.errors
    else:
        errors = {}
    named = [
        RefusedCell(row, columns.get(name, first), " ".join(sentences), problem.status)
        for name, sentences in errors.items()
    ]
    return named or [RefusedCell(row, first, problem.sentence, problem.status)]


MOST_ROWS = 500
MOST_CELLS = 5_000


@dataclass(frozen=True, slots=True)
class CellChange:
    row: str
    column: GridColumn
    seen: Any
    typed: Any


def refuse_too_many(rows: int, cells: int = 0) -> None:
    """Refuse what no request may bring at once.

    Raises:
        Invalid: with the most that is taken.
    """
    if rows > MOST_ROWS or cells > MOST_CELLS:
        raise Invalid(
            f"At most {MOST_ROWS} rows and {MOST_CELLS:,} cells are saved at once. "
            "Paste fewer, or import the spreadsheet."
        )


@dataclass(frozen=True, slots=True)
class GridContext:
    """A grid as one person has it before them."""

    grid: Grid[Any, Any]
    subject: Any
    user: User

    def columns(self) -> Sequence[GridColumn]:
        return self.grid.columns(self.subject, self.user)

    def rows(self) -> QuerySet[Any]:
        return self.grid.rows(self.subject, self.user)


def readers_of(columns: Iterable[GridColumn]) -> dict[str, Callable[[Any], Any]]:
    return {column.name: reader_of(column.field) for column in columns if column.field}


def rows_by_id(at: GridContext, ids: Iterable[str]) -> dict[str, Any]:
    """The rows of these ids, as they are now.

    Raises:
        NotFound: one of them is not there, or not for this person.
    """
    wanted = list(dict.fromkeys(ids))
    if not all(is_key(key) for key in wanted):
        raise NotFound
    rows = {str(row.pk): row for row in at.rows().filter(pk__in=wanted)}
    if len(rows) < len(wanted):
        raise NotFound("One of these rows is not here any more. Load the page again.")
    return {key: rows[key] for key in wanted}


def save_cells(
    at: GridContext, changes: Sequence[CellChange]
) -> tuple[list[CellChange], list[RefusedCell]]:
    """Save the cells that can be, row by row; those that were, and what was refused.

    Raises:
        NotFound: a row is gone. Forbidden: the wrong person.
    """
    by_row: dict[str, list[CellChange]] = {}
    for change in changes:
        by_row.setdefault(change.row, []).append(change)
    refuse_too_many(len(by_row), len(changes))
    rows = rows_by_id(at, by_row)
    readers = readers_of(
        {change.column.name: change.column for change in changes}.values()
    )
    refused = [
        cell
        for key, cells in by_row.items()
        for cell in _save_row(rows[key], cells, readers, at.user)
    ]
    wrong = {(cell.row, cell.column) for cell in refused}
    saved = [
        change for change in changes if (change.row, change.column.name) not in wrong
    ]
    return saved, refused


def _save_row(
    row: Any, cells: Sequence[CellChange], readers: Mapping[str, Any], by: User
) -> list[RefusedCell]:
    refused: list[RefusedCell] = []
    calls: dict[int, list[tuple[CellChange, Any]]] = {}
    for cell in cells:
        column = cell.column
        stored = column.value(row)
        if stored == cell.typed:
            continue
        if stored != cell.seen:
            theirs = column.label_of(stored)
            mine = column.label_of(cell.typed)
            conflict = (
                f"Somebody else changed {column.label} to “{theirs}” meanwhile; "
                f"you entered “{mine}”. Enter it again to replace theirs."
            )
            refused.append(RefusedCell(cell.row, column.name, conflict, 409, stored))
            continue
        try:
            value = readers[column.name](cell.typed)
        except ValidationError as error:
            sentence = " ".join(error.messages)
            refused.append(RefusedCell(cell.row, column.name, sentence))
            continue
        calls.setdefault(id(column.saves), []).append((cell, value))
    return refused + [cell for call in calls.values() for cell in _call(row, call, by)]


def _call(row: Any, call: list[tuple[CellChange, Any]], by: User) -> list[RefusedCell]:
    """Save cells of a row by their one service; each by itself if it refuses them."""
    saves: Any = call[0][0].column.saves
    values = {}
    names = {}
    for cell, value in call:
        name = cell.column.argument or cell.column.name
        values[name] = value
        names[name] = cell.column.name
    arguments = {saves.row_name: row, **saves.more, **values}
    try:
        with transaction.atomic():
            saves.service(**arguments, by=by)
    except Problem as problem:
        if len(call) == 1:
            return refused_cells(call[0][0].row, names, problem)
        row.refresh_from_db()
        return [cell for part in call for cell in _call(row, [part], by)]
    return []


def add_rows(at: GridContext, typed: Sequence[Mapping[str, Any]]) -> list[str]:
    """Add rows by the grid's service; their ids.

    Raises:
        RefusedCells: at `new-1` and so on; nothing was added.
    """
    refuse_too_many(len(typed), sum(map(len, typed)))
    readers = readers_of(at.columns())
    if unknown := {name for row in typed for name in row} - readers.keys():
        raise Invalid(f"There is no column “{min(unknown)}” to fill here.")
    refused: list[RefusedCell] = []
    made = []
    for number, values in enumerate(typed, 1):
        key = f"new-{number}"
        read = {}
        for name, value in values.items():
            if not str(value).strip():
                continue  # a blank says nothing: the row begins as the form does
            try:
                read[name] = readers[name](value)
            except ValidationError as error:
                refused.append(RefusedCell(key, name, " ".join(error.messages)))
        if refused:
            continue
        try:
            with transaction.atomic():
                made.append(str(at.grid.add(at.subject, read, at.user).pk))
        except Problem as problem:
            refused += refused_cells(key, {name: name for name in values}, problem)
    if refused:
        raise RefusedCells(refused)
    return made


def act_on_rows(
    at: GridContext, name: str, ids: Sequence[str], data: Mapping[str, Any]
) -> dict[str, Any]:
    """Do an act of the grid to the rows that it fits: `done`, `left` and a `sentence`.

    Raises:
        RefusedCells: it fits none. Forbidden: it is not this person's to do. NotFound:
        a row is gone.
    """
    grid = at.grid
    by = at.user
    if name not in grid.acts(at.subject, by):
        raise Invalid("There is no such act here.")
    refuse_too_many(len(ids))
    rows = rows_by_id(at, ids)
    act = ACTS[name]
    answers = grid.own_answers.get(name)
    refused: list[RefusedCell] = []
    for key in rows:
        try:
            with transaction.atomic():
                target = act.load(by, key)
                act.check(by, target)
                values = {**data}
                if answers:
                    values |= answers.of(target)
                form: Any = act.form_class(values, **act.form_kwargs(target, by))
                if form.is_valid():
                    act.run(target, form.cleaned_data, by)
                else:
                    errors = [text for texts in form.errors.values() for text in texts]
                    refused.append(RefusedCell(key, "", errors[0]))
        except Problem as problem:
            refused += refused_cells(key, {}, problem)
    if len(refused) == len(rows):
        raise RefusedCells(refused)
    done = [key for key in rows if key not in {cell.row for cell in refused}]
    left = [{"id": cell.row, "why": cell.sentence} for cell in refused]
    if len(rows) == 1:
        return {"done": done, "left": left, "sentence": act.success}
    verb = act.done_verb or f"{act.verb.partition(' ')[0].removesuffix('e')}ed"
    summary = f"{verb} {len(done)}."
    if refused:
        named = [(grid.name_of(rows[cell.row]), cell.sentence) for cell in refused]
        reasons = [f"{name} ({_reason(name, why)})" for name, why in named]
        summary += f" Not {verb.lower()}: {listed_few(reasons)}."
    return {"done": done, "left": left, "sentence": summary}


def _reason(name: str, sentence: str) -> str:
    """“nobody to invite” of “Keep has nobody to invite: it needs a vendor.”"""
    reason = sentence.partition(": ")[0].removeprefix(f"{name} ").removeprefix("has ")
    return reason.removesuffix(".")


# What a grid's script asks for, read strictly: cells, new rows, an order, an act.
#
# Each returns the ids of the rows that changed, None for all, and what is answered.

KEYS = ("row", "column", "from", "to")
Answer = tuple[list[str] | None, dict[str, Any]]


def _checked(requested: Any, *keys: str) -> dict[str, Any]:
    """An object of exactly these keys, whose `rows` are ids, at least one."""
    if not isinstance(requested, dict) or requested.keys() != {*keys}:
        raise Invalid(f"Send {', '.join(keys)}.")
    ids = requested.get("rows", ["-"])
    if not isinstance(ids, list) or not ids or not all(map(_is_text, ids)):
        raise Invalid("“rows” is a list of rows, at least one.")
    refuse_too_many(len(ids))
    return requested


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _cells(at: GridContext, requested: Any) -> Answer:
    if not isinstance(requested, list) or not requested:
        raise Invalid("“cells” is a list of changes, at least one.")
    refuse_too_many(0, len(requested))
    columns = {column.name: column for column in at.columns()}
    changes = []
    for cell in requested:
        if not isinstance(cell, dict) or cell.keys() != {*KEYS}:
            raise Invalid(f"A change has {', '.join(KEYS)}.")
        if _is_text(cell["column"]):
            column = columns.get(cell["column"])
        else:
            column = None
        if column is None or column.saves is None or not _is_text(cell["row"]):
            raise Invalid("There is no such column to change here.")
        changes.append(CellChange(cell["row"], column, cell["from"], cell["to"]))
    _, refused = save_cells(at, changes)
    if refused:
        raise RefusedCells(refused)
    if len(changes) == 1:
        summary = "Saved."
    else:
        summary = f"{len(changes)} cells saved."
    return list({change.row for change in changes}), {"sentence": summary}


def _add(at: GridContext, requested: Any) -> Answer:
    if not isinstance(requested, list) or not requested:
        raise Invalid("“add” is a list of rows, at least one.")
    if not all(isinstance(row, dict) for row in requested):
        raise Invalid("A new row is an object of columns and values.")
    made = add_rows(at, requested)
    return None, {"sentence": f"{at.grid.counted(len(made))} added."}


def _move(at: GridContext, requested: Any) -> Answer:
    requested = _checked(requested, "rows", "above", "below")
    ends = [requested["above"], requested["below"]]
    rows = rows_by_id(at, [*requested["rows"], *filter(None, ends)])
    above, below = (rows[end] if end else None for end in ends)
    moved = [rows[key] for key in requested["rows"]]
    at.grid.move(at.subject, moved, above, below, at.user)
    return None, {"sentence": "Moved."}


def _act(at: GridContext, requested: Any) -> Answer:
    requested = _checked(requested, "rows", "name", "values")
    if not isinstance(requested["values"], dict) or not _is_text(requested["name"]):
        raise Invalid("“values” is what the act's form asks.")
    return None, act_on_rows(
        at, requested["name"], requested["rows"], requested["values"]
    )


def _paste(at: GridContext, requested: Any) -> Answer:
    requested = _checked(requested, "text", "answers", "shown")
    answers = requested["answers"]
    if not isinstance(answers, dict) or not all(
        map(_is_text, [requested["text"], requested["shown"], *answers.values()])
    ):
        raise Invalid("“text” is what was pasted, “answers” what was chosen.")
    grid = at.grid
    text = requested["text"]
    shown = requested["shown"]
    if grid.paste:
        pasted = grid.paste(at.subject, text, answers, shown, at.user)
        return [] if "html" in pasted else None, pasted
    plan = plan_rows(grid, at.subject, text, answers, at.user)
    if not plan.lands(shown):
        return [], what_to_ask(plan, answers)
    made = add_rows(at, values_of(plan))
    summary = f"{grid.counted(len(made))} added."
    return None, {"sentence": summary, "undo": made if grid.remover else None}


def _into(at: GridContext, requested: Any) -> Answer:
    """Cells of a paste from the first of a range on; rows beyond the last are new."""
    requested = _checked(requested, "rows", "text", "seen", "columns", "size")
    columns = {column.name: column for column in at.columns()}
    changes: list[CellChange] = []
    refused: list[RefusedCell] = []
    try:
        ids = requested["rows"]
        seen = requested["seen"]
        (height, width) = requested["size"]
        shown = [columns[name] for name in requested["columns"]]
        refuse_too_many(height, height * width)
        block = pasted_cells(requested["text"])
        if block[0] == [column.label for column in shown][: len(block[0])]:
            del block[0]
        if len(block) == len(block[0]) == 1:
            block = [block[0] * width] * height
        for row, before, texts in zip(ids, seen, block, strict=False):
            for column, text in zip(shown, texts, strict=False):
                stored = before[column.name]
                if text in (column.label_of(stored) if stored else "", str(stored)):
                    continue
                if column.is_open:
                    changes.append(CellChange(row, column, stored, text))
                else:
                    why = column.closed or f"{column.label} is not changed here."
                    refused.append(RefusedCell(row, column.name, why))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Invalid("“into” is a text, and the cells that it goes into.") from None
    saved, wrong = save_cells(at, changes)
    refused += wrong
    summary = f"{len(saved)} cell{'s' * (len(saved) != 1)} saved."
    if refused:
        summary += f" {len(refused)} not: {refused[0].sentence}"
    typed = {(change.row, change.column.name): change.typed for change in changes}
    more = block[len(ids) :]
    if more and not at.grid.may_add(at.subject, at.user):
        summary += f" {len(more)} rows more than stand here were left out."
        more = []
    heads = [column.label for column in shown][: len(block[0])]
    return list({change.row for change in changes}), {
        "changed": [(change.row, change.column.name) for change in saved],
        "refused": [
            {**cell.shown(), "typed": typed.get((cell.row, cell.column))}
            for cell in refused
        ],
        "sentence": summary,
        "more": [heads, *more] if more else [],
    }


def _unpaste(at: GridContext, requested: Any) -> Answer:
    if at.grid.unpaste:
        at.grid.unpaste(at.subject, requested, at.user)
    else:
        ids = _checked({"rows": requested}, "rows")["rows"]
        act_on_rows(at, at.grid.remover, ids, {"reason": UNDONE})
    return None, {"sentence": "Undone."}


WORK: dict[str, Callable[[GridContext, Any], Answer]] = {
    "cells": _cells,
    "add": _add,
    "move": _move,
    "act": _act,
    "paste": _paste,
    "into": _into,
    "unpaste": _unpaste,
}


UNDONE = "Undone by the person who changed it."


def grid_view(request: HttpRequest, name: str, target_id: str) -> HttpResponse:
    """Answer with the grid (GET, HEAD), or save what was changed in it (POST), as JSON.

    A refusal has a `sentence`, and names `refused` cells with theirs.

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
    evaluation = grid.evaluation(subject)
    try:
        if request.method == "POST":
            return _answer_post(request, GridContext(grid, subject, user), evaluation)
        return _answer_get(request, GridContext(grid, subject, user), evaluation)
    except RefusedCells as problem:
        cells = [cell.shown() for cell in problem.cells]
        body = {"sentence": problem.sentence, "refused": cells}
        return JsonResponse(body, status=problem.answer)
    except Problem as problem:
        return JsonResponse({"sentence": problem.sentence}, status=problem.status)
    except Detour as detour:
        body = {"sentence": "Answer a question first.", "address": detour.address}
        return JsonResponse(body, status=409)
    except IntegrityError:
        late = "Somebody else did this a moment ago. Load the page again."
        return JsonResponse({"sentence": late}, status=409)


def _answer_get(
    request: HttpRequest, at: GridContext, evaluation: Evaluation
) -> JsonResponse:
    if isinstance(at.grid, CustomGrid):
        whole = at.grid.whole(at.subject, at.user)
    else:
        whole = _whole_grid(request, at)
    answer = whole | view_of(grid=at.grid.name, evaluation=evaluation, by=at.user)
    status = answer.pop("status", HTTPStatus.OK)
    return JsonResponse(answer, status=status)


def _answer_post(
    request: HttpRequest, at: GridContext, evaluation: Evaluation
) -> JsonResponse:
    body = _read(request)
    if "view" in body:
        view = _checked(body["view"], "layout", "shared")
        save_view(
            grid=at.grid.name,
            evaluation=evaluation,
            layout=view["layout"],
            shared=view["shared"],
            by=at.user,
        )
        return JsonResponse({"sentence": "View saved."})
    if not isinstance(at.grid, CustomGrid):
        return JsonResponse(_save(request, body, at))
    if "text" in body:
        body["block"] = pasted_cells(str(body.pop("text")))
    answer = at.grid.take(at.subject, body, at.user)
    status = answer.pop("status", HTTPStatus.OK)
    return JsonResponse(answer, status=status)


def _whole_grid(request: HttpRequest, at: GridContext) -> dict[str, Any]:
    grid = at.grid
    subject = at.subject
    user = at.user
    columns = at.columns()
    return {
        "title": grid.title,
        "noun": grid.noun,
        "anchor": grid.anchor,
        "first": grid.first_column if grid.may_add(subject, user) else "",
        "carried": grid.carried,
        "moves": grid.may_move(subject, user),
        "acts": [
            _described_act(grid, subject, name) for name in grid.acts(subject, user)
        ],
        "columns": [column.described() for column in columns],
        **_rows(request, at, columns),
    }


def _described_act(grid: Grid[Any, Any], subject: Any, name: str) -> dict[str, Any]:
    act = ACTS[name]
    answers = grid.own_answers.get(name)
    fields: Any = {} if answers else getattr(act.form_class, "base_fields", {})
    press = act.verb
    if answers and answers.asks:
        press, fields = answers.asks(subject)
    return {
        "name": name,
        "label": act.verb,
        "press": press,
        "danger": act.dangerous,
        "note": answers.note if answers else "",
        "fields": [
            described(key, field.label or key.replace("_", " ").capitalize(), field)
            | ({"value": field.initial} if answers else {})
            for key, field in fields.items()
        ],
    }


def _rows(
    request: HttpRequest,
    at: GridContext,
    columns: Sequence[GridColumn],
    ids: list[str] | None = None,
) -> dict[str, Any]:
    grid = at.grid
    rows = at.rows()
    if ids is None:
        rows = grid.filtered(rows, at.subject, request.GET)
    else:
        rows = rows.filter(pk__in=ids)
    shown = [_shown_row(at, columns, row) for row in rows]
    return {"rows": shown, "note": grid.note(at.subject, at.user)}


def _shown_row(
    at: GridContext, columns: Sequence[GridColumn], row: Any
) -> dict[str, Any]:
    missing = {column.name: column.missing(row) for column in columns if column.missing}
    asides = {column.name: column.aside(row) for column in columns if column.aside}
    return {
        "id": str(row.pk),
        "name": at.grid.name_of(row),
        "cells": {column.name: column.value(row) for column in columns},
        "labels": {
            column.name: column.named(row) for column in columns if column.named
        },
        "missing": {name: text for name, text in missing.items() if text},
        "asides": {name: text for name, text in asides.items() if text},
        "links": list(at.grid.links(row, at.user)),
    }


def _save(
    request: HttpRequest, body: dict[str, Any], at: GridContext
) -> dict[str, Any]:
    """Do what one request asks: all of it, or nothing."""
    undone = body.pop("undo", False)
    if undone not in (True, False):
        raise Invalid("“undo” is true or false.")
    if not body or not body.keys() <= WORK.keys():
        raise Invalid(f"Send {', '.join(WORK)}, and nothing else.")
    with transaction.atomic(), journal.because(UNDONE if undone else ""):
        lock(at.grid.evaluation(at.subject))
        done = [WORK[kind](at, body[kind]) for kind in body]
    answer: dict[str, Any] = {}
    for _, part in done:
        sentence = " ".join(filter(None, [answer.get("sentence"), part["sentence"]]))
        answer |= {**part, "sentence": sentence}
    columns = at.columns()
    ids = done[0][0]
    if any(rows is None for rows, _ in done):
        # Choices may be new, and what closes a column may have changed, too.
        answer["columns"] = [column.described() for column in columns]
        ids = None
    return answer | _rows(request, at, columns, ids)


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
        body = None
    if not isinstance(body, dict):
        raise Invalid("This is not what a table sends.")
    return body


site.register_page("grid/<slug:name>/<str:target_id>/", grid_view, "grid")
