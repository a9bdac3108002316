"""What the stakeholders think, how it joins the evidence, and price as points."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trials.scoring.fitting import rounded

TOP_SCORE = 5
# More than this share of the scale between two people is talked about.
WIDE = Decimal("0.4")
EVIDENCE_SHARE = Decimal("0.6")


@dataclass(frozen=True, slots=True)
class ScoreFacts:
    """One person's score for a category; only a locked one may be counted."""

    category: str
    value: Decimal | int
    locked: bool = True


@dataclass(frozen=True, slots=True)
class Spread:
    """All scores of one candidate in one category: where the meeting starts."""

    scores: int
    median: Fraction | None
    apart: Fraction
    is_wide: bool


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """The mean of a category as a share of the scale; ``None`` if nobody scored."""

    category: str
    weight: Decimal
    scores: int
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class PeopleScore:
    """The weighted share of the scale over the categories that were scored.

    A category without a locked score is blank, not zero: it leaves the
    denominator, and ``scored`` of ``asked`` says so.
    """

    value: Fraction | None
    scored: int
    asked: int
    rows: tuple[CategoryScore, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """Evidence and people joined; ``None``, with the reason, if one is missing."""

    value: Fraction | None
    share: Decimal
    working: str


@dataclass(frozen=True, slots=True)
class CostPoints:
    """Points for a price: as published (one decimal) and exact; ``None`` if refused."""

    points: Decimal | None
    exact: Fraction | None
    working: str


def spread(values: Iterable[Decimal | int], top: int = TOP_SCORE) -> Spread:
    """Take the median and the share of the scale between the lowest and the highest.

    Wide is *more* than 40 % of the scale: 0 to 5, a difference of 3 and more. Nobody
    scored is no median, which is not 0.
    """
    given = sorted(Fraction(value) for value in values)
    if not given:
        return Spread(0, None, Fraction(0), is_wide=False)
    half, odd = divmod(len(given), 2)
    median = given[half] if odd else (given[half - 1] + given[half]) / 2
    apart = (given[-1] - given[0]) / top
    return Spread(len(given), median, apart, is_wide=apart > Fraction(WIDE))


def agreed_scores(
    scores: Iterable[ScoreFacts], settled: Mapping[str, Decimal]
) -> list[ScoreFacts]:
    """Put one score per category in the place of everybody's, for an open consensus.

    It is what the meeting settled on, else the median of the locked scores. A
    category that nobody scored stays blank.
    """
    gathered: dict[str, list[Decimal | int]] = {}
    for score in scores:
        if score.locked:
            gathered.setdefault(score.category, []).append(score.value)
    agreed = []
    for category, values in gathered.items():
        median = spread(values).median
        if median is not None:
            value = settled.get(
                category, Decimal(median.numerator) / median.denominator
            )
            agreed.append(ScoreFacts(category, value))
    return agreed


def people_score(
    scores: Iterable[ScoreFacts],
    weights: Mapping[str, Decimal],
    top: int = TOP_SCORE,
) -> PeopleScore:
    """Take the mean of the locked scores per category, then weigh the categories.

    Each mean is taken first, so that a category with many scorers is worth no
    more than its weight. Scores of categories without weight are ignored; a score
    off the scale 0 to ``top`` is refused.
    """
    gathered: dict[str, list[Fraction]] = {}
    for score in scores:
        if not 0 <= score.value <= top:
            raise ValueError(f"A score goes from 0 to {top}, not {score.value}.")
        if score.locked:
            gathered.setdefault(score.category, []).append(Fraction(score.value))
    rows = tuple(
        _category(category, weight, gathered.get(category, []), top)
        for category, weight in weights.items()
        if weight > 0
    )
    filled = [
        (Fraction(row.weight), row.value) for row in rows if row.value is not None
    ]
    weight = sum((weight for weight, _ in filled), Fraction(0))
    points = sum((weight * value for weight, value in filled), Fraction(0))
    return PeopleScore(
        value=points / weight if weight else None,
        scored=len(filled),
        asked=len(rows),
        rows=rows,
    )


def total(
    fit: Fraction | None, people: Fraction | None, share: Decimal = EVIDENCE_SHARE
) -> Total:
    """Join evidence and people: share * fit + (1 - share) * people.

    A part that counts and is missing leaves the total blank. Price plays no part.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"The evidence share must be from 0 to 1, not {share}.")
    if fit is None and share > 0:
        return Total(None, share, "No total: nothing is scored on evidence yet.")
    if people is None and share < 1:
        return Total(None, share, "No total: no person's score is locked yet.")
    evidence, opinion = fit or Fraction(0), people or Fraction(0)
    value = Fraction(share) * evidence + (1 - Fraction(share)) * opinion
    working = (
        f"{share} × {rounded(evidence, 3)} evidence + {1 - share} × "
        f"{rounded(opinion, 3)} people = {rounded(value, 3)}"
    )
    return Total(value, share, working)


def cost_points(
    lowest: Decimal,
    price: Decimal,
    max_points: Decimal,
    ceiling: Decimal | None = None,
) -> CostPoints:
    """Turn a price into points: lowest * most points ÷ price.

    ``lowest`` is the lowest price that was accepted. A price above the ceiling
    is rejected and gets no points at all, which is not the same as 0 points.
    """
    if ceiling is not None and price > ceiling:
        return CostPoints(None, None, f"Rejected: {price} is above {ceiling}.")
    if not 0 < lowest <= price or max_points < 0:
        raise ValueError(
            f"Prices must be above 0 and none below the lowest ({lowest}); "
            f"points must be 0 or more."
        )
    exact = Fraction(lowest) * Fraction(max_points) / Fraction(price)
    points = rounded(exact, 1)
    return CostPoints(points, exact, f"{lowest} × {max_points} ÷ {price} = {points}")


def _category(
    category: str, weight: Decimal, values: list[Fraction], top: int
) -> CategoryScore:
    mean = sum(values, Fraction(0)) / (len(values) * top) if values else None
    return CategoryScore(category, weight, len(values), mean)
