"""Which candidate somebody's own weights would pick, from the same evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

from trials.scoring.fitting import EXACT, FitRow

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
