"""The plan of an evaluation, drawn back from the date it must run.

Pure: dates in, a plan out. Which days are working days the caller says; by
default Monday to Friday.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.dispatch import Signal

from evaltracker.evaluations.models import Evaluation, Requirement
from evaltracker.toolbox.working_days import (
    WORKING_DAYS,
    Works,
    day_in_words,
    monday_to_friday,
    shift,
    working_day,
    working_days_between,
)

# The least that each step takes a team that does it beside its daily work:
# requirements 2, to ask every role and agree on weights; research 3, two weeks for
# vendors to answer and one to read; demos 2, one script and a handful of vendors;
# trials 5, a week to set up, three to work in it, one to judge; decision 1, for the
# signatures; going live 4, for contract, access, integration and moving over.
MINIMUM_WEEKS: Mapping[str, int] = {
    "requirements": 2,
    "research": 3,
    "demos": 2,
    "trials": 5,
    "decision": 1,
    "going_live": 4,
}
STEPS = tuple(MINIMUM_WEEKS)
LONGEST_WEEKS = 520


class PlanRowState(StrEnum):
    DONE = "done"
    NOW = "now"
    LATE = "late"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """One stay in a stage; ``left`` is ``None`` while it lasts."""

    stage: str
    entered: date
    left: date | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One step: when it was or will be, and the latest it may be.

    ``start`` and ``end`` are what happened for a finished step and the soonest
    possible for the others; ``latest_start`` and ``latest_end`` are drawn back
    from the date it must run. A current step that will end too late is *late*;
    ``current`` tells it from later ones.
    """

    stage: str
    start: date
    end: date
    latest_start: date
    latest_end: date
    state: PlanRowState
    current: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """The rows in order, and whether the date can still be met.

    ``days_late`` and ``days_to_spare`` count working days; one of them is 0.
    """

    rows: tuple[PlanRow, ...]
    runs_on: date
    already_late: bool
    days_late: int
    days_to_spare: int
    sentence: str


def draw_plan(
    *,
    must_run_by: date,
    started: date,
    today: date,
    stage: str,
    lengths: Mapping[str, int] | None = None,
    visits: Sequence[VisitFacts] = (),
    works: Works = monday_to_friday,
) -> Plan:
    """Lay out the steps and say on day one if the date cannot be met.

    1. Backwards: going live ends on the last working day up to ``must_run_by``,
       each step before it ends the working day before the next one begins. That
       gives the latest dates.
    2. Forwards: finished stages as their visits tell, the current one from the day
       it was entered and never ending before today, the rest one after the other.
    3. It is already late when the forward plan runs after ``must_run_by``.

    ``lengths`` replaces the least weeks of the stages it names. ``stage`` is where the
    evaluation is now. A stage visited again after being sent back counts from its
    newest visit; a finished stage without a visit takes no time of its own. A week is
    five days on which ``works`` is true, so that a holiday makes a step longer.

    Raises:
        ValueError: a stage, a length or a date that no plan can be drawn with, or a
        calendar without working days.
    """
    weeks = _weeks(lengths or {})
    if stage not in STEPS:
        raise ValueError(f"There is no stage called “{stage}”.")
    if not 1900 <= must_run_by.year <= 9000:
        raise ValueError("The date it must run is out of range.")
    latest = _backwards(must_run_by, weeks, works)
    spans = _forwards(stage, (started, today), weeks, visits, works)
    rows = tuple(_row(step, stage, spans[step], latest[step]) for step in STEPS)
    runs_on = rows[-1].end
    late = working_days_between(must_run_by, runs_on, works)
    spare = working_days_between(runs_on, must_run_by, works)
    return Plan(
        rows=rows,
        runs_on=runs_on,
        already_late=late > 0,
        days_late=late,
        days_to_spare=spare,
        sentence=_sentence(must_run_by, runs_on, late, spare),
    )


def _weeks(lengths: Mapping[str, int]) -> dict[str, int]:
    unknown = sorted(set(lengths) - set(STEPS))
    if unknown:
        raise ValueError(f"There is no stage called “{unknown[0]}”.")
    weeks = {**MINIMUM_WEEKS, **lengths}
    for step, count in weeks.items():
        if not 1 <= count <= LONGEST_WEEKS:
            raise ValueError(
                f"The length of “{step}” must be 1 to {LONGEST_WEEKS} weeks."
            )
    return weeks


def _backwards(
    must_run_by: date, weeks: Mapping[str, int], works: Works
) -> dict[str, tuple[date, date]]:
    latest: dict[str, tuple[date, date]] = {}
    end = working_day(must_run_by, -1, works)
    for step in reversed(STEPS):
        start = shift(end, 1 - weeks[step] * WORKING_DAYS, works)
        latest[step] = (start, end)
        end = shift(start, -1, works)
    return latest


def _forwards(
    stage: str,
    known: tuple[date, date],
    weeks: Mapping[str, int],
    visits: Sequence[VisitFacts],
    works: Works,
) -> dict[str, tuple[date, date]]:
    spans: dict[str, tuple[date, date]] = {}
    now = STEPS.index(stage)
    end, today = known
    for step in STEPS[:now]:
        spans[step] = _past(step, end, visits)
        end = spans[step][1]
    entered = [visit.entered for visit in visits if visit.stage == stage]
    # A stage entered by leaving the one before begins on that same day.
    start = max(entered) if entered else end
    first = working_day(start, 1, works)
    length = weeks[stage] * WORKING_DAYS
    end = max(shift(first, length - 1, works), working_day(today, 1, works))
    spans[stage] = (start, end)
    for step in STEPS[now + 1 :]:
        start = shift(end, 1, works)
        end = shift(start, weeks[step] * WORKING_DAYS - 1, works)
        spans[step] = (start, end)
    return spans


def _past(step: str, before: date, visits: Sequence[VisitFacts]) -> tuple[date, date]:
    stays = [visit for visit in visits if visit.stage == step]
    if not stays:
        return before, before
    newest = max(stays, key=lambda visit: visit.entered)
    return newest.entered, max(newest.entered, newest.left or newest.entered)


def _row(
    step: str, stage: str, span: tuple[date, date], latest: tuple[date, date]
) -> PlanRow:
    current = step == stage
    start, end = span
    latest_start, latest_end = latest
    if STEPS.index(step) < STEPS.index(stage):
        state = PlanRowState.DONE
    elif end > latest_end:
        state = PlanRowState.LATE
    elif current:
        state = PlanRowState.NOW
    else:
        state = PlanRowState.AHEAD
    return PlanRow(step, start, end, latest_start, latest_end, state, current)


def _sentence(must_run_by: date, runs_on: date, late: int, spare: int) -> str:
    if late:
        return (
            f"Already late: even the shortest plan runs on {day_in_words(runs_on)}, "
            f"{_count(late)} after {day_in_words(must_run_by)}."
        )
    if spare:
        return (
            f"In time: it can run on {day_in_words(runs_on)}, {_count(spare)} before "
            f"{day_in_words(must_run_by)}."
        )
    return f"In time with nothing to spare: it can run on {day_in_words(runs_on)}."


def _count(days: int) -> str:
    if days == 1:
        return "1 working day"
    return f"{days} working days"


# What follows when requirements are added, or change after they were published.
#
# Who has answered a requirement stands on a higher floor, which does what has to happen
# in the very transaction of the change.

# Sent with `evaluation` and the requirements that are `added` and `changed`.
requirements_changed = Signal()


def tell_of_changes(
    evaluation: Evaluation,
    *,
    added: Collection[Requirement] = (),
    changed: Collection[Requirement] = (),
) -> None:
    if added or changed:
        requirements_changed.send(
            Evaluation, evaluation=evaluation, added=added, changed=changed
        )
