"""What is counted of an evaluation is counted once for each of its versions.

Kept in the process, for pages that only read. Nothing that belongs to a person is kept,
and rights are asked on reading. A service counts anew: it asks again under its locks,
and what it has just changed may have no entry yet.
"""

import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.reading import is_only_reading
from trials.selectors.ledger import Ledger, ledger
from trials.selectors.versions import Version, versions_of

type Count[T] = Callable[[Evaluation], T]

# Of so many evaluations, those that were read last, with so many cells in all.
MOST, MOST_CELLS = 64, 40_000


class Shelf:
    """What was counted of one version of one evaluation, by name."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.version: Version | None = None
        self.values: dict[str, Any] = {}

    @property
    def cells(self) -> int:
        """How many cells its ledger has."""
        book: Ledger | None = self.values.get("ledger")
        return len(book.rows) * len(book.columns) if book else 0

    def get[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        """The value of that name in the version of now; counted if it is not there.

        It is kept if the version is the same before and after everything was read, the
        evaluation itself included.
        """
        with self.lock:
            before = versions_of([key])[key]
            if self.version is None or not self.version.holds(before):
                self.version, self.values = before, {}
            if name not in self.values:
                value = count(Evaluation.objects.select_related("owner").get(pk=key))
                if not before.holds(versions_of([key])[key]):
                    return value
                self.values[name] = value
            found: T = self.values[name]
            return found


_shelves: OrderedDict[uuid.UUID, Shelf] = OrderedDict()
_arranging = threading.Lock()


def counted_once[T](evaluation: Evaluation, name: str, count: Count[T]) -> T:
    """What `count` makes of the evaluation as it stands; `name` is what it is of.

    `count` reads nothing that belongs to one person, and nobody changes what it
    returns.
    """
    if not is_only_reading():
        return count(evaluation)
    return _shelf(evaluation.pk).get(evaluation.pk, name, count)


def standing_ledger(evaluation: Evaluation) -> Ledger:
    """The ledger of all candidates as of today, with what is on file."""
    return counted_once(evaluation, "ledger", _exact_ledger)


def _exact_ledger(evaluation: Evaluation) -> Ledger:
    return ledger(evaluation, exact=True)


def forget_all() -> None:
    """Count everything anew from here on."""
    with _arranging:
        _shelves.clear()


def _shelf(key: uuid.UUID) -> Shelf:
    with _arranging:
        shelf = _shelves.setdefault(key, Shelf())
        _shelves.move_to_end(key)
        while len(_shelves) > MOST or (
            len(_shelves) > 1
            and sum(shelf.cells for shelf in _shelves.values()) > MOST_CELLS
        ):
            _shelves.popitem(last=False)
        return shelf
