"""Candidates by category, so that the categories can be weighed anew.

What a category brings is kept apart as points and weight, of the evidence and of
people. Weighed as agreed, the sums are the very fit, people's score and total of the
other formulas; nothing here knows another way to count.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trials.scoring.fitting import FitRow
from trials.scoring.people import CategoryScore

type Part = tuple[Fraction, Fraction]

NOTHING: Part = (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True)
class Contender:
    """One candidate's points and weight in each category, in one order for all.

    `evidence` is weight * credit and weight of its requirements; `people` is weight *
    score and weight of the category, nothing where nobody scored.
    """

    key: str
    evidence: tuple[Part, ...]
    people: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """Who is weighed against whom, by which categories.

    `share` is the evidence's part of the total; at 1 people's scores play no part.
    `decides` is the part of the total that each category decides as agreed, 1 in sum.
    Everybody in it has a total.
    """

    categories: tuple[str, ...]
    decides: tuple[Fraction, ...]
    share: Fraction
    contenders: tuple[Contender, ...]


def contender(
    key: str,
    categories: Sequence[str],
    rows: Iterable[FitRow],
    category_of: Mapping[str, str],
    scores: Iterable[CategoryScore] = (),
) -> Contender:
    """Add up one candidate's rows by category."""
    evidence = dict.fromkeys(categories, NOTHING)
    for row in rows:
        if row.points is not None:
            points, weight = evidence[category_of[row.key]]
            evidence[category_of[row.key]] = (
                points + Fraction(row.points),
                weight + Fraction(row.weight),
            )
    people = dict.fromkeys(categories, NOTHING)
    for score in scores:
        if score.value is not None:
            weight = Fraction(score.weight)
            people[score.category] = (weight * score.value, weight)
    return Contender(key, tuple(evidence.values()), tuple(people.values()))


def field_of(
    contenders: Iterable[Contender],
    evidence: Mapping[str, Decimal],
    people: Mapping[str, Decimal],
    share: Decimal,
) -> Field:
    """Gather a field by the weights of all categories, in the order of `evidence`.

    `evidence` is the sum of its requirements' weights, `people` what the category
    weighs when people's scores are added up. Who has no total is left out: nobody is
    first or second without one.
    """
    part = Fraction(share)
    return Field(
        categories=tuple(evidence),
        decides=tuple(
            part * _portion(evidence, name) + (1 - part) * _portion(people, name)
            for name in evidence
        ),
        share=part,
        contenders=tuple(
            contender
            for contender in contenders
            if total_of(contender, part) is not None
        ),
    )


def total_of(contender: Contender, share: Fraction) -> Fraction | None:
    """Share * fit + (1 - share) * people's score, as agreed; None if a part lacks."""
    return joined(ratio(contender.evidence), ratio(contender.people), share)


def joined(
    evidence: Fraction | None, people: Fraction | None, share: Fraction
) -> Fraction | None:
    """Join the two; a part that does not count may be missing."""
    if (share and evidence is None) or (share < 1 and people is None):
        return None
    return share * (evidence or 0) + (1 - share) * (people or 0)


def ratio(parts: Iterable[Part]) -> Fraction | None:
    """Σ points ÷ Σ weight; None if there is no weight."""
    points, weight = Fraction(0), Fraction(0)
    for some, of in parts:
        points, weight = points + some, weight + of
    return points / weight if weight else None


def _portion(weights: Mapping[str, Decimal], name: str) -> Fraction:
    whole = sum(weights.values(), Decimal(0))
    return (
        Fraction(weights.get(name, Decimal(0))) / Fraction(whole)
        if whole
        else (Fraction(0))
    )
