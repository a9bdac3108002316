"""Words of a column that are asked about once, each with what it can mean here."""

from collections.abc import Mapping, Sequence

from evaltracker.importing.layout import short
from evaltracker.importing.plan import Findings
from evaltracker.tabular import Row, header_key

LEAVE_OUT = "leave-out"
MOST_WORDS = 12
WORD = "word:"


def meanings_in(
    header: Row,
    column: int,
    body: Sequence[Row],
    known: Mapping[str, str],
    options: Sequence[tuple[str, str]],
    findings: Findings,
    *,
    field: str,
) -> dict[str, str]:
    """By cell, what it means: a known word, or one that somebody explained.

    More words than `MOST_WORDS` are no scale, and nothing is asked about them.
    """
    counts: dict[str, int] = {}
    for row in body:
        cell = row.cell(column)
        if cell:
            counts[cell] = counts.get(cell, 0) + 1
    found = {cell: known[key_of(cell)] for cell in counts if key_of(cell) in known}
    unknown = [cell for cell in counts if cell not in found]
    if len(unknown) > MOST_WORDS:
        return found
    name = short(header.cell(column), 30)
    for cell in unknown:
        times = "once" if counts[cell] == 1 else f"{counts[cell]:,} times"
        said = findings.ask(
            f"{WORD}{field}:{key_of(cell)}",
            f"What does “{short(cell)}” in column “{name}” mean here? It stands there "
            f"{times}.",
            options,
        )
        if said:
            found[cell] = said
    return found


def key_of(cell: str) -> str:
    """A word as it is looked up and remembered."""
    return header_key(cell)[:60]
