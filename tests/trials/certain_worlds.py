"""Races with open verdicts, written short, for the tests of certainty.

A row is a list of cells: `h`, `p`, `f` judged in the trial, a number a credit that
stands, `?.75` open and earning that today; `!` a must-have, `x` excused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trials.scoring.fit import Contender, Field, Part, field_of
from trials.scoring.open_cells import (
    DEFAULT_PRIOR,
    OpenCell,
    PendingVerdicts,
    Prior,
    RecordedCell,
    TrialRecord,
    VerdictPrior,
    urn_of,
)

TRIAL = {"h": Decimal(1), "p": Decimal("0.5"), "f": Decimal(0)}
NAMES = "ABCDEF"


@dataclass(frozen=True)
class World:
    """A field with what is owed in it."""

    field: Field
    owed: PendingVerdicts


def world(
    *rows: str,
    people: Sequence[str] = (),
    share: str = "1",
    prior: Prior = DEFAULT_PRIOR,
    weakest: Mapping[str, str] | None = None,
    recorded: Sequence[RecordedCell] = (),
) -> World:
    """One category, weight 1 each. `weakest` caps a cell by candidate and ref."""
    cells: list[OpenCell] = []
    contenders: list[Contender] = []
    urns: dict[str, VerdictPrior] = {}
    for key, row in zip(NAMES, rows, strict=False):
        points, own = Fraction(0), {"h": 0, "p": 0, "f": 0}
        for number, mark in enumerate(row.split(), 1):
            bare = mark.strip("!x")
            if bare.startswith("?"):
                cap = Decimal((weakest or {}).get(f"{key} R{number}", "1"))
                cells.append(open_cell(key, f"R{number}", bare[1:], cap, mark))
                points += Fraction(bare[1:])
            elif bare in TRIAL:
                own[bare] += 1
                points += Fraction(TRIAL[bare])
            else:
                points += Fraction(bare)
        urns[key] = urn_of(prior, TrialRecord(*own.values()))
        evidence: Part = (points, Fraction(len(row.split())))
        said = (Fraction(people[len(contenders)]), Fraction(1)) if people else None
        contenders.append(
            Contender(key, (evidence,), (said or (Fraction(0), Fraction(0)),))
        )
    one = {"all": Decimal(1)}
    made = field_of(contenders, one, one if people else {}, Decimal(share))
    return World(
        made, PendingVerdicts(tuple(cells), tuple(recorded), tuple(urns.items()))
    )


def open_cell(
    candidate: str, ref: str, today: str, cap: Decimal, mark: str
) -> OpenCell:
    """An open cell of weight 1 in the only category."""
    return OpenCell(
        candidate=candidate,
        ref=ref,
        category="all",
        weight=Decimal(1),
        today=Decimal(today),
        holds=min(TRIAL["h"], cap),
        partly=min(TRIAL["p"], cap),
        fails=min(TRIAL["f"], cap),
        knocks_out="!" in mark and "x" not in mark,
    )
