"""Whether the work at hand has owed something that is due, so that a nudge is worth it.

A service says so; who answers the request (middleware.py) nudges after the commit. So
services know no tasks, and a lost nudge costs half a minute, never a notice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_owed: ContextVar[list[bool] | None] = ContextVar("owed", default=None)


def something_is_owed_now() -> None:
    """A service has owed what may leave at once."""
    heard = _owed.get()
    if heard is not None:
        heard.append(True)


@contextmanager
def listening() -> Iterator[list[bool]]:
    """What was said until the block ends; empty: nothing."""
    token = _owed.set([])
    try:
        yield _owed.get() or []
    finally:
        _owed.reset(token)
