"""Runs by day against their bound, as a picture with its words."""

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.measures import Measure, UnitMismatch, convert, shown
from trials.models import Criterion, Trial
from trials.selectors.cell_numbers import counted_once
from trials.selectors.runs import DayOfRuns, RunCount, Spread, run_counts
from vendors.choices import CandidateKind

WIDTH, HEIGHT = 600, 160
# A bar of a single value is still seen, and the top value has air above it.
LEAST_BAR, AIR = 3.0, 1.12
CROSS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """The runs of a day, from the lowest to the highest, and where their mean is."""

    x: float
    y: float
    width: float
    height: float
    mean: float


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the picture, with what is written on it."""

    y: float
    text_y: float
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Geometry in a box of 600 by 160."""

    bars: list[Bar]
    # Of runs that were left out: two strokes each.
    crosses: list[str]
    bound: Level
    baseline: Level | None
    top: str
    days: int
    words: str


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime.date
    days: int
    low: float
    high: float

    def x(self, day: datetime.date) -> float:
        """The middle of a day."""
        return round(WIDTH * ((day - self.first).days + 0.5) / self.days, 1)

    def y(self, value: Decimal | float) -> float:
        share = (float(value) - self.low) / (self.high - self.low)
        return round(HEIGHT * (1 - min(max(share, 0.0), 1.0)), 1)


def picture_of(
    count: RunCount, trial: Trial, baseline: Decimal | None = None
) -> Picture | None:
    """The runs of a measured criterion; None while there is nothing to draw.

    `baseline` is what the same benchmark came to of what is there today.
    """
    measure = count.measure
    if measure is None or not count.days:
        return None
    scale = _scale(count, measure.bound, trial, baseline)
    spreads = [(day.day, day.spread) for day in count.days if day.spread]
    bars = [_bar(scale, day, spread) for day, spread in spreads]
    as_is = "" if baseline is None else f"as is {shown(baseline)} {measure.unit}"
    bound, today = _levels(scale, measure.bound, measure.reach, baseline, as_is)
    return Picture(
        bars=bars,
        crosses=[
            _cross(scale.x(run.day), scale.y(run.number))
            for run in count.struck
            if run.number is not None
        ],
        bound=bound,
        baseline=today,
        top=f"{shown(Decimal(f'{scale.high:.3g}'))} {measure.unit}",
        days=scale.days,
        words=_words(count, as_is),
    )


def _scale(
    count: RunCount, bound: Decimal, trial: Trial, baseline: Decimal | None
) -> _Scale:
    """From zero, or what is below it, to the highest of all."""
    values: list[Decimal | None] = [Decimal(0), bound, baseline]
    values += [run.number for run in count.struck]
    values += [number for day in count.days for number in day.spread or ()]
    known = [float(value) for value in values if value is not None]
    low, high = min(known), max(known)
    days = (trial.ends_on - trial.starts_on).days + 1
    return _Scale(trial.starts_on, days, low, low + (high - low or 1.0) * AIR)


def _bar(scale: _Scale, day: datetime.date, spread: Spread) -> Bar:
    width = round(min(WIDTH / scale.days * 0.6, 28), 1)
    top, bottom = scale.y(spread.highest), scale.y(spread.lowest)
    height = round(max(bottom - top, LEAST_BAR), 1)
    x = round(scale.x(day) - width / 2, 1)
    return Bar(x, top, width, height, scale.y(spread.mean))


def _levels(
    scale: _Scale,
    bound: Decimal,
    reach: str,
    baseline: Decimal | None,
    as_is: str,
) -> tuple[Level, Level | None]:
    """Both lines; the upper one is written above it, the lower one below it."""
    at = scale.y(bound)
    if baseline is None:
        return Level(at, at - 4, reach), None
    today = scale.y(baseline)
    above, below = -4, 12
    return (
        Level(at, at + (above if at <= today else below), reach),
        Level(today, today + (below if at <= today else above), as_is),
    )


def _cross(x: float, y: float) -> str:
    return (
        f"M{x - CROSS} {y - CROSS}l{2 * CROSS} {2 * CROSS}"
        f"M{x - CROSS} {y + CROSS}l{2 * CROSS} {-2 * CROSS}"
    )


def _words(count: RunCount, as_is: str) -> str:
    """What a screen reader says of it."""
    said = [count.proposal.why]
    with_runs = sum(1 for day in count.days if day.n)
    if with_runs:
        said.append(f"Runs on {with_runs} {'day' if with_runs == 1 else 'days'}.")
    if count.left_out:
        said.append(f"{count.left_out} left out, drawn as crosses.")
    if as_is:
        said.append(f"The same benchmark of what is there today: {as_is}.")
    return " ".join(said)


def trend_of(count: RunCount) -> str:
    """How the newest day compares with those before it; blank if there is one day."""
    days: Sequence[tuple[Decimal, int]] = [
        (day.spread.mean, day.n) for day in count.days if day.spread
    ]
    if count.measure is None or len(days) < 2:
        return ""
    *before, (last, _) = days
    total = sum((mean * n for mean, n in before), Decimal(0))
    mean = total / sum(n for _, n in before)
    unit = count.measure.unit
    if not mean:
        return f"On the newest day the mean was {shown(last)} {unit}."
    share = float((last - mean) / abs(mean))
    if abs(share) < 0.02:
        return "The newest day is like those before it."
    way = "above" if share > 0 else "below"
    return (
        f"The mean of the newest day is {abs(share):.0%} {way} that of the days before."
    )


# What the trial page shows of the runs of each criterion.

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
