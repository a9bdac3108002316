"""Acts that are done to several rows of a grid at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from evaltracker.errors import Invalid, Problem
from evaltracker.evaluations.models import User
from evaltracker.pages.acts import ACTS
from evaltracker.pages.grid import Grid
from evaltracker.pages.grid_changes import refuse_too_many, rows_by_id
from evaltracker.pages.grid_refusals import RefusedCell, RefusedCells, refused_cells


def act_on_rows(
    grid: Grid[Any, Any],
    subject: Any,
    name: str,
    ids: Sequence[str],
    data: Mapping[str, Any],
    by: User,
) -> str:
    """Do an act of the grid to several rows; what is said of it.

    Raises:
        RefusedCells: some rows were refused, and so all of them. Forbidden: it is not
        this person's to do. NotFound: a row is gone.

    """
    if name not in grid.acts(subject, by):
        raise Invalid("There is no such act here.")
    refuse_too_many(len(ids))
    rows, act = rows_by_id(grid, subject, by, ids), ACTS[name]
    own = grid.own_answers.get(name)
    refused: list[RefusedCell] = []
    for key in rows:
        try:
            with transaction.atomic():
                target = act.load(by, key)
                act.check(by, target)
                given = own.of(target) if own else data
                form: Any = act.form_class(given, **act.form_kwargs(target, by))
                if form.is_valid():
                    act.perform(target, form.cleaned_data, by)
                else:
                    said = [text for texts in form.errors.values() for text in texts]
                    refused.append(RefusedCell(key, "", said[0]))
        except Problem as problem:
            refused += refused_cells(key, {}, problem)
    if refused:
        raise RefusedCells(refused)
    return act.success if len(rows) == 1 else f"{act.title}: done for {len(rows)} rows."
