"""The promise record: what a candidate said it had, against what was found."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction

from evaltracker.enumerations import Availability
from trials.scoring.fit import EXACT, FitRow
from trials.scoring.ledger import CellState, JudgedPromise
from trials.scoring.open_cells import EvidenceFacts, RequirementFacts, Verdict

# Which candidate somebody's own weights would pick, from the same evidence.

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Pick:
    """A candidate's fit by somebody's weights; the best one first in a list."""

    key: str
    fit: Fraction


def fit_by_category(
    rows: Iterable[FitRow], category_of: Mapping[str, str]
) -> dict[str, Fraction]:
    """Fit of each category: Σ weight * credit ÷ Σ weight over its requirements.

    What is not applicable or weighs nothing leaves the denominator; a category of
    which nothing is left is absent, which is not a fit of 0.
    """
    points: dict[str, Decimal] = {}
    weights: dict[str, Decimal] = {}
    with localcontext(EXACT):
        for row in rows:
            if row.points is not None:
                category = category_of[row.key]
                points[category] = points.get(category, ZERO) + row.points
                weights[category] = weights.get(category, ZERO) + row.weight
    return {
        category: Fraction(points[category]) / Fraction(weights[category])
        for category in points
    }


def own_fit(
    fits: Mapping[str, Fraction], weights: Mapping[str, int]
) -> Fraction | None:
    """Weigh the fits of the categories as one role does.

    Requirements keep their weights inside a category; the role says how much the
    category counts. ``None`` if nothing that the role weighs can be judged.
    """
    whole = sum(weights.get(category, 0) for category in fits)
    if not whole:
        return None
    return (
        sum(
            (weights.get(category, 0) * fit for category, fit in fits.items()),
            Fraction(0),
        )
        / whole
    )


def picks(
    candidates: Mapping[str, Mapping[str, Fraction]], weights: Mapping[str, int]
) -> list[Pick]:
    """Candidates as one role's weights rank them; `candidates` are fits by category.

    Equal fits keep the order in which they came; the first two tell whether it was
    close.
    """
    ranked = [
        Pick(key, value)
        for key, fits in candidates.items()
        if (value := own_fit(fits, weights)) is not None
    ]
    return sorted(ranked, key=lambda pick: pick.fit, reverse=True)


FEWEST_TESTED = 5


@dataclass(frozen=True, slots=True)
class Tally:
    """Held, short of its claim, partly and failed: as a count and by weight, with the
    denominator."""

    held: int = 0
    partly: int = 0
    failed: int = 0
    held_weight: Decimal = Decimal(0)
    partly_weight: Decimal = Decimal(0)
    failed_weight: Decimal = Decimal(0)
    short: int = 0
    short_weight: Decimal = Decimal(0)

    @property
    def tested(self) -> int:
        return self.held + self.short + self.partly + self.failed

    @property
    def tested_weight(self) -> Decimal:
        kept = self.held_weight + self.short_weight
        return kept + self.partly_weight + self.failed_weight

    @property
    def share_held(self) -> Fraction | None:
        """Return held of tested; ``None`` when nothing was tested."""
        if self.tested:
            return Fraction(self.held, self.tested)
        return None

    @property
    def weighted_share_held(self) -> Fraction | None:
        """Return held of tested by weight; ``None`` when no weight was tested."""
        if not self.tested_weight:
            return None
        return Fraction(self.held_weight) / Fraction(self.tested_weight)


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """One judged promise: what was said and what was found. `short`: what was asked
    held, and the number that was claimed was missed."""

    key: str
    category: str
    weight: Decimal
    said: Availability
    found: EvidenceFacts
    short: bool = False


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """How the promises that one source judged were kept.

    ``hidden`` asks the reader's page to show no rate: fewer than five judged promises
    say nothing about anybody.
    """

    overall: Tally
    by_category: Mapping[str, Tally]
    rows: tuple[PromiseRow, ...]

    @property
    def hidden(self) -> bool:
        """Say whether too little was judged to speak of a record."""
        return self.overall.tested < FEWEST_TESTED


@dataclass(frozen=True, slots=True)
class PromiseRecord(SourceRecord):
    """How far this candidate's word has carried in trials, and where it was too modest.

    ``demos`` is the same of demos, to stand beside it by that name.
    ``better_than_claimed``, ``honest_nevers`` and ``slipped`` are keys of requirements.
    """

    demos: SourceRecord
    better_than_claimed: tuple[str, ...]
    honest_nevers: tuple[str, ...]
    slipped: tuple[str, ...] = ()


def promise_record(
    requirements: Iterable[RequirementFacts],
    cells: Mapping[str, CellState],
    missed: Collection[str] = (),
) -> PromiseRecord:
    """Read one candidate's record off its cells; `missed` are the requirements of which
    it missed a number that it claimed itself.

    A promise is a claim of *now* or *beta*, as it stood when it was judged. A claim
    withdrawn after its test still counts where the evidence kept what was claimed.
    Cells that are not applicable, or to be re-confirmed, are left out.

    Slipped: a planned date passed without proof. It is no promise of *now*, so it is
    told beside the rate and not in it.

    Better than claimed: something less than *now* was said and it was shown or
    proven. A *beta* that holds is both a promise held and better than claimed.
    """
    pairs = [(requirement, cells[requirement.key]) for requirement in requirements]
    trials = _record(
        ((requirement, cell.by_trial) for requirement, cell in pairs), missed
    )
    return PromiseRecord(
        overall=trials.overall,
        by_category=trials.by_category,
        rows=trials.rows,
        demos=_record((requirement, cell.by_demo) for requirement, cell in pairs),
        better_than_claimed=tuple(
            requirement.key for requirement, cell in pairs if cell.better
        ),
        honest_nevers=tuple(
            requirement.key for requirement, cell in pairs if cell.honest_never
        ),
        slipped=tuple(requirement.key for requirement, cell in pairs if cell.slipped),
    )


def _record(
    judged: Iterable[tuple[RequirementFacts, JudgedPromise | None]],
    missed: Collection[str] = (),
) -> SourceRecord:
    rows = tuple(
        PromiseRow(
            key=requirement.key,
            category=requirement.category,
            weight=requirement.weight,
            said=promise.said,
            found=promise.found,
            short=promise.found.verdict == Verdict.HOLDS and requirement.key in missed,
        )
        for requirement, promise in judged
        if promise is not None
    )
    categories = dict.fromkeys(row.category for row in rows)
    return SourceRecord(
        overall=_tally(rows),
        by_category={
            category: _tally(row for row in rows if row.category == category)
            for category in categories
        },
        rows=rows,
    )


def _tally(rows: Iterable[PromiseRow]) -> Tally:
    count = dict.fromkeys(Verdict, 0)
    weight = dict.fromkeys(Verdict, ZERO)
    short = 0
    short_weight = ZERO
    for row in rows:
        if row.short:
            short = short + 1
            short_weight = short_weight + row.weight
        else:
            count[row.found.verdict] += 1
            weight[row.found.verdict] += row.weight
    return Tally(
        held=count[Verdict.HOLDS],
        partly=count[Verdict.PARTLY],
        failed=count[Verdict.FAILS],
        held_weight=weight[Verdict.HOLDS],
        partly_weight=weight[Verdict.PARTLY],
        failed_weight=weight[Verdict.FAILS],
        short=short,
        short_weight=short_weight,
    )


# The dates that a plan was promised for, one after the other.


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
class PromiseStep:
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
        if self.turn != Turn.DROPPED:
            return self.said.available_from
        return None

    @property
    def size(self) -> int:
        return abs(self.days)


def promised_dates(revisions: Iterable[SaidOn]) -> tuple[PromiseStep, ...]:
    """Tell the story of a planned date from a claim's revisions in their order.

    It begins with the first plan. Other words for the same date are no turn; what is
    no plan any more, such as *now* or *withdrawn*, drops it, and a later plan is
    compared with the date that was promised last.
    """
    steps: list[PromiseStep] = []
    planned: date | None = None
    for revision in revisions:
        is_plan = revision.availability == Availability.PLANNED
        running = bool(steps) and steps[-1].turn != Turn.DROPPED
        passed = running and planned is not None and planned < revision.on
        if is_plan and revision.available_from is not None:
            if planned is None:
                steps.append(PromiseStep(Turn.PROMISED, revision))
            elif not running or revision.available_from != planned:
                days = (revision.available_from - planned).days
                steps.append(PromiseStep(Turn.MOVED, revision, days, passed))
            planned = revision.available_from
        elif running:
            steps.append(PromiseStep(Turn.DROPPED, revision, after_it_passed=passed))
    return tuple(steps)
