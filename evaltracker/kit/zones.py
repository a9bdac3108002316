"""Time zones by their names, and the one that somebody means."""

import zoneinfo
from functools import cache


@cache
def zone_names() -> tuple[str, ...]:
    """Every zone that the IANA database of this machine knows, in order."""
    return tuple(sorted(zoneinfo.available_timezones()))


@cache
def _by_place() -> dict[str, tuple[str, ...]]:
    """Zones by their whole name and by the place in it, as somebody may type them."""
    found: dict[str, list[str]] = {}
    for name in zone_names():
        words = name.casefold().replace("_", " ")
        for key in {words, words.rpartition("/")[2]}:
            found.setdefault(key, []).append(name)
    return {key: tuple(names) for key, names in found.items()}


def unknown_zone(name: str) -> str:
    """The sentence for a zone that there is not."""
    return f"“{name}” is not a known time zone; write it like Europe/Berlin."


def read_zone(text: str) -> str:
    """The zone that `text` names: “europe/berlin” and “Berlin” are Europe/Berlin.

    Raises:
        ValueError: there is none, or more than one place has that name.

    """
    told = " ".join(text.replace("_", " ").split())
    if text in zone_names():
        return text
    names = _by_place().get(told.casefold(), ())
    if len(names) == 1:
        return names[0]
    if names:
        raise ValueError(f"“{told}” may be {' or '.join(names)}; choose one of them.")
    raise ValueError(unknown_zone(told[:40]))
