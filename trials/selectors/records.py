"""All that is on file for each cell, with instants and dates, to be frozen."""

from uuid import UUID

from trials.scoring import CellRecord
from trials.selectors.cell_shapes import record_of, shape_of
from trials.selectors.ledger import Ledger


def cell_records(book: Ledger) -> dict[UUID, dict[str, CellRecord]]:
    """The records of a ledger's cells by ref; it must have been read exactly."""
    candidates, rows = book.candidates, book.rows
    found = {
        candidate.pk: {row.ref: CellRecord() for row in rows}
        for candidate in candidates
    }
    for spot, shape in (book.on_file or {}).items():
        column, row = divmod(spot, len(rows))
        found[candidates[column].pk][rows[row].ref] = record_of(shape_of(shape))
    return found
