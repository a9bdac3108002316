"""The weighted result of the standings of one candidate, and its knock-outs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from enum import StrEnum
from fractions import Fraction

from trials.scoring.credits import DEFAULT_CREDITS, Credits
from trials.scoring.facts import (
    EMPTY_CELL,
    CellFacts,
    Priority,
    RequirementFacts,
    Standing,
)
from trials.scoring.ledger import credit, standing, tried

# Sums of decimals are exact here or they fail; only the last division needs more.
_EXACT = Context(prec=1000, traps=[Inexact, InvalidOperation])


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
    tested: bool
    working: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what was asked is answered, and how much of that is tested.

    Only scored requirements that apply are asked here. ``tested`` counts
    answered ones with a verdict of a demo or a trial.
    """

    asked: int
    answered: int
    tested: int

    @property
    def unanswered(self) -> int:
        """Return how many earn nothing because nothing was said."""
        return self.asked - self.answered

    @property
    def share_answered(self) -> Fraction | None:
        """Return answered of asked; ``None`` when nothing was asked."""
        return Fraction(self.answered, self.asked) if self.asked else None

    @property
    def share_tested(self) -> Fraction | None:
        """Return tested of answered; ``None`` when nothing was answered."""
        return Fraction(self.tested, self.answered) if self.answered else None


@dataclass(frozen=True, slots=True)
class FitSum:
    """Σ weight * credit ÷ Σ weight, exact.

    ``value`` and ``of_tested`` are ``None`` when there is nothing to divide by:
    that is not a fit of zero.
    """

    value: Fraction | None
    of_tested: Fraction | None
    points: Decimal
    weight: Decimal
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Fit(FitSum):
    """The sum with every row that made it."""

    rows: tuple[FitRow, ...]


def fit(
    weights: Mapping[str, Decimal],
    cells: Mapping[str, CellFacts],
    today: date,
    credits: Credits = DEFAULT_CREDITS,
) -> Fit:
    """Weigh one candidate's cells; ``weights`` names every requirement asked.

    A requirement without a cell is unanswered. A negative weight, or one that is
    not a number, is refused.
    """
    rows = tuple(
        fit_row(key, weight, cells.get(key, EMPTY_CELL), today, credits)
        for key, weight in weights.items()
    )
    found = fit_sum((row, 1) for row in rows)
    return Fit(
        value=found.value,
        of_tested=found.of_tested,
        points=found.points,
        weight=found.weight,
        coverage=found.coverage,
        rows=rows,
    )


def fit_row(
    key: str,
    weight: Decimal,
    cell: CellFacts,
    today: date,
    credits: Credits = DEFAULT_CREDITS,
) -> FitRow:
    """Weigh one cell; a negative weight, or one that is not a number, is refused."""
    if not weight.is_finite() or weight < 0:
        raise ValueError(f"The weight of {key} must be 0 or more, not {weight}.")
    earned = credit(cell, today, credits)
    if earned.value is None:
        state = RowState.NOT_APPLICABLE
    elif weight == 0:
        state = RowState.NOT_SCORED
    elif earned.standing == Standing.UNANSWERED:
        state = RowState.UNANSWERED
    else:
        state = RowState.COUNTED
    points = None
    if earned.value is not None and weight > 0:
        points = _EXACT.multiply(weight, earned.value)
    answered = earned.standing != Standing.UNANSWERED
    return FitRow(
        key=key,
        state=state,
        weight=weight,
        credit=earned.value,
        points=points,
        standing=earned.standing,
        tested=answered and tried(cell) is not None,
        working=earned.working,
    )


def fit_sum(rows: Iterable[tuple[FitRow, int]]) -> FitSum:
    """Add up rows, each as often as its number says."""
    asked = [(row, times) for row, times in rows if row.points is not None]
    tested = [(row, times) for row, times in asked if row.tested]
    with localcontext(_EXACT):
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
            tested=sum(times for _, times in tested),
        ),
    )


def knock_outs(
    requirements: Iterable[RequirementFacts],
    cells: Mapping[str, CellFacts],
    today: date,
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
        if requirement.priority == Priority.MUST
        and _blocks(cells.get(requirement.key, EMPTY_CELL), today)
    )


def rounded(value: Fraction | Decimal, places: int = 1) -> Decimal:
    """Round for the eye, halves up; never feed the result into a formula."""
    scaled = Fraction(value) * 10**places
    half_up = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(half_up).scaleb(-places)


def _blocks(cell: CellFacts, today: date) -> bool:
    if cell.not_applicable or cell.excused:
        return False
    return standing(cell, today) in (Standing.REFUTED, Standing.NEVER)


def _sums(rows: list[tuple[FitRow, int]]) -> tuple[Decimal, Decimal]:
    points = sum(((row.points or Decimal(0)) * n for row, n in rows), Decimal(0))
    return points, sum((row.weight * n for row, n in rows), Decimal(0))


def _ratio(points: Decimal, weight: Decimal) -> Fraction | None:
    return Fraction(points) / Fraction(weight) if weight else None
