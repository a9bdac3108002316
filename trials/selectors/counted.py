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
from trials.selectors.ledger import Ledger, ledger, ledger_after
from trials.selectors.moved import moved_between
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
        # A ledger of before, and its version.
        self.before: tuple[Version, Ledger] | None = None
        # What is counted now, by the thread that has the lock.
        self._counting: Evaluation | None = None

    @property
    def cells(self) -> int:
        """How many cells its ledger has."""
        book: Ledger | None = self.values.get("ledger")
        return len(book.rows) * len(book.columns) if book else 0

    def get[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        """The value of that name in the version of now; counted if it is not there.

        It is kept if the version is still that of the shelf when everything was read,
        the evaluation itself included. What is counted on the way is kept with it.
        """
        with self.lock:
            if self._counting is None:
                self._renew(key)
                if name not in self.values:
                    return self._count(key, name, count)
            elif name not in self.values:
                self.values[name] = count(self._counting)
            found: T = self.values[name]
            return found

    def kept(self, key: uuid.UUID, name: str) -> Any:
        """The value of that name in the version of now, if it is there."""
        with self.lock:
            if self._counting is None:
                self._renew(key)
            return self.values.get(name)

    def count_ledger(self, evaluation: Evaluation) -> Ledger:
        """The ledger, from that of before as far as it stands; that one is let go, for
        it is as large."""
        before, self.before = self.before, None
        if before is None or self.version is None:
            return ledger(evaluation, exact=True)
        moved = moved_between(evaluation.pk, before[0], self.version)
        found = moved is not None and ledger_after(before[1], evaluation, moved)
        return found or ledger(evaluation, exact=True).beside(before[1])

    def _renew(self, key: uuid.UUID) -> None:
        """Forget what was counted of another version than the request has found."""
        known: Version | None = seen_by_request().get(key)
        if not (known and self.version and self.version.holds(known)):
            self._turn_to(key, versions_of([key])[key])

    def _turn_to(self, key: uuid.UUID, now: Version) -> None:
        seen_by_request()[key] = now
        if self.version is None or not self.version.holds(now):
            if self.version and "ledger" in self.values:
                self.before = self.version, self.values["ledger"]
            self.version, self.values = now, {}

    def _count[T](self, key: uuid.UUID, name: str, count: Count[T]) -> T:
        self._counting = Evaluation.objects.select_related("owner").get(pk=key)
        held, kept = self.version, dict(self.values)
        try:
            value = count(self._counting)
            now = versions_of([key])[key]
            if held and held.holds(now):
                kept = {**self.values, name: value}
        finally:
            self._counting, self.values = None, kept
        self._turn_to(key, now)
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


def kept_count(evaluation: Evaluation, name: str) -> Any:
    """What is kept of that name of the evaluation as it stands; None if nothing is."""
    if not is_only_reading():
        return None
    return _shelf(evaluation.pk).kept(evaluation.pk, name)


def standing_ledger(evaluation: Evaluation) -> Ledger:
    """The ledger of all candidates as of today, with what is on file."""
    return counted_once(evaluation, "ledger", _exact_ledger)


def _exact_ledger(evaluation: Evaluation) -> Ledger:
    if not is_only_reading():
        return ledger(evaluation, exact=True)
    return _shelf(evaluation.pk).count_ledger(evaluation)


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
