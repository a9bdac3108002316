"""10,000 draws of weights and open verdicts, and what to test next.

5 candidates in 20 categories with 200 requirements each and all 1,000 verdicts owed;
the floor is three seconds of one core.
"""

import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from statistics import median

from trials.scoring.certainty import DRAWS, count_certainty
from trials.scoring.fit import NOTHING, Contender, Field, field_of
from trials.scoring.open_cells import (
    DEFAULT_PRIOR,
    OpenCell,
    PendingVerdicts,
    TrialRecord,
    urn_of,
)

CANDIDATES, CATEGORIES, REQUIREMENTS, ROUNDS, AT_MOST = 5, 20, 200, 3, 3.0
TODAY = [Decimal(credit) for credit in ("0.3", "0.4", "0.5", "0.75")]
MUST_HAVES = 10


def main(arguments: Sequence[str]) -> int:
    """0 when the draws took at most three seconds of the processor."""
    took = []
    for number in range(1 if "--quick" in arguments else ROUNDS):
        made, owed = race(Random(number))
        began = time.process_time()
        found = count_certainty(made, owed)
        took.append(time.process_time() - began)
    listed = sum(1 for chance in found.chances if chance.share)
    print(f"\n{DRAWS:,} draws × {CANDIDATES} candidates × {REQUIREMENTS} open verdicts")
    print(f"  draws and list: {median(took):.2f} s, at most {AT_MOST:.2f} s")
    print(f"  verdicts that decide some draw: {listed} of {len(found.chances)}")
    return 0 if median(took) <= AT_MOST else 1


def race(random: Random) -> tuple[Field, PendingVerdicts]:
    """Candidates close to one another, each with every verdict still owed."""
    names = [f"category {number}" for number in range(CATEGORIES)]
    keys = [f"candidate {number}" for number in range(CANDIDATES)]
    weights = [Decimal(random.randrange(1, 11)) for _ in range(REQUIREMENTS)]
    cells = tuple(
        OpenCell(
            candidate=key,
            ref=f"R{number}",
            category=names[number % CATEGORIES],
            weight=weight,
            today=random.choice(TODAY),
            holds=Decimal(1),
            partly=Decimal("0.5"),
            fails=Decimal(0),
            knocks_out=number < MUST_HAVES,
        )
        for key in keys
        for number, weight in enumerate(weights)
    )
    by_category = {
        name: sum(weights[place::CATEGORIES], Decimal(0))
        for place, name in enumerate(names)
    }
    contenders = [contender(key, cells, by_category) for key in keys]
    made = field_of(contenders, by_category, dict.fromkeys(names, Decimal(5)), SHARE)
    urn = urn_of(DEFAULT_PRIOR, TrialRecord())
    return made, PendingVerdicts(cells, urns=tuple((key, urn) for key in keys))


SHARE = Decimal(1)


def contender(
    key: str, cells: Sequence[OpenCell], by_category: dict[str, Decimal]
) -> Contender:
    """What its cells earn today, by category."""
    points = dict.fromkeys(by_category, Fraction(0))
    for cell in cells:
        if cell.candidate == key:
            points[cell.category] += cell.points(cell.today)
    return Contender(
        key,
        tuple((points[name], Fraction(by_category[name])) for name in by_category),
        tuple(NOTHING for _ in by_category),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
