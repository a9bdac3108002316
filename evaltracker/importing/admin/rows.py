"""What the kinds that are lists of rows share."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from evaltracker.importing.admin.kinds import ImportKind
from evaltracker.importing.reading import Header
from evaltracker.importing.rows import find_table
from evaltracker.tabular import Row, Sheet, columns_by_field


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
