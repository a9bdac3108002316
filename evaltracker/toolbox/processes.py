"""Work that takes longer than a request may: rows that wait, and who looks after them.

An app keeps a row for what is to be done and registers how such rows are worked off.
Any waker has it done (notices/tasks.py, `send_notices`); a request that leaves such a
row says so, and its waker is called at once instead of at the next tick.
"""

import datetime
import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.db.models import Model

from evaltracker.toolbox.database import database_is_away, pipeline
from evaltracker.toolbox.registry import Registry

# How far long work is: it counts as it goes, and whoever listens may stop it.
#
# Work that nobody listens to is not slowed down.

# What is being done, how many of how many.
type Listener = Callable[[str, int, int], None]

EACH = 500
_listener: ContextVar[Listener | None] = ContextVar("progress", default=None)


class Stopped(Exception):
    """A listener's word that the work is not wanted any more."""


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let `listener` hear how far the work of the block is."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell_progress(what: str, done: int, total: int) -> None:
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


def in_batches[T](
    rows: Sequence[T], what: str, size: int = EACH
) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), size):
        tell_progress(what, start, len(rows))
        yield rows[start : start + size]


def counted[T](rows: Sequence[T], what: str) -> Iterator[T]:
    for batch in in_batches(rows, what):
        yield from batch


BATCH = 500


def create_all[M: Model](rows: list[M]) -> list[M]:
    """Create the rows in the order given, a statement for each batch; the same rows.

    Their values are written as they are: whoever makes the rows has cleaned them.

    Raises:
        django.db.Error: a constraint refuses one of them; nothing is created then.
    """
    for batch in in_batches(rows, "written", BATCH):
        with pipeline(savepoint=False) as pipe:
            pipe.add_all(batch)
        for row in batch:
            row._state.adding = False
    return rows


logger = structlog.get_logger(__name__)


class Word:
    """What a service says, for whoever answers the request to act on after the commit.

    So services know no tasks, and a word that is lost costs half a minute at most.
    """

    def __init__(self, name: str) -> None:
        self._heard: ContextVar[list[bool] | None] = ContextVar(name, default=None)

    def say(self) -> None:
        heard = self._heard.get()
        if heard is not None:
            heard.append(True)

    @contextmanager
    def listening(self) -> Iterator[list[bool]]:
        """What was said until the block ends; empty: nothing."""
        heard: list[bool] = []
        token = self._heard.set(heard)
        try:
            yield heard
        finally:
            self._heard.reset(token)


WORK_WAITS = Word("work waits")


# What only the passing of time calls for: each app registers what it has to do.
#
# Nobody's change causes that a milestone is overdue or that a signature has waited for
# three days, so nobody's transaction can write the notice. A chore looks at the facts
# and owes what is owed by now; what is owed already is not owed twice, so it may run
# as often as it likes. Any waker does them (services/chores.py): beat, or the timer of
# the system.


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do about every `every`, in one transaction of its own.

    Without `every` it is long work: rows that wait are worked off in transactions that
    it begins itself, by any number of processes at once.
    """

    name: str
    every: datetime.timedelta | None
    work: Callable[[], None]


CHORES: Registry[str, Chore] = Registry("chore")


def register_chore(
    *, name: str, every: datetime.timedelta | None, work: Callable[[], None]
) -> None:
    """Make a chore known; an app does so when it is ready.

    `work` may be called at any time, by any process, and again after a crash.

    Raises:
        TypeError: the name is too long. ImproperlyConfigured: it is taken by other
        work.
    """
    if not name or len(name) > 40:
        raise TypeError("a chore needs a name of at most 40 letters")
    CHORES.register(name, Chore(name, every, work))


def do_long_work() -> None:
    """Work off whatever waits; one kind's fault leaves the others.

    Raises:
        django.db.Error: the database is away.
    """
    for name, chore in CHORES.items():
        if chore.every is not None:
            continue
        try:
            chore.work()
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("long_work_failed", work=name)


# Being asked to stop: said once, heard by every process of a worker.
#
# A worker's children do not get the signal that it gets. So the word stands in a piece
# of memory that they share with it since they were forked.

_asked = mmap.mmap(-1, 1)


def ask_to_stop() -> None:
    """Let sweeps end after the mail in hand; safe in a signal handler."""
    _asked[0] = 1


def asked_to_stop() -> bool:
    return bool(_asked[0])


def forget() -> None:
    _asked[0] = 0
