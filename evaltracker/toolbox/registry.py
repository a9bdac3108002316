"""What apps add to a lower floor: one registry for each kind of addition."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.dispatch import Signal

# Whether a request only reads, so that what was counted before may be shown to it.

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
    """Whether this request has changed nothing, so that what it read stays true.

    False in any service, and in a test that is rolled back.
    """
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
    value: T = seen[key]
    return value


class NotRegistered(KeyError):
    """Nobody registered the key; says what it may have been meant to be."""

    def __init__(self, noun: str, key: object, known: Iterable[object]) -> None:
        super().__init__(key)
        self.noun = noun
        self.key = key
        self.known = known

    def __str__(self) -> str:
        close = get_close_matches(str(self.key), map(str, self.known), n=3)
        if close:
            meant = f" Did you mean {' or '.join(close)}?"
        else:
            meant = ""
        return (
            f"No {self.noun} “{self.key}” is registered.{meant} An app registers its "
            "own in modules that its hooks.py imports."
        )


class Registry[K, T](Mapping[K, T]):
    """Additions by key, in the order in which they were registered."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._items: dict[K, T] = {}
        self._works: list[Callable[[T], None]] = []

    def register(self, key: K, item: T) -> T:
        """Add `item`; to add the very same once more changes nothing.

        Raises:
            ImproperlyConfigured: something else has the key.
        """
        if key not in self._items:
            self._items[key] = item
            for work in self._works:
                work(item)
        there = self._items[key]
        if there is not item and there != item:
            raise ImproperlyConfigured(
                f"There are two {self.noun}s called “{key}”: {there!r} and {item!r}. "
                "Give one of them another name or place."
            )
        return there

    def at(self, key: K) -> Callable[[T], T]:
        """Decorator: register what it stands on under `key`."""
        return lambda item: self.register(key, item)

    def add[F](self: "Registry[F, F]", item: F) -> F:
        """Register what needs no name, such as a function; also as a decorator."""
        return self.register(item, item)

    def for_each(self, work: Callable[[T], None]) -> None:
        """Call `work` with every item, also with those that are registered later."""
        self._works.append(work)
        for item in self._items.values():
            work(item)

    def __getitem__(self, key: K) -> T:
        try:
            return self._items[key]
        except KeyError:
            raise NotRegistered(self.noun, key, self) from None

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


# How an app hangs itself into lower floors: by its hooks.py, and only there.


class LoadsHooks:
    """What an AppConfig inherits to import its `hooks` once all models are loaded.

    Not earlier: template tags need a part of the pages, and the admin theme loads
    template tags while its own admin is half imported.
    """

    name: str

    def ready(self) -> None:
        import_module(f"{self.name}.hooks")


# Sent once by web, vendor-api, worker and beat. A receiver may end the process.
about_to_start = Signal()
