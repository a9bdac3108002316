"""Which candidate wins when all agreed weights are drawn anew, ten thousand times.

Exact, so that a tie is a tie, and replayable: of the random module nothing is used but
the seed and `random()`, whose sequence Python promises never to change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm, sumprod
from random import Random

from trials.scoring.contenders import Field, Part

DRAWS = 10_000
SEED = 20_261_124
# A drawn weight is 500 to 1500 thousandths of the agreed one.
LEAST, STEPS = 500, 1001


@lru_cache(maxsize=64)
def winning_shares(
    field: Field, draws: int = DRAWS, seed: int = SEED
) -> Mapping[str, Fraction]:
    """Share of random weightings that each contender wins; 1 in sum.

    1. In each draw every category's weight is the agreed one times a factor between
       0.5 and 1.5, each thousandth equally likely, each category on its own.
    2. Fit and people's score are added up anew, exactly, and joined as agreed.
    3. Several that are level at the top share the draw in equal parts.
    """
    wins = dict.fromkeys((contender.key for contender in field.contenders), Fraction(0))
    if not field.contenders:
        return wins
    counted: dict[tuple[int, ...], int] = {}
    for firsts in _firsts(Scales.of(field), draws, seed):
        counted[firsts] = counted.get(firsts, 0) + 1
    for firsts, times in counted.items():
        for place in firsts:
            wins[field.contenders[place].key] += Fraction(times, len(firsts) * draws)
    return wins


def drawn_weights(categories: int, draws: int, seed: int) -> Iterator[list[int]]:
    """Each draw's factors in thousandths, one per category in the field's order."""
    random = Random(seed).random  # noqa: S311
    columns = range(categories)
    for _ in range(draws):
        yield [LEAST + int(random() * STEPS) for _ in columns]


@dataclass(frozen=True, slots=True)
class Scales:
    """A field in whole numbers, on one scale for evidence and one for people.

    Candidates for whom the same applies have the same weights, which are added up once
    in a draw: `weights` are the different ones, a row names its two by place. `grain`
    is how many whole numbers one point of evidence is.
    """

    weights: list[list[int]]
    rows: list[tuple[list[int], int, list[int], int]]
    share: tuple[int, int]
    categories: int
    grain: int

    @classmethod
    def of(cls, field: Field, steps: Iterable[Fraction] = ()) -> "Scales":
        """Scale the field; on the grain of evidence each of `steps` is whole, too."""
        weights: list[list[int]] = []

        def place_of(row: list[int]) -> int:
            if row not in weights:
                weights.append(row)
            return weights.index(row)

        evidence = [contender.evidence for contender in field.contenders]
        people = [contender.people for contender in field.contenders]
        grain = lcm(_grain(evidence), *(step.denominator for step in steps))
        sides = [_whole(evidence, grain), _whole(people, _grain(people))]
        rows = [
            (points, place_of(weight), said, place_of(by))
            for (points, weight), (said, by) in zip(*sides, strict=True)
        ]
        share = (field.share.numerator, field.share.denominator - field.share.numerator)
        return cls(weights, rows, share, len(field.categories), grain)


def _grain(sides: list[tuple[Part, ...]]) -> int:
    return lcm(
        *(share.denominator for side in sides for part in side for share in part)
    )


def _whole(
    sides: list[tuple[Part, ...]], scale: int
) -> list[tuple[list[int], list[int]]]:
    return [
        (
            [int(points * scale) for points, _ in side],
            [int(of * scale) for _, of in side],
        )
        for side in sides
    ]


def _firsts(scales: Scales, draws: int, seed: int) -> Iterator[tuple[int, ...]]:
    """Who is first in each draw, by place; several where they are level."""
    evidence, people = scales.share
    for drawn in drawn_weights(scales.categories, draws, seed):
        sums = [int(sumprod(row, drawn)) for row in scales.weights]
        best, of, firsts = -1, 1, []
        for place, (points, by, said, among) in enumerate(scales.rows):
            # share * points / weight + (1 - share) * said / weight, over one line.
            fit_of, said_of = sums[by] or 1, sums[among] or 1
            value = evidence * said_of * int(sumprod(points, drawn))
            if people:
                value += people * fit_of * int(sumprod(said, drawn))
            whole = fit_of * said_of
            ahead = value * of - best * whole
            if ahead > 0:
                best, of, firsts = value, whole, [place]
            elif ahead == 0:
                firsts.append(place)
        yield tuple(firsts)
