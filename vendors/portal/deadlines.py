"""Until when answers are taken, as people say it."""

import datetime
import math
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import wall_of
from vendors.policy import claims_are_closed

DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Whether answers are taken, until when, and how far away that is."""

    is_open: bool
    is_over: bool
    # Blank: no end is set.
    at: str = ""
    away: str = ""

    @property
    def is_near(self) -> bool:
        """Whether it is a matter of hours."""
        return "hour" in self.away or "minute" in self.away


def deadline_of(evaluation: Evaluation, now: datetime.datetime) -> Deadline:
    """The deadline of an evaluation, in its own zone."""
    is_open, is_over = (
        evaluation.claims_are_open(now),
        claims_are_closed(evaluation, now),
    )
    ends = [
        end
        for end in (evaluation.claims_closed_at, evaluation.claims_close_at)
        if end is not None and (is_open or not is_over or end <= now)
    ]
    if not ends:
        return Deadline(is_open, is_over)
    end = min(ends)
    wall = wall_of(end, evaluation.zone)
    at = f"{wall:%A} {wall.day} {wall:%B %Y, %H:%M} {wall:%Z}"
    return Deadline(is_open, is_over, at, "" if is_over else _away(end - now))


def _away(left: datetime.timedelta) -> str:
    """“in 8 days”, rounded down, so that nobody counts on time that is not there."""
    if left >= 2 * DAY:
        return f"in {left // DAY} days"
    if left >= 2 * HOUR:
        return f"in {left // HOUR} hours"
    minutes = max(1, math.floor(left.total_seconds() / 60))
    return f"in {minutes} minute{'' if minutes == 1 else 's'}"
