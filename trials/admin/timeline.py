"""Where things stand on a line of days, and the curve of what was exercised."""

import datetime
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from trials.choices import MilestoneState
from trials.models import Milestone, Trial
from trials.selectors import DayShare


@dataclass(frozen=True, slots=True)
class Dot:
    """A milestone on the line; `at` is a share of it in per cent."""

    milestone: Milestone
    number: int
    at: str
    late: bool

    @property
    def tone(self) -> str:
        """good, bad, warn or info; the number and the list say it in words."""
        state = self.milestone.state
        if state == MilestoneState.MET:
            return "good"
        if state == MilestoneState.MISSED or self.late:
            return "bad"
        return "info" if state == MilestoneState.OPEN else "calm"


@dataclass(frozen=True, slots=True)
class Line:
    """The days from first to last, with today on it if today is among them."""

    first: datetime.date
    last: datetime.date
    zone: str
    today: datetime.date
    today_at: str
    passed: str
    dots: list[Dot]

    @property
    def day(self) -> int:
        """Which day it is today, from 1; below 1 before it begins."""
        return (self.today - self.first).days + 1

    @property
    def days(self) -> int:
        """How many days there are."""
        return (self.last - self.first).days + 1


def line_of(
    trial: Trial, milestones: Sequence[Milestone], now: datetime.datetime
) -> Line:
    """The line of a trial, widened to its farthest milestone."""
    zone = ZoneInfo(trial.zone)
    moments = [milestone.due_at for milestone in milestones]
    low, high = min([_begin(trial), *moments]), max([_end(trial), *moments])

    def share(moment: datetime.datetime) -> float:
        return 100 * ((moment - low) / (high - low))

    inside = low <= now <= high
    return Line(
        first=trial.starts_on,
        last=trial.ends_on,
        zone=trial.zone,
        today=now.astimezone(zone).date(),
        today_at=_said(share(now)) if inside else "",
        passed=_said(min(100.0, max(0.0, share(now)))),
        dots=[
            Dot(
                milestone,
                number,
                _said(share(milestone.due_at)),
                is_late(milestone, now),
            )
            for number, milestone in enumerate(milestones, start=1)
        ],
    )


@dataclass(frozen=True, slots=True)
class Lane:
    """One trial among others on a common line; places are shares in per cent."""

    trial: Trial
    left: str
    width: str
    dots: list[Dot]
    may_move: bool


@dataclass(frozen=True, slots=True)
class Lanes:
    """Several trials side by side, from the first day of all to the last."""

    first: datetime.date
    last: datetime.date
    today_at: str
    lanes: list[Lane]


def lanes_of(
    trials: Sequence[Trial], now: datetime.datetime, runs: Collection[uuid.UUID]
) -> Lanes | None:
    """Trials, with their milestones fetched, on one line; None if there are none.

    `runs` are the ids of those that the reader may move.
    """
    if not trials:
        return None
    low = min(_begin(trial) for trial in trials)
    high = max(_end(trial) for trial in trials)

    def share(moment: datetime.datetime) -> float:
        return min(100.0, max(0.0, 100 * ((moment - low) / (high - low))))

    lanes = []
    for trial in trials:
        left, right = share(_begin(trial)), share(_end(trial))
        dots = [
            Dot(
                milestone,
                number,
                _said(share(milestone.due_at)),
                is_late(milestone, now),
            )
            for number, milestone in enumerate(trial.milestones.all(), start=1)
        ]
        may_move = trial.pk in runs
        lanes.append(Lane(trial, _said(left), _said(right - left), dots, may_move))
    inside = low <= now <= high
    return Lanes(
        first=min(trial.starts_on for trial in trials),
        last=max(trial.ends_on for trial in trials),
        today_at=_said(share(now)) if inside else "",
        lanes=lanes,
    )


def _begin(trial: Trial) -> datetime.datetime:
    zone = ZoneInfo(trial.zone)
    return datetime.datetime.combine(trial.starts_on, datetime.time(), zone)


def _end(trial: Trial) -> datetime.datetime:
    zone = ZoneInfo(trial.zone)
    return datetime.datetime.combine(trial.ends_on, datetime.time.max, zone)


def is_late(milestone: Milestone, now: datetime.datetime) -> bool:
    """Whether it is open and due."""
    return milestone.state == MilestoneState.OPEN and milestone.due_at < now


@dataclass(frozen=True, slots=True)
class Curve:
    """A step curve in a box of 600 by 160, with its words."""

    path: str
    area: str
    half: float
    days: int
    top: int
    words: str
    points: list[DayShare]


WIDTH, HEIGHT = 600, 160


def curve_of(shares: Sequence[DayShare], days: int) -> Curve | None:
    """The share of must-haves exercised by day; None while there is nothing to draw."""
    if not shares or not shares[-1].asked:
        return None
    step = WIDTH / max(days, 1)
    steps = [f"M0 {HEIGHT}"]
    for share in shares:
        height = HEIGHT - HEIGHT * share.exercised / share.asked
        steps.append(f"V{height:.1f} H{share.number * step:.1f}")
    path = " ".join(steps)
    last = shares[-1]
    return Curve(
        path=path,
        area=f"{path} V{HEIGHT} Z",
        half=WIDTH / 2,
        days=days,
        top=last.asked,
        words=(
            f"By day {last.number} of {days}, {last.exercised} of {last.asked} "
            "must-haves had been exercised."
        ),
        points=[
            share
            for before, share in zip([None, *shares[:-1]], shares, strict=True)
            if before is None or share is last or share.exercised != before.exercised
        ],
    )


def _said(share: float) -> str:
    """Per cent for a style; never with a comma, whatever the language."""
    return f"{share:.2f}"
