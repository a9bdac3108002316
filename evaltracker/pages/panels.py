"""Places on a page of a lower floor that a higher floor fills."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models

from evaltracker.evaluations.models import User

# Of the reader and the row that the page is about (an evaluation, a candidate):
# returns what the template reads as `panel`, or None to stay away.
Fill = Callable[["User", Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A piece of a page: its template and what it shows."""

    template: str
    context: dict[str, Any]


_PANELS: dict[tuple[str, int], tuple[str, Fill]] = {}


def register_panel(page: str, order: int, template: str, fill: Fill) -> None:
    """Show `template` on `page`, in that place, with what `fill` returns."""
    if (page, order) in _PANELS:
        raise ImproperlyConfigured(f"The place {order} on “{page}” is taken.")
    _PANELS[page, order] = (template, fill)


def panels_of(page: str, about: models.Model, user: User) -> list[Panel]:
    """What higher floors show on a page, in order."""
    return [
        Panel(template, context)
        for (name, _), (template, fill) in sorted(_PANELS.items())
        if name == page and (context := fill(user, about)) is not None
    ]
