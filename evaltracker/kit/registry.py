"""What apps add to a lower floor: one registry for each kind of addition."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches

from django.core.exceptions import ImproperlyConfigured


class NotRegistered(KeyError):
    """Nobody registered the key; says what it may have been meant to be."""

    def __init__(self, noun: str, key: object, known: Iterable[object]) -> None:
        super().__init__(key)
        self.noun, self.key, self.known = noun, key, known

    def __str__(self) -> str:
        close = get_close_matches(str(self.key), map(str, self.known), n=3)
        meant = f" Did you mean {' or '.join(close)}?" if close else ""
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
