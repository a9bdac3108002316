"""What the kinds that are lists of rows share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from evaltracker.evaluations.admin.importing.kinds import Changes, ImportKind
from evaltracker.evaluations.imports.reading import Header
from evaltracker.evaluations.imports.rows import find_table
from evaltracker.evaluations.tabular import columns_by_field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from evaltracker.evaluations.imports.rows import RowLine
    from evaltracker.evaluations.tabular import Row, Sheet


class RowsImport(ImportKind):
    """A kind whose plan is of rows with values; `names` are what columns are called."""

    names: ClassVar[Mapping[str, Sequence[str]]] = {}

    def is_table(self, columns: Collection[str]) -> bool:
        """Whether these columns make such a list."""
        raise NotImplementedError

    def cells(self, line: RowLine) -> Sequence[Any]:
        """A row of the table of what is new."""
        raise NotImplementedError

    def guess(self, sheet: Sheet) -> Header | None:
        """Where the list stands."""
        table = find_table(sheet, None, self.names, self.is_table)
        return Header(table.header.number, table.columns) if table else None

    def columns_in(self, row: Row) -> dict[str, int]:
        """By the usual names."""
        return columns_by_field(row, self.names)

    def new_rows(self, plan: Any, most: int) -> Sequence[Sequence[Any]]:
        """What would be added."""
        return [self.cells(line) for line in plan.new[:most]]

    def changes(self, plan: Any, most: int) -> Changes:
        """Field by field."""
        return [
            (
                change.line.name,
                [
                    (field.replace("_", " "), change.before.get(field), value)
                    for field, value in change.after.items()
                ],
            )
            for change in plan.changed[:most]
        ]
