"""What a grid's script asks for, read strictly: cells, new rows, an order, an act.

Each returns the ids of the rows that changed, None for all, and what is said of it.
"""

from collections.abc import Callable
from typing import Any

from evaltracker.errors import Invalid
from evaltracker.evaluations.models import User
from evaltracker.pages.grid import Grid
from evaltracker.pages.grid_acts import act_on_rows
from evaltracker.pages.grid_changes import (
    Change,
    add_rows,
    refuse_too_many,
    rows_by_id,
    save_cells,
)

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
