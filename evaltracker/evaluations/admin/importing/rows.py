"""What the kinds that are lists of rows share."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from evaltracker.evaluations.admin.importing.kinds import ImportKind
from evaltracker.evaluations.imports.reading import Header
from evaltracker.evaluations.imports.rows import find_table
from evaltracker.evaluations.tabular import columns_by_field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from evaltracker.evaluations.tabular import Row, Sheet


class RowsImport(ImportKind):
    """A kind whose plan is of rows with values; `names` are what columns are called."""

    names: ClassVar[Mapping[str, Sequence[str]]] = {}

    def is_table(self, columns: Collection[str]) -> bool:
        """Whether these columns make such a list."""
        raise NotImplementedError

    def guess(self, sheet: Sheet) -> Header | None:
        """Where the list stands."""
        table = find_table(sheet, None, self.names, self.is_table)
        return Header(table.header.number, table.columns) if table else None

    def columns_in(self, row: Row) -> dict[str, int]:
        """By the usual names."""
        return columns_by_field(row, self.names)
