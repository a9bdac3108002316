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
from evaltracker.kit.reading import is_only_reading, seen_by_request
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
        # The ledger of the version before.
        self.before: Ledger | None = None
        # What is counted now, by the thread that has the lock.
        self._counting: Evaluation | None = None

    @property
    def cells(self) -> int:
        """How many cells its ledger has."""
        book: Ledger | None = self.values.get("ledger")
        return len(book.rows) * len(book.columns) if book else 0

    def get[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        """The value of that name in the version of now; counted if it is not there.

        It is kept if the version is the same before and after everything was read, the
        evaluation itself included. What is counted on the way is kept with it.
        """
        with self.lock:
            if self._counting is None:
                self._renew(key, name)
                if name not in self.values:
                    return self._count(key, name, count)
            elif name not in self.values:
                self.values[name] = count(self._counting)
            found: T = self.values[name]
            return found

    def take_before(self) -> Ledger | None:
        """The ledger of the version before, let go: it is as large as that of now."""
        found, self.before = self.before, None
        return found

    def _renew(self, key: uuid.UUID, name: str) -> None:
        """Forget what was counted of another version. A request that found a version
        goes on with it as long as all is there that it asks for."""
        seen = seen_by_request()
        known: Version | None = seen.get(key)
        if name in self.values and known and self.version and self.version.holds(known):
            return
        now = seen[key] = versions_of([key])[key]
        if self.version is None or not self.version.holds(now):
            self.before = self.values.get("ledger", self.before)
            self.version, self.values = now, {}

    def _count[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        self._counting = Evaluation.objects.select_related("owner").get(pk=key)
        held, kept = self.version, dict(self.values)
        try:
            value = count(self._counting)
            if held and held.holds(versions_of([key])[key]):
                kept = {**self.values, name: value}
        finally:
            self._counting, self.values = None, kept
        return value


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
    book = ledger(evaluation, exact=True)
    if not is_only_reading():
        return book
    return book.beside(_shelf(evaluation.pk).take_before())


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
