"""The dates that a plan was promised for, one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from trials.scoring.open_cells import Availability


@dataclass(frozen=True, slots=True)
class SaidOn:
    """What one revision of a claim said, and on which day it was said."""

    availability: Availability
    available_from: date | None
    on: date


class Turn(StrEnum):
    """What a revision did to the promised date."""

    PROMISED = "promised"
    MOVED = "moved"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of the story.

    ``date`` is promised from here on; ``days`` is by how much it moved, forward or
    back. ``after_it_passed``: the date before had passed when this was said.
    """

    turn: Turn
    said: SaidOn
    days: int = 0
    after_it_passed: bool = False

    @property
    def date(self) -> date | None:
        """Return the day that is promised, if it still is a plan."""
        return self.said.available_from if self.turn != Turn.DROPPED else None

    @property
    def size(self) -> int:
        """Return by how many days it moved, whichever way."""
        return abs(self.days)


def promised_dates(revisions: Iterable[SaidOn]) -> tuple[Step, ...]:
    """Tell the story of a planned date from a claim's revisions in their order.

    It begins with the first plan. Other words for the same date are no turn; what is
    no plan any more, such as *now* or *withdrawn*, drops it, and a later plan is
    compared with the date that was promised last.
    """
    steps: list[Step] = []
    planned: date | None = None
    for said in revisions:
        is_plan = said.availability == Availability.PLANNED
        running = bool(steps) and steps[-1].turn != Turn.DROPPED
        passed = running and planned is not None and planned < said.on
        if is_plan and said.available_from is not None:
            if planned is None:
                steps.append(Step(Turn.PROMISED, said))
            elif not running or said.available_from != planned:
                days = (said.available_from - planned).days
                steps.append(Step(Turn.MOVED, said, days, passed))
            planned = said.available_from
        elif running:
            steps.append(Step(Turn.DROPPED, said, after_it_passed=passed))
    return tuple(steps)
