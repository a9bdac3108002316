"""Who comes first, counting the trial verdicts that nobody has given yet.

The weightings are those of `draws`; in each of them every open cell is drawn, too, and
whoever fails a must-have is out of that draw. Exact, so that a tie is a tie, and
replayable after years.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sumprod

from trials.scoring.contenders import Field
from trials.scoring.draws import DRAWS, SEED, Scales, drawn_weights
from trials.scoring.next_test import deciding
from trials.scoring.open_cells import Owed
from trials.scoring.verdict_draws import VerdictDraws


@dataclass(frozen=True, slots=True)
class Chance:
    """The share of draws in which somebody else is first without this verdict."""

    candidate: str
    ref: str
    weight: Decimal
    share: Fraction


@dataclass(frozen=True, slots=True)
class Certainty:
    """Shares of the draws; those of `wins` and `nobody` are 1 in sum.

    `chances` are all open cells, those first that are most worth a test.
    """

    wins: Mapping[str, Fraction]
    nobody: Fraction
    knocked_out: Mapping[str, Fraction]
    chances: tuple[Chance, ...]


def count_certainty(
    field: Field, owed: Owed, draws: int = DRAWS, seed: int = SEED
) -> Certainty:
    """Draw weights and open verdicts together.

    1. The weights come alone from the seed, as in `winning_shares`.
    2. Each candidate's open cells are drawn from its urn by ref, each with dice of its
       own.
    3. The best who are not knocked out share the draw; if nobody is left it goes to
       nobody.
    4. A verdict decides a draw if somebody else is first once it is left out: its cell
       then earns what it earns today and knocks nobody out.
    """
    count = _Count(field, owed, seed)
    for firsts in count.firsts(draws):
        count.wins[firsts] = count.wins.get(firsts, 0) + 1
    return count.result(draws)


class _Count:
    """What is counted from draw to draw."""

    def __init__(self, field: Field, owed: Owed, seed: int) -> None:
        self.scales = Scales.of(field, owed.steps())
        self.seed = seed
        self.keys = [contender.key for contender in field.contenders]
        self.sides = [
            VerdictDraws(field, place, owed, self.scales, seed)
            for place in range(len(self.keys))
        ]
        self.wins: dict[tuple[int, ...], int] = {}
        self.out = [0] * len(self.sides)
        self.decided = [[0] * len(side.cells) for side in self.sides]

    def firsts(self, draws: int) -> Iterator[tuple[int, ...]]:
        """Who is first in each draw, by place; nobody where all are knocked out."""
        for drawn in drawn_weights(self.scales.categories, draws, self.seed):
            sums = [int(sumprod(row, drawn)) for row in self.scales.weights]
            for place, side in enumerate(self.sides):
                side.draw(drawn, sums)
                if side.knocks:
                    self.out[place] += 1
            firsts = best_of(self.sides)
            for place, cell in deciding(self.sides, firsts, drawn):
                self.decided[place][cell] += 1
            yield tuple(firsts)

    def result(self, draws: int) -> Certainty:
        """The shares of what was counted."""
        wins = dict.fromkeys(self.keys, Fraction(0))
        for firsts, times in self.wins.items():
            for place in firsts:
                wins[self.keys[place]] += Fraction(times, len(firsts) * draws)
        chances = [
            Chance(cell.candidate, cell.ref, cell.weight, Fraction(times, draws))
            for side, decided in zip(self.sides, self.decided, strict=True)
            for cell, times in zip(side.cells, decided, strict=True)
        ]
        return Certainty(
            wins=wins,
            nobody=Fraction(self.wins.get((), 0), draws),
            knocked_out={
                key: Fraction(times, draws)
                for key, times in zip(self.keys, self.out, strict=True)
            },
            chances=tuple(sorted(chances, key=_order)),
        )


def best_of(sides: Sequence[VerdictDraws]) -> list[int]:
    """Places of the best who are not knocked out; several where they are level."""
    best, of, firsts = -1, 1, list[int]()
    for place, side in enumerate(sides):
        if side.knocks:
            continue
        ahead = side.value * of - best * side.whole
        if ahead > 0:
            best, of, firsts = side.value, side.whole, [place]
        elif ahead == 0:
            firsts.append(place)
    return firsts


def _order(chance: Chance) -> tuple[Fraction, Decimal, str, str]:
    return -chance.share, -chance.weight, chance.candidate, chance.ref
