"""10,000 random weightings of 20 candidates in 20 categories, and the smallest flip.

The floor is a second for the draws, on one core; nothing is kept from one round to the
next, and candidates differ in what applies to them, which is the slower case.
"""

import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from statistics import median

from trials.scoring.certainty import DRAWS, smallest_flip, winning_shares
from trials.scoring.fit import Contender, Field, Part, field_of

CANDIDATES, CATEGORIES, ROUNDS, AT_MOST = 20, 20, 5, 1.0


def main(arguments: Sequence[str]) -> int:
    """0 when the draws took less than a second of the processor."""
    rounds = 1 if "--quick" in arguments else ROUNDS
    drawn, solved = [], []
    for number in range(rounds):
        made = field(Random(number))
        began = time.process_time()
        winning_shares(made)
        drawn.append(time.process_time() - began)
        began = time.process_time()
        smallest_flip(made)
        solved.append(time.process_time() - began)
    took = median(drawn)
    print(f"\n{DRAWS:,} weightings × {CANDIDATES} candidates × {CATEGORIES} categories")
    print(f"  draws: {took:.2f} s, at most {AT_MOST:.2f} s")
    print(f"  smallest flip: {median(solved):.2f} s")
    return 0 if took <= AT_MOST else 1


def field(random: Random) -> Field:
    """Candidates with points and weights of their own in every category."""

    def part(weight: int) -> Part:
        return Fraction(weight * random.randrange(101), 100), Fraction(weight)

    names = [f"category {number}" for number in range(CATEGORIES)]
    return field_of(
        [
            Contender(
                f"candidate {number}",
                tuple(part(random.randrange(5, 80)) for _ in names),
                tuple(part(random.randrange(1, 11)) for _ in names),
            )
            for number in range(CANDIDATES)
        ],
        dict.fromkeys(names, Decimal(40)),
        dict.fromkeys(names, Decimal(5)),
        Decimal("0.6"),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
