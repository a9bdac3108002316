"""The plan as the overview draws it: bars on one axis, with today's line."""

import datetime
from dataclasses import dataclass

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.clock import today_in
from evaltracker.requirements.plan import Plan, RowState

WORDS = {
    RowState.DONE: ("done", "good"),
    RowState.NOW: ("now", "info"),
    RowState.LATE: ("too late", "bad"),
    RowState.AHEAD: ("ahead", ""),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One step; `left`, `width` and `latest` are places on the axis in per cent."""

    label: str
    start: datetime.date
    end: datetime.date
    latest_end: datetime.date
    word: str
    tone: str
    current: bool
    left: str
    width: str
    latest: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The bars, and where today and the day it must run stand."""

    bars: list[Bar]
    today: str
    today_on: datetime.date
    must_run: str
    sentence: str
    late: bool


def draw(plan: Plan, evaluation: Evaluation) -> Drawing:
    """Lay the plan on an axis from its first day to its last."""
    today = today_in(evaluation.zone)
    must = evaluation.must_run_by or plan.runs_on
    days = [day for row in plan.rows for day in (row.start, row.end, row.latest_end)]
    first, last = min([*days, today]), max([*days, today, must])
    span = max((last - first).days, 1)

    def place(day: datetime.date) -> str:
        return f"{(day - first).days * 100 / span:.2f}"

    bars = [
        Bar(
            label=row.stage.replace("_", " ").capitalize(),
            start=row.start,
            end=row.end,
            latest_end=row.latest_end,
            word=WORDS[row.state][0],
            tone=WORDS[row.state][1],
            current=row.current,
            left=place(row.start),
            width=f"{max((row.end - row.start).days * 100 / span, 1):.2f}",
            latest=place(row.latest_end),
        )
        for row in plan.rows
    ]
    return Drawing(
        bars, place(today), today, place(must), plan.sentence, plan.already_late
    )
