"""What the trial page shows of the runs of each criterion."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from evaltracker.evaluations.models import Evaluation
from evaltracker.measures import Measure, UnitMismatch, convert, shown
from trials.admin.run_picture import Picture, picture_of, trend_of
from trials.models import Criterion, Trial
from trials.selectors.counted import counted_once
from trials.selectors.run_counts import run_counts
from trials.selectors.run_sums import DayOfRuns, RunCount
from vendors.choices import CandidateKind

type Counts = tuple[dict[uuid.UUID, RunCount], dict[uuid.UUID, RunCount]]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A line of the table behind the picture, as words."""

    day: datetime.date
    # Each under the head of its column.
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunsRow:
    """The runs of a criterion: the verdict that they propose, and how they went."""

    count: RunCount
    picture: Picture | None
    trend: str
    spread: str

    @property
    def heads(self) -> tuple[str, ...]:
        """The columns of the table."""
        if self.count.measure is None:
            return ("Tests", "Failed", "Left out")
        unit = self.count.measure.unit
        return (
            "Runs",
            *(f"{n}, {unit}" for n in ("Lowest", "Mean", "Highest")),
            "Left out",
        )

    @property
    def days(self) -> list[DayRow]:
        """The lines of the table."""
        return [
            DayRow(day.day, tuple(zip(self.heads, self._cells(day), strict=True)))
            for day in self.count.days
        ]

    def _cells(self, day: DayOfRuns) -> tuple[str, ...]:
        if self.count.measure is None:
            return (str(day.n), str(day.failed), str(day.left_out))
        numbers = map(shown, day.spread) if day.spread else ("–",) * 3
        return (str(day.n), *numbers, str(day.left_out))


def runs_rows(trial: Trial, criteria: Sequence[Criterion]) -> dict[uuid.UUID, RunsRow]:
    """By criterion, what its runs come to; those without any run are not in it."""
    counts, baselines = counted_once(
        trial.candidate.evaluation, f"runs of {trial.pk}", partial(_counts, trial.pk)
    )
    return {
        row.pk: _row(trial, counts[row.pk], baselines.get(row.requirement_id))
        for row in criteria
        if row.pk in counts
    }


def _counts(trial_id: uuid.UUID, evaluation: Evaluation) -> Counts:
    """What the runs of each criterion come to, and those of what is there today, by
    requirement."""
    criteria = list(
        Criterion.objects.filter(trial=trial_id).select_related("trial__candidate")
    )
    if not criteria:
        return {}, {}
    trial = criteria[0].trial
    today = _as_is(trial, criteria)
    counts = run_counts([*criteria, *today], trial.zone)
    baselines = {
        row.requirement_id: counts[row.pk] for row in today if row.pk in counts
    }
    return counts, baselines


def _as_is(trial: Trial, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The measured criteria of what is there today, on the same requirements."""
    wanted = {row.requirement_id for row in criteria if row.measure}
    if not wanted or trial.candidate.kind == CandidateKind.AS_IS:
        return []
    rows = Criterion.objects.filter(
        trial__candidate__evaluation=trial.candidate.evaluation_id,
        trial__candidate__kind=CandidateKind.AS_IS,
        requirement__in=wanted,
    )
    return list(rows.exclude(measure={}))


def _row(trial: Trial, count: RunCount, baseline: RunCount | None) -> RunsRow:
    proposal = count.proposal
    spread = ""
    if count.measure and proposal.lowest is not None and proposal.highest is not None:
        low, high = shown(proposal.lowest), shown(proposal.highest)
        spread = f"from {low} to {high} {count.measure.unit}"
    today = _in_unit(baseline, count.measure)
    return RunsRow(count, picture_of(count, trial, today), trend_of(count), spread)


def _in_unit(baseline: RunCount | None, measure: Measure | None) -> Decimal | None:
    """The baseline's statistic in the unit of `measure`, if it is the same one."""
    if baseline is None or measure is None or baseline.measure is None:
        return None
    value, other = baseline.proposal.value, baseline.measure
    if value is None or other.statistic != measure.statistic:
        return None
    try:
        return convert(value, other.unit, measure.unit)
    except UnitMismatch:
        return None
