"""The rows of the picture: requirements under their categories, and what those sum up
to."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from evaltracker.pages.verdict_marks import Mark
from trials.admin.matrix_looks import NOT_APPLICABLE, NOTED, standing_mark
from trials.selectors import Ledger

# From the best proof to the worst news; what nobody has answered is left blank.
ORDER = ("proven", "shown", "partly", "claimed", "never", "slipped", "refuted")


class Part(NamedTuple):
    """How many cells of a category and a candidate bear one mark."""

    mark: Mark
    cells: int


class CategoryRow(NamedTuple):
    """A category among the rows, with the parts of each candidate's cells."""

    pk: UUID
    name: str
    size: int
    sums: list[list[Part]]


type Line = int | CategoryRow


def with_categories(book: Ledger, rows: Sequence[int]) -> Iterator[Line]:
    """The numbers of the rows, each category's after the category itself."""
    for (pk, name), numbers in groupby(rows, key=lambda row: _category(book, row)):
        members = list(numbers)
        columns = zip(*(book.lines[row] for row in members), strict=True)
        sums = [_parts(book, column) for column in columns]
        yield CategoryRow(pk, name, len(members), sums)
        yield from members


def _category(book: Ledger, row: int) -> tuple[UUID, str]:
    return book.rows[row].category_id, book.rows[row].category


def _parts(book: Ledger, numbers: Sequence[int]) -> list[Part]:
    counts: Counter[Mark] = Counter()
    for number, times in Counter(numbers).items():
        kind = book.kinds[number]
        mark = (NOT_APPLICABLE, "", "calm")
        counts[mark if kind.not_applicable else standing_mark(kind)] += times
    return [Part(mark, counts[mark]) for mark in sorted(counts, key=_rank)]


def _rank(mark: Mark) -> tuple[int, str]:
    word = mark[0].lower()
    if word in ORDER:
        return ORDER.index(word), word
    return len(ORDER) + (mark[1:] != NOTED[1:]), word
