"""Places on a page of a lower floor that a higher floor fills."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evaltracker.evaluations.models import User
from evaltracker.kit.registry import Registry

# Of the reader and the row that the page is about (an evaluation, a candidate, a cell):
# returns what the template reads as `panel`, or None to stay away.
Fill = Callable[["User", Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A piece of a page: its template and what it shows."""

    template: str
    context: dict[str, Any]


# By page and place on it.
_PANELS: Registry[tuple[str, int], tuple[str, Fill]] = Registry("panel")


def register_panel(page: str, order: int, template: str, fill: Fill) -> None:
    """Show `template` on `page`, in that place, with what `fill` returns."""
    _PANELS.register((page, order), (template, fill))


def panels_of(page: str, about: Any, user: User) -> list[Panel]:
    """What higher floors show on a page, in order."""
    return [
        Panel(template, context)
        for (name, _), (template, fill) in sorted(_PANELS.items())
        if name == page and (context := fill(user, about)) is not None
    ]
