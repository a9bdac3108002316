"""The pages of one evaluation: each floor hangs its own into one of the groups."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.registry import Registry

Visible = Callable[["User", "Evaluation"], bool]

# The parts of a purchase, in the order of the process. The overview is in none.
GROUPS = ("Need", "People", "Market", "Proof", "Decision", "Record")


@dataclass(frozen=True, order=True)
class Tab:
    """One page of an evaluation; `order` is its place in the process."""

    order: int
    slug: str
    label: str
    url_name: str
    group: str = ""
    visible: Visible | None = None


# By place in the process.
_TABS: Registry[int, Tab] = Registry("tab")


def register_tab(
    order: int,
    slug: str,
    label: str,
    url_name: str,
    *,
    group: str = "",
    visible: Visible | None = None,
) -> None:
    """Add a page to `group`; `url_name` is registered with the evaluation's slug.

    Raises:
        ImproperlyConfigured: there is no such group, or the place is taken.

    """
    if group and group not in GROUPS:
        raise ImproperlyConfigured(f"The page {slug!r} is in no group: {group!r}.")
    _TABS.register(order, Tab(order, slug, label, url_name, group, visible))


def tabs_of(evaluation: Evaluation, user: User, active: str) -> list[dict[str, Any]]:
    """The tabs that `user` may open, in the order of the process."""
    return [
        {
            "label": tab.label,
            "url": reverse(f"admin:{tab.url_name}", args=[evaluation.slug]),
            "active": tab.slug == active,
        }
        for _, tab in sorted(_TABS.items())
        if tab.visible is None or tab.visible(user, evaluation)
    ]
