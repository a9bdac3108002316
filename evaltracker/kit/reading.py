"""Whether a request only reads, so that what was counted before may be shown to it."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection

_reading: ContextVar[dict[Any, Any] | None] = ContextVar("reading", default=None)


@contextmanager
def only_reading() -> Iterator[None]:
    """For a request whose method changes nothing."""
    token = _reading.set({})
    try:
        yield
    finally:
        _reading.reset(token)


def is_only_reading() -> bool:
    """Whether nothing was changed by whoever asks: a request that only reads, outside
    of any service and of any test that is rolled back."""
    return _reading.get() is not None and not connection.savepoint_ids


def seen_by_request() -> dict[Any, Any]:
    """What this request has seen so far, to be seen alike until it ends."""
    seen = _reading.get()
    return {} if seen is None else seen


def read_once[T](key: Hashable, read: Callable[[], T]) -> T:
    """What `read` gives; a request that only reads asks it once for each key."""
    seen = seen_by_request()
    if key not in seen:
        seen[key] = read()
    found: T = seen[key]
    return found
