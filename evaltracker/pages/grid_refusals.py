"""What a grid refuses, cell by cell: the sentence stands where the value was typed."""

from dataclasses import dataclass
from typing import Any, ClassVar

from evaltracker.errors import Forbidden, Invalid, Problem


@dataclass(frozen=True, slots=True)
class RefusedCell:
    """One cell that was not saved; without a column, the whole row."""

    row: str
    column: str
    sentence: str
    status: int = 400
    # What the cell holds now, if somebody else changed it.
    stored: Any = None

    def shown(self) -> dict[str, Any]:
        """As the page's script puts it at the cell."""
        said = {"row": self.row, "column": self.column, "sentence": self.sentence}
        return said | ({} if self.stored is None else {"stored": self.stored})


class RefusedCells(Problem):
    """Nothing was saved, because of these cells."""

    default_code: ClassVar[str] = "refused_cells"

    def __init__(self, cells: list[RefusedCell]) -> None:
        first, rest = cells[0], len(cells) - 1
        more = f" {rest} more {'cell was' if rest == 1 else 'cells were'} refused, too."
        super().__init__(f"Nothing was saved. {first.sentence}{more if rest else ''}")
        self.cells = cells
        statuses = {cell.status for cell in cells}
        # Several reasons at once are a conflict with what stands.
        self.answer = statuses.pop() if len(statuses) == 1 else 409


def refused_cells(
    row: str, columns: dict[str, str], problem: Problem
) -> list[RefusedCell]:
    """What a service refused of a row, at the cells that it names.

    `columns` are those that were sent, by what the service calls them. A sentence that
    belongs to none of them stands at the first.

    Raises:
        Forbidden: the wrong person; then no cell is to blame.

    """
    if isinstance(problem, Forbidden):
        raise problem
    first = next(iter(columns.values()), "")
    errors = problem.errors if isinstance(problem, Invalid) else {}
    named = [
        RefusedCell(row, columns.get(name, first), " ".join(sentences), problem.status)
        for name, sentences in errors.items()
    ]
    return named or [RefusedCell(row, first, problem.sentence, problem.status)]
