"""The weighted result of the standings of one candidate, and its knock-outs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from enum import StrEnum
from fractions import Fraction
from typing import Self

from trials.scoring.cells import CellState
from trials.scoring.facts import Priority, RequirementFacts, Standing

# Sums of decimals are exact here or they fail; only the last division needs more.
EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


class RowState(StrEnum):
    """Blank, zero and not applicable are different things, and so is weight 0."""

    COUNTED = "counted"
    UNANSWERED = "unanswered"
    NOT_APPLICABLE = "not_applicable"
    NOT_SCORED = "not_scored"


@dataclass(frozen=True, slots=True)
class FitRow:
    """One requirement's part in the fit; ``points`` is weight * credit."""

    key: str
    state: RowState
    weight: Decimal
    credit: Decimal | None
    points: Decimal | None
    standing: Standing
    shown: bool
    tested: bool
    researched: bool
    judged: bool
    working: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was asked is answered, and how much of that was put to a test.

    Only scored requirements that apply are asked here. Of the answered, ``shown`` were
    judged by a demo, ``tested`` by a trial; ``researched`` are backed by independent
    research, which is neither.
    """

    asked: int
    answered: int
    shown: int
    tested: int
    researched: int

    @property
    def unanswered(self) -> int:
        """Return how many earn nothing because nothing was said."""
        return self.asked - self.answered

    @property
    def share_answered(self) -> Fraction | None:
        """Return answered of asked; ``None`` when nothing was asked."""
        return Fraction(self.answered, self.asked) if self.asked else None

    @property
    def in_words(self) -> str:
        """Return the counts beside each other, each with what it is counted of."""
        words = (
            f"{self.answered} of {self.asked} answered · "
            f"{self.shown} of {self.answered} shown · "
            f"{self.tested} of {self.answered} tested"
        )
        if not self.researched:
            return words
        return f"{words} ({self.researched} backed by research)"

    @property
    def share_shown(self) -> Fraction | None:
        """Return shown of answered; ``None`` when nothing was answered."""
        return Fraction(self.shown, self.answered) if self.answered else None

    @property
    def share_tested(self) -> Fraction | None:
        """Return tested of answered; ``None`` when nothing was answered."""
        return Fraction(self.tested, self.answered) if self.answered else None


@dataclass(frozen=True, slots=True)
class FitSum:
    """Σ weight * credit ÷ Σ weight, exact.

    ``judged`` is how many cells a demo or a trial judged, be it for one value only.
    ``value`` and ``of_tested`` are ``None`` when there is nothing to divide by:
    that is not a fit of zero.
    """

    value: Fraction | None
    of_tested: Fraction | None
    points: Decimal
    weight: Decimal
    coverage: Coverage
    judged: int


@dataclass(frozen=True, slots=True)
class Fit(FitSum):
    """The sum with every row that made it."""

    rows: tuple[FitRow, ...]

    @classmethod
    def of(cls, found: FitSum, rows: Iterable[FitRow]) -> Self:
        """Return the sum that these rows come to, with them."""
        return cls(
            value=found.value,
            of_tested=found.of_tested,
            points=found.points,
            weight=found.weight,
            coverage=found.coverage,
            judged=found.judged,
            rows=tuple(rows),
        )


def fit(weights: Mapping[str, Decimal], cells: Mapping[str, CellState]) -> Fit:
    """Weigh one candidate's cells; ``weights`` names every requirement asked.

    A negative weight, or one that is not a number, is refused.
    """
    rows = tuple(fit_row(key, weight, cells[key]) for key, weight in weights.items())
    return Fit.of(fit_sum((row, 1) for row in rows), rows)


def fit_row(key: str, weight: Decimal, cell: CellState) -> FitRow:
    """Weigh one cell; a negative weight, or one that is not a number, is refused."""
    if not weight.is_finite() or weight < 0:
        raise ValueError(f"The weight of {key} must be 0 or more, not {weight}.")
    if cell.credit is None:
        state = RowState.NOT_APPLICABLE
    elif weight == 0:
        state = RowState.NOT_SCORED
    elif not cell.answered:
        state = RowState.UNANSWERED
    else:
        state = RowState.COUNTED
    points = None
    if cell.credit is not None and weight > 0:
        points = EXACT.multiply(weight, cell.credit)
    return FitRow(
        key=key,
        state=state,
        weight=weight,
        credit=cell.credit,
        points=points,
        standing=cell.standing,
        shown=cell.shown,
        tested=cell.tested,
        researched=cell.researched,
        judged=cell.judged,
        working=cell.working,
    )


def fit_sum(rows: Iterable[tuple[FitRow, int]]) -> FitSum:
    """Add up rows, each as often as its number says."""
    asked = [(row, times) for row, times in rows if row.points is not None]
    tested = [(row, times) for row, times in asked if row.tested]
    with localcontext(EXACT):
        points, weight = _sums(asked)
        tested_points, tested_weight = _sums(tested)
    return FitSum(
        value=_ratio(points, weight),
        of_tested=_ratio(tested_points, tested_weight),
        points=points,
        weight=weight,
        coverage=Coverage(
            asked=sum(times for _, times in asked),
            answered=sum(t for row, t in asked if row.state == RowState.COUNTED),
            shown=sum(times for row, times in asked if row.shown),
            tested=sum(times for _, times in tested),
            researched=sum(times for row, times in asked if row.researched),
        ),
        judged=sum(times for row, times in asked if row.judged),
    )


def knock_outs(
    requirements: Iterable[RequirementFacts], cells: Mapping[str, CellState]
) -> tuple[RequirementFacts, ...]:
    """Return the must-haves that block the candidate, in the order given.

    A must-have knocks out when it is *refuted*, and also when the candidate says
    *never*: whoever does not offer a must-have is blocked as surely as whoever
    failed it. Weight plays no part. Excused or not applicable does not block;
    unanswered and unproven do not either, the gates ask for those.
    """
    return tuple(
        requirement
        for requirement in requirements
        if requirement.priority == Priority.MUST and cells[requirement.key].knocks_out
    )


def rounded(value: Fraction | Decimal, places: int = 1) -> Decimal:
    """Round for the eye, halves up; never feed the result into a formula."""
    scaled = Fraction(value) * 10**places
    half_up = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(half_up).scaleb(-places)


def _sums(rows: list[tuple[FitRow, int]]) -> tuple[Decimal, Decimal]:
    points = sum(((row.points or Decimal(0)) * n for row, n in rows), Decimal(0))
    return points, sum((row.weight * n for row, n in rows), Decimal(0))


def _ratio(points: Decimal, weight: Decimal) -> Fraction | None:
    return Fraction(points) / Fraction(weight) if weight else None
