"""What moves along when a milestone or a trial is moved."""

import datetime
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evaltracker.kit.work_calendar import is_working_day
from trials.choices import MilestoneState
from trials.models import Milestone, Trial


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
