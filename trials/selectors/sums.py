"""What the cells of one candidate come to, counted once for as long as they stand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import compress

from trials import scoring
from trials.scoring import CellState, Fit, FitSum, PromiseRecord
from trials.scoring.buy_in import fit_by_category
from trials.selectors.cell_cache import Cell, Cells
from trials.selectors.ledger_rows import LedgerRow


@dataclass(frozen=True)
class Sums:
    """What one candidate's cells come to; `numbers` are in the order of the rows."""

    rows: list[LedgerRow]
    numbers: list[int]
    known: Cells

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The cells by ref."""
        found = self.known.found
        refs = (row.ref for row in self.rows)
        return dict(zip(refs, map(found.__getitem__, self.numbers), strict=True))

    @cached_property
    def fit(self) -> FitSum:
        """The weighted result of the cells."""
        return self.known.fit_of((row.weight for row in self.rows), self.numbers)

    @cached_property
    def whole_fit(self) -> Fit:
        """The same with each requirement's part in it."""
        parts = (
            replace(self.known.fit_row(row.weight, number), key=row.ref)
            for row, number in zip(self.rows, self.numbers, strict=True)
        )
        return Fit.of(self.fit, parts)

    @cached_property
    def fit_by_category(self) -> dict[str, Fraction]:
        """The fit of each category."""
        return fit_by_category(
            self.whole_fit.rows, {row.ref: row.category for row in self.rows}
        )

    @cached_property
    def knock_outs(self) -> tuple[str, ...]:
        """Refs of the must-haves that block it and that nobody excused."""
        blocking = self.musts_where(lambda state: state.knocks_out)
        return tuple(row.ref for row in blocking)

    def musts_where(self, holds: Callable[[CellState], bool]) -> list[LedgerRow]:
        """The must-haves of which that holds for the cell; asked once for all alike."""
        found = self.known.found
        such = {each for each in set(self.numbers) if holds(found[each].state)}
        rows = compress(self.rows, map(such.__contains__, self.numbers))
        return [row for row in rows if row.is_must]

    @cached_property
    def promises(self) -> PromiseRecord:
        """What it said it had, against what was found."""
        asked = [
            scoring.RequirementFacts(row.ref, row.category, Decimal(row.weight))
            for row in self.rows
        ]
        states = {ref: cell.state for ref, cell in self.cells.items()}
        return scoring.promise_record(asked, states)

    def or_of(self, before: "Sums | None") -> "Sums":
        """Those of before, with all that was counted, if the same cells stand in the
        same rows; whoever asks knows that the rows are."""
        if before and before.known is self.known and before.numbers == self.numbers:
            return before
        return self
