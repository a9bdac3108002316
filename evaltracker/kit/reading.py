"""Whether a request only reads, so that what was counted before may be shown to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def only_reading() -> Iterator[None]:
    """For a request whose method changes nothing."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def is_only_reading() -> bool:
    """Whether nothing was changed by whoever asks: a request that only reads, outside
    of any service and of any test that is rolled back."""
    return _reading.get() and not connection.savepoint_ids
