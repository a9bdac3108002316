"""The grid in the words of programs: JSON, joined of one text per kind of cell."""

import datetime
import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaltracker.toolbox.days import is_working_day
from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.scoring import rounded
from trials.selectors.cell_numbers import cell_numbers
from trials.selectors.cell_tuples import Cell
from trials.selectors.ledger import Column, Ledger


def matrix_json(book: Ledger, rows: Sequence[int] | None = None) -> str:
    """The matrix as JSON; `rows` are the numbers of those wanted, all without it.

    Equal cells are written once and then repeated, which a serializer would not do.
    """
    wanted = range(len(book.rows)) if rows is None else rows
    needed = set().union(*(book.lines[row] for row in wanted))
    cells = {number: _text(tell_kind(book.kinds[number])) for number in needed}
    told = []
    for row in wanted:
        one = book.rows[row]
        asked = {
            "ref": one.ref,
            "category": one.category,
            "text": one.text,
            "priority": one.priority,
            "weight": one.weight,
        }
        line = ",".join([cells[number] for number in book.lines[row]])
        told.append(f'{_text(asked)[:-1]},"cells":[{line}]}}')
    head = {
        "as_of": book.as_of.isoformat(),
        "candidates": [tell_column(column) for column in book.columns],
        "numbers": tell_numbers(book, wanted),
    }
    return f'{_text(head)[:-1]},"requirements":[{",".join(told)}]}}'


def tell_numbers(book: Ledger, rows: Sequence[int]) -> list[dict[str, Any]]:
    """What was claimed and measured in the cells of these rows, in their order."""
    numbers = cell_numbers(book.evaluation)
    if not numbers:
        return []
    return [
        {"ref": asked.ref, "candidate": str(column.candidate.pk), **found.as_json()}
        for asked in (book.rows[row] for row in rows)
        for column in book.columns
        if (found := numbers.get((column.candidate.pk, asked.pk)))
    ]


def tell_column(column: Column) -> dict[str, Any]:
    """A candidate, with what its column comes to."""
    value, candidate = column.fit.value, column.candidate
    return {
        "id": str(candidate.pk),
        "name": candidate.name,
        "kind": candidate.kind,
        "state": candidate.state,
        "fit": None if value is None else str(rounded(value * 100, 1)),
        **asdict(column.coverage),
        "blocked_by": list(column.knock_outs),
    }


def tell_kind(kind: Cell) -> dict[str, Any]:
    return {
        "claimed": kind.claimed,
        "shown": kind.shown,
        "tested": kind.tested,
        "standing": kind.standing,
        "not_applicable": kind.not_applicable,
        "to_reconfirm": kind.to_reconfirm,
    }


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# What moves along when a milestone or a trial is moved.


@dataclass(frozen=True, slots=True)
class Shift:
    """One open milestone that moves along, and the day on which it then is due."""

    milestone: Milestone
    due_on: datetime.date

    @property
    def on_a_day_off(self) -> bool:
        """Whether whose it is does not work on the new day."""
        owner = self.milestone.owner
        return not is_working_day(self.due_on, owner.country, owner.subdivision)


def hanging_on(milestone: Milestone) -> list[Milestone]:
    """The open milestones that hang on it, directly or through others, by due date.

    What is settled stands, and so does what hangs on that only.
    """
    rows = Milestone.objects.filter(
        evaluation=milestone.evaluation_id, state=MilestoneState.OPEN
    ).select_related("owner", "trial")
    children: dict[uuid.UUID, list[Milestone]] = {}
    for row in rows:
        if row.hangs_on_id:
            children.setdefault(row.hangs_on_id, []).append(row)
    found = list(_below(milestone.pk, children))
    return sorted(found, key=lambda milestone: (milestone.due_at, milestone.title))


def shifts_of(milestone: Milestone, due_on: datetime.date) -> list[Shift]:
    """What moves with a milestone to `due_on`, each by as many days."""
    by = due_on - milestone.due_on
    return _shifted(hanging_on(milestone), by) if by else []


def shifts_of_trial(
    trial: Trial, starts_on: datetime.date, ends_on: datetime.date
) -> list[Shift]:
    """The open milestones of a trial: those on its last day or later move with it, the
    others with its first day."""
    first, last = starts_on - trial.starts_on, ends_on - trial.ends_on
    shifts = []
    for row in trial.milestones.filter(state=MilestoneState.OPEN).select_related(
        "owner"
    ):
        at_the_end = row.due_on >= trial.ends_on > trial.starts_on
        if by := last if at_the_end else first:
            shifts.append(Shift(row, row.due_on + by))
    return shifts


def _below(
    root: uuid.UUID, children: dict[uuid.UUID, list[Milestone]]
) -> Iterator[Milestone]:
    for milestone in children.get(root, ()):
        yield milestone
        yield from _below(milestone.pk, children)


def _shifted(rows: Iterable[Milestone], by: datetime.timedelta) -> list[Shift]:
    return [Shift(row, row.due_on + by) for row in rows]
