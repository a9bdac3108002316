"""Rows that are pasted into a grid of its own: read as any file is, and added."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.template.loader import render_to_string

from evaltracker.errors import Refused
from evaltracker.evaluations.models import User
from evaltracker.pages.grid import (
    Grid,
    GridColumn,
    choices_of,
    kind_of,
    shown_value,
    words_of,
)
from evaltracker.rows.plan import Answers, ImportPlan, read
from evaltracker.rows.sources import read_pasted
from evaltracker.rows.subjects import (
    ColumnRole,
    Context,
    ListType,
    ParsedRecord,
    ReadRow,
)

READS = {"choice": "closed", "bool": "mark", "number": "number", "date": "day"}


class GridSubject(ListType):
    def records(
        self, rows: Iterable[ReadRow], context: Context
    ) -> Iterable[ParsedRecord]:
        for row in rows:
            values = {**row.texts, **row.values}
            yield ParsedRecord(
                (f"{row.sheet}:{row.number}",), values, row.sheet, row.number
            )


def subject_of(grid: Grid[Any, Any], columns: Sequence[GridColumn]) -> ListType:
    roles = tuple(
        ColumnRole(
            column.name,
            column.label,
            READS.get(kind_of(column.field), "text"),
            heads=(column.label, column.name),
            is_required=column.name == grid.first_column,
        )
        for column in columns
        if column.field
    )
    members = {"slug": grid.name, "things": grid.counted(2)[2:], "roles": roles}
    subject: ListType = type("GridRows", (GridSubject,), members)()
    return subject


def context_of(columns: Sequence[GridColumn]) -> Context:
    pairs = {column.name: choices_of(column.field) for column in columns}
    return Context(
        choices={name: words_of(choices) for name, choices in pairs.items()},
        options={
            name: tuple((value, label) for value, label in choices if value)
            for name, choices in pairs.items()
        },
        more={"order": [column.name for column in columns if column.field]},
    )


def plan_rows(
    grid: Grid[Any, Any], subject: Any, text: str, answers: Answers, by: User
) -> ImportPlan:
    """What pasted rows would add.

    Raises:
        Refused: no rows are added here. Invalid: there is no table in the text.
    """
    if not grid.may_add(subject, by):
        raise Refused("Nothing can be added here.")
    columns = grid.columns(subject, by)
    reads = subject_of(grid, columns)
    context = context_of(columns)
    return read(reads, read_pasted(text), context, {}, answers)


def values_of(plan: ImportPlan) -> list[dict[str, Any]]:
    """The new rows as if they had been typed."""
    return [
        {name: shown_value(value) for name, value in record.values.items()}
        for record in plan.new
    ]


def what_to_ask(plan: ImportPlan, answers: Mapping[str, str]) -> dict[str, Any]:
    """How pasted rows would be read, for a look and a yes: nothing was saved."""
    if plan.changed:
        changes = f", change {len(plan.changed)}"
    else:
        changes = ""
    return {
        "sentence": "",
        "html": render_to_string(
            "evaluations/parts/reading.html", {"plan": plan, "answers": answers}
        ),
        "shown": plan.digest,
        "can_apply": plan.can_apply,
        "yes": f"Add {len(plan.new)}{changes}",
        "counts": ", ".join(plan.counted),
    }
