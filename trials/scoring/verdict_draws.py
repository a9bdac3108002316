"""One candidate's open cells, drawn again and again from its urn, in whole numbers.

All open cells start at *holds*, and the few other verdicts take off what they lose: the
common case costs one random number, one product and one comparison.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from math import sumprod

from trials.scoring.contenders import Field
from trials.scoring.draws import Scales
from trials.scoring.open_cells import OpenCell, Owed, dice_of
from trials.scoring.urns import Urn

# The random numbers of a cell, the sum of the urn before it, its place, its column,
# what *partly* and *fails* lose against *holds*, their swings, whether it knocks out.
type Die = tuple[Callable[[], float], int, int, int, list[int], list[int], bool]

NOTHING = Urn(0, 0, 0, 0)


class VerdictDraws:
    """A candidate in one draw after another.

    After `draw`: `value` over `whole` is its total, `knocks` by how many verdicts it is
    out, `knocked_by` the place of the last of them among `cells`, and `swings` what
    each cell's category would gain if that verdict were left out.
    """

    def __init__(
        self, field: Field, place: int, owed: Owed, scales: Scales, seed: int
    ) -> None:
        key = field.contenders[place].key
        self.cells = owed.cells_of(key)
        self.columns = [field.categories.index(cell.category) for cell in self.cells]
        self.always_out = any(cell.knocks_out for cell in owed.recorded_of(key))
        self._grain = scales.grain
        self._evidence, self._people = scales.share
        points, self._by, self._said, self._among = scales.rows[place]
        self._urn = owed.urn_of(key) if self.cells else NOTHING
        self._if_held = [self._swing(cell, cell.holds) for cell in self.cells]
        self._dice = [self._die(number, seed) for number in range(len(self.cells))]
        self._points = points.copy()
        for column, swing in zip(self.columns, self._if_held, strict=True):
            self._points[column] -= swing
        for recorded in owed.recorded_of(key):
            column = field.categories.index(recorded.category)
            self._points[column] += int(recorded.change * scales.grain)
        self.value, self.whole, self.unit = 0, 1, 0
        self.knocks, self.knocked_by = 0, 0
        self.swings: list[int] = []

    def draw(self, drawn: Sequence[int], sums: Sequence[int]) -> None:
        """Draw a verdict for each open cell and add up the total.

        `drawn` are the categories' weights of this draw, `sums` all weights together.
        """
        lost = self._draw_verdicts(drawn)
        fit_of, said_of = sums[self._by] or 1, sums[self._among] or 1
        self.unit = self._evidence * said_of
        self.value = self.unit * (int(sumprod(self._points, drawn)) - lost)
        if self._people:
            self.value += self._people * fit_of * int(sumprod(self._said, drawn))
        self.whole = fit_of * said_of

    def _draw_verdicts(self, drawn: Sequence[int]) -> int:
        """What the verdicts lose against *holds* everywhere."""
        step, fails = self._urn.step, self._urn.fails
        either = fails + self._urn.partly
        lost, self.knocks = 0, int(self.always_out)
        self.swings = self._if_held.copy()
        for random, total, place, column, losses, swings, knocks_out in self._dice:
            x = random() * total
            if x >= either:
                continue
            either += step
            failed = x < fails
            if failed:
                fails += step
                if knocks_out:
                    self.knocks += 1
                    self.knocked_by = place
            lost += losses[failed] * drawn[column]
            self.swings[place] = swings[failed]
        return lost

    def _die(self, place: int, seed: int) -> Die:
        cell, held = self.cells[place], self._if_held[place]
        swings = [self._swing(cell, credit) for credit in (cell.partly, cell.fails)]
        return (
            dice_of(cell, seed).random,
            self._urn.total + place * self._urn.step,
            place,
            self.columns[place],
            [swing - held for swing in swings],
            swings,
            cell.knocks_out,
        )

    def _swing(self, cell: OpenCell, credit: Decimal) -> int:
        """What the category would gain if `credit` gave way to that of today."""
        return int((cell.points(cell.today) - cell.points(credit)) * self._grain)
