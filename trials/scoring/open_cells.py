"""Trial verdicts that are still owed, and what each of them would change."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from random import Random

from trials.scoring.urns import Urn


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell on which a trial verdict is owed.

    `today` is what it earns now; `holds`, `partly` and `fails` what it would earn with
    that verdict, at most what its values earn that are not open. `knocks_out`: with
    *fails* the candidate is out.
    """

    candidate: str
    ref: str
    category: str
    weight: Decimal
    today: Decimal
    holds: Decimal
    partly: Decimal
    fails: Decimal
    knocks_out: bool

    def points(self, credit: Decimal) -> Fraction:
        """What the cell adds to its category when it earns `credit`."""
        return Fraction(self.weight) * Fraction(credit)


@dataclass(frozen=True, slots=True)
class RecordedCell:
    """A cell whose verdict waits for the vendor's reply and is taken as recorded."""

    candidate: str
    ref: str
    category: str
    weight: Decimal
    today: Decimal
    recorded: Decimal
    knocks_out: bool

    @property
    def change(self) -> Fraction:
        """What it adds to its category beyond what it earns today."""
        return Fraction(self.weight) * (Fraction(self.recorded) - Fraction(self.today))


@dataclass(frozen=True, slots=True)
class Owed:
    """All that is not known yet about those who are compared.

    `urns` has one for each candidate with an open cell, by its id.
    """

    cells: tuple[OpenCell, ...] = ()
    recorded: tuple[RecordedCell, ...] = ()
    urns: tuple[tuple[str, Urn], ...] = ()

    def cells_of(self, candidate: str) -> tuple[OpenCell, ...]:
        """The candidate's open cells in the order in which they are drawn."""
        mine = [cell for cell in self.cells if cell.candidate == candidate]
        return tuple(sorted(mine, key=lambda cell: cell.ref))

    def urn_of(self, candidate: str) -> Urn:
        """What the candidate's open cells are drawn from."""
        return dict(self.urns)[candidate]

    def recorded_of(self, candidate: str) -> tuple[RecordedCell, ...]:
        """The candidate's cells that are taken as recorded."""
        return tuple(cell for cell in self.recorded if cell.candidate == candidate)

    def steps(self) -> Iterator[Fraction]:
        """Every number of points by which a total may move."""
        for cell in self.cells:
            for credit in (cell.today, cell.holds, cell.partly, cell.fails):
                yield cell.points(credit)
        for recorded in self.recorded:
            yield recorded.change


def dice_of(cell: OpenCell, seed: int) -> Random:
    """The cell's own dice: judging one cell leaves those of every other alone."""
    text = f"{seed}\n{cell.candidate}\n{cell.ref}"
    number = int.from_bytes(sha256(text.encode()).digest(), "big")
    return Random(number)  # noqa: S311
