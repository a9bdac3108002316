"""How far long work is: it counts as it goes, and whoever listens may stop it.

Work that nobody listens to is not slowed down.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

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
    """Say that `done` of `total` are done."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


def in_batches[T](
    rows: Sequence[T], what: str, size: int = EACH
) -> Iterator[Sequence[T]]:
    """The rows in slices, telling before each how many are done."""
    for start in range(0, len(rows), size):
        tell_progress(what, start, len(rows))
        yield rows[start : start + size]


def counted[T](rows: Sequence[T], what: str) -> Iterator[T]:
    """The rows one by one, telling from time to time how many are done."""
    for batch in in_batches(rows, what):
        yield from batch
