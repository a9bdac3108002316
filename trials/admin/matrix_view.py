"""How much of the matrix there is to show, and in which layout."""

from dataclasses import dataclass
from functools import cached_property

from trials.admin.matrix_rows import LINES, Chosen
from trials.admin.matrix_sums import Line, with_categories
from trials.selectors import Ledger
from vendors.models import Candidate

# Cells up to which the page is one plain table, and up to which it has all its rows.
TABLE, ROWS = 2_000, 5_000
ROOMY = 5  # candidates whose names need not be turned
ON_A_PAGE = 1_000  # cells, where a script shows the rows, or without it a page of them


@dataclass(frozen=True)
class View:
    """What the filters leave, and how it is laid out."""

    book: Ledger
    rows: list[int]
    chosen: Chosen
    everybody: list[Candidate]
    page: int = 1

    @property
    def hidden_rows(self) -> int:
        """How many requirements the filters leave out."""
        return len(self.book.rows) - len(self.rows)

    @property
    def is_picture(self) -> bool:
        """Whether each cell is one mark."""
        return self.chosen.view != LINES

    @property
    def has_room(self) -> bool:
        """Whether the names of the candidates stand upright."""
        return len(self.book.columns) <= ROOMY

    @property
    def cells(self) -> int:
        """How many cells are shown."""
        return len(self.rows) * len(self.book.columns)

    @property
    def layout(self) -> str:
        """`table` for few cells, `rows` for many, `virtual` for more."""
        if self.cells <= TABLE:
            return "table"
        return "rows" if self.cells <= ROWS else "virtual"

    @cached_property
    def lines(self) -> list[Line]:
        """The rows, in the picture under their categories."""
        if self.is_picture:
            return list(with_categories(self.book, self.rows))
        return list(self.rows)

    @property
    def on_a_page(self) -> int:
        """How many lines there are in the HTML."""
        if self.layout != "virtual":
            return len(self.lines) or 1
        return max(10, ON_A_PAGE // len(self.book.columns))

    @property
    def pages(self) -> int:
        """How many pages there are for those without a script."""
        return max(1, -(-len(self.lines) // self.on_a_page))

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1

    @property
    def row_count(self) -> int:
        """Lines of the table with its head and its lines of foot."""
        return len(self.lines) + 1 + (4 if self.is_picture else 3)

    @property
    def column_count(self) -> int:
        """Columns with that of the requirements."""
        return len(self.book.columns) + 1

    @property
    def first(self) -> int:
        """How many lines come before those in the HTML."""
        return (self.page - 1) * self.on_a_page
