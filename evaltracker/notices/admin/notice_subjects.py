"""What a notice is about, in words; the floor that makes a kind knows them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from django.core.exceptions import ImproperlyConfigured

from evaltracker.evaluations.models import Notice

# From ids of subjects to a few words for each that is still there.
Names = Callable[[Collection[str]], dict[str, str]]

_NAMES: dict[str, Names] = {}


def register_subjects(kind: str, names: Names) -> None:
    """Say what notices of `kind` are about; one call for all of a page."""
    if kind in _NAMES:
        raise ImproperlyConfigured(f"The kind “{kind}” has names already.")
    _NAMES[kind] = names


def subjects_of(notices: Iterable[Notice]) -> dict[str, str]:
    """Words by subject id."""
    ids: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        ids[notice.kind].add(notice.subject_id)
    found: dict[str, str] = {}
    for kind, subjects in ids.items():
        if kind in _NAMES:
            found |= _NAMES[kind](subjects)
    return found
