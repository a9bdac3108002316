"""Which criterion each run of a file is for, and whether it may count for it."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class MatchedRuns:
    """Runs of one unit, and the criterion that they are for; tests have no unit."""

    criterion: Criterion
    unit: str
    runs: list[ReportedRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why no run of a unit says anything for what it names, and in which field."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a trial as instants, where it takes place."""

    trial: Trial
    now: datetime.datetime
    start: datetime.datetime
    end: datetime.datetime

    @classmethod
    def of(cls, trial: Trial, now: datetime.datetime) -> "Days":
        """From the first midnight to the last."""
        after = trial.ends_on + datetime.timedelta(days=1)
        return cls(
            trial,
            now,
            instant_of(trial.starts_on, MIDNIGHT, trial.zone),
            instant_of(after, MIDNIGHT, trial.zone),
        )

    @property
    def until(self) -> datetime.datetime:
        """Before which a run was measured that may count now."""
        return min(self.end, self.now + AHEAD)

    def fault_in(self, when: datetime.datetime) -> str:
        """What is wrong with a time of measuring outside `start` and `until`."""
        if not self.start <= when < self.end:
            there = when.astimezone(ZoneInfo(self.trial.zone))
            return f"{there:%Y-%m-%d %H:%M} ({self.trial.zone}) is no day of the " + (
                f"trial, which runs from {self.trial.starts_on} to "
                f"{self.trial.ends_on}."
            )
        return f"It is in the future; by our clock it is {self.now:%Y-%m-%dT%H:%M:%SZ}."


def match_runs(
    trial: Trial, runs: Sequence[ReportedRun], now: datetime.datetime
) -> list[MatchedRuns]:
    """The runs by criterion and unit, if all of them may count.

    Raises:
        Invalid: by place in the file, or the trial has not begun.

    """
    days = Days.of(trial, now)
    if now < days.start:
        first = day_in_words(trial.starts_on)
        raise Invalid(f"The trial starts on {first}; no run is taken before that day.")
    criteria = _by_name(trial)
    faults = Faults()
    kinds: dict[tuple[str, str], MatchedRuns | Misfit] = {}
    start, until = days.start, days.until
    for run in runs:
        name = (run.criterion, run.unit)
        if name not in kinds:
            kinds[name] = _match(run, criteria)
        kind = kinds[name]
        if not start <= run.measured_at < until:
            faults.add(f"{run.pointer}.measured_at", days.fault_in(run.measured_at))
        if isinstance(kind, Misfit):
            faults.add(f"{run.pointer}.{kind.field}", kind.sentence)
        else:
            kind.runs.append(run)
    faults.check()
    return [kind for kind in kinds.values() if isinstance(kind, MatchedRuns)]


def _by_name(trial: Trial) -> dict[str, Criterion]:
    """The criteria by number and by id; a number that two have names neither."""
    rows = list(
        trial.criteria.select_related("requirement").only(
            "position", "measure", "requirement__ref"
        )
    )
    numbers = Counter(row.position for row in rows)
    named = {str(row.position): row for row in rows if numbers[row.position] == 1}
    return {**named, **{str(row.pk): row for row in rows}}


def _match(run: ReportedRun, criteria: dict[str, Criterion]) -> MatchedRuns | Misfit:
    """The criterion of all runs that name it as this one does, in its unit."""
    criterion = criteria.get(run.criterion)
    if criterion is None:
        return Misfit("criterion", _unknown(run.criterion, criteria))
    if misfit := _misfit(run, criterion, Measure.from_json(criterion.measure)):
        return Misfit("unit" if run.unit else "criterion", misfit)
    return MatchedRuns(criterion, run.unit)


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
