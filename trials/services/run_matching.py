"""Which criterion each run of a file is for, and whether it may count for it."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from evaltracker.errors import Invalid
from evaltracker.kit.clock import instant_of
from evaltracker.kit.days import day_in_words
from evaltracker.kit.text import listed_few
from evaltracker.measures import Measure
from evaltracker.measures.units import check_same_kind
from trials.models import Criterion, Trial
from trials.run_formats import Faults, ReportedRun

MIDNIGHT = datetime.time()
# By how much the clock of a program may be ahead of ours.
AHEAD = datetime.timedelta(minutes=5)


class Matched(NamedTuple):
    """A run, and the criterion that it is for."""

    run: ReportedRun
    criterion: Criterion


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a trial as instants, where it takes place."""

    trial: Trial
    start: datetime.datetime
    end: datetime.datetime

    @classmethod
    def of(cls, trial: Trial) -> "Days":
        """From the first midnight to the last."""
        after = trial.ends_on + datetime.timedelta(days=1)
        return cls(
            trial,
            instant_of(trial.starts_on, MIDNIGHT, trial.zone),
            instant_of(after, MIDNIGHT, trial.zone),
        )

    def fault_in(self, when: datetime.datetime, now: datetime.datetime) -> str:
        """What is wrong with a time of measuring; blank if nothing is."""
        if not self.start <= when < self.end:
            there = when.astimezone(ZoneInfo(self.trial.zone))
            return f"{there:%Y-%m-%d %H:%M} ({self.trial.zone}) is no day of the " + (
                f"trial, which runs from {self.trial.starts_on} to "
                f"{self.trial.ends_on}."
            )
        if when > now + AHEAD:
            return f"It is in the future; by our clock it is {now:%Y-%m-%dT%H:%M:%SZ}."
        return ""


def match_runs(
    trial: Trial, runs: Sequence[ReportedRun], now: datetime.datetime
) -> list[Matched]:
    """Each run with its criterion, if all of them may count.

    Raises:
        Invalid: by place in the file, or the trial has not begun.

    """
    days = Days.of(trial)
    if now < days.start:
        first = day_in_words(trial.starts_on)
        raise Invalid(f"The trial starts on {first}; no run is taken before that day.")
    criteria = _by_name(trial)
    measures = {
        criterion.pk: Measure.from_json(criterion.measure)
        for criterion in criteria.values()
    }
    faults, matched = Faults(), []
    fits: dict[tuple[str, object], str] = {}
    for run in runs:
        criterion = criteria.get(run.criterion)
        if criterion is None:
            faults.add(f"{run.pointer}.criterion", _unknown(run.criterion, criteria))
            continue
        if fault := days.fault_in(run.measured_at, now):
            faults.add(f"{run.pointer}.measured_at", fault)
        kind = (run.unit, criterion.pk)
        if kind not in fits:
            fits[kind] = _misfit(run, criterion, measures[criterion.pk])
        if misfit := fits[kind]:
            faults.add(f"{run.pointer}.{'unit' if run.unit else 'criterion'}", misfit)
        matched.append(Matched(run, criterion))
    faults.check()
    return matched


def _by_name(trial: Trial) -> dict[str, Criterion]:
    """The criteria by number and by id; a number that two have names neither."""
    rows = list(trial.criteria.select_related("requirement"))
    numbers = Counter(row.position for row in rows)
    named = {str(row.position): row for row in rows if numbers[row.position] == 1}
    return {**named, **{str(row.pk): row for row in rows}}


def _unknown(name: str, criteria: dict[str, Criterion]) -> str:
    numbers = sorted({row.position for row in criteria.values()})
    there = listed_few([str(number) for number in numbers], most=10)
    return f"This trial has no criterion “{name}”; its criteria are {there}."


def _misfit(run: ReportedRun, criterion: Criterion, measure: Measure | None) -> str:
    """Why a run of this unit says nothing for a criterion; blank if it does."""
    named = f"Criterion {criterion.position} ({criterion.requirement.ref})"
    if measure is None:
        return "" if run.number is None else f"{named} has no measure; send no number."
    if run.number is None:
        return f"{named} asks for a number in {measure.unit}, and none was sent."
    try:
        check_same_kind(run.unit, measure.unit)
    except ValueError as error:
        return f"{named} is measured in {measure.unit}: {error}"
    return ""
