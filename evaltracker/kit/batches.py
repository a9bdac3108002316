"""Writing many rows at once, and telling how many are written."""

from collections.abc import Sequence
from typing import Any

from evaltracker.kit.progress import in_batches

BATCH = 500


def create_all[M](manager: Any, rows: Sequence[M]) -> list[M]:
    """Create the rows, in the order given."""
    made: list[M] = []
    for batch in in_batches(rows, "written", BATCH):
        made += manager.bulk_create(batch)
    return made
