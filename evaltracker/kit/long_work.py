"""Work that takes longer than a request may: rows that wait, and who looks after them.

An app keeps a row for what is to be done and registers how such rows are worked off.
Any waker has it done (notices/tasks.py, `send_notices`); a request that leaves such a
row says so, and its waker is called at once instead of at the next tick.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

from evaltracker.kit.database_away import database_is_away
from evaltracker.kit.registry import Registry

LONG_WORK: Registry[str, Callable[[], None]] = Registry("long work")
logger = structlog.get_logger(__name__)
_waits: ContextVar[list[bool] | None] = ContextVar("work waits", default=None)


def register_long_work(name: str, work: Callable[[], None]) -> None:
    """Make it known how such rows are worked off.

    `work` may be called at any time, by any number of processes, and again after a
    crash: it does what waits and that nobody else does, and returns.
    """
    LONG_WORK.register(name, work)


def do_long_work() -> None:
    """Work off whatever waits; one kind's fault leaves the others.

    Raises:
        django.db.Error: the database is away.

    """
    for name, work in LONG_WORK.items():
        try:
            work()
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("long_work_failed", work=name)


def work_waits() -> None:
    """A service has left work to do."""
    heard = _waits.get()
    if heard is not None:
        heard.append(True)


@contextmanager
def listening() -> Iterator[list[bool]]:
    """What was said until the block ends; empty: nothing."""
    token = _waits.set([])
    try:
        yield _waits.get() or []
    finally:
        _waits.reset(token)
