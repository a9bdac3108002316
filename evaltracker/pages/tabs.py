"""The pages of one evaluation: each floor hangs its own into one of the groups."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.addresses import place_of
from evaltracker.kit.registry import Registry

Visible = Callable[["User", "Evaluation"], bool]

# The parts of a purchase, in the order of the process. The overview is in none.
GROUPS = ("Need", "People", "Market", "Proof", "Decision", "Record")


@dataclass(frozen=True, order=True)
class Tab:
    """One page of an evaluation; `order` is its place in the process.

    Until it is `visible` its line stands there without a link, so that none moves.
    """

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


def all_tabs() -> list[Tab]:
    """Every page with a place, in the order of the process."""
    return [tab for _, tab in sorted(_TABS.items())]


def tab_address(tab: Tab, evaluation: Evaluation, user: User) -> str:
    """Where the page stands; blank as long as `user` cannot open it."""
    if tab.visible is not None and not tab.visible(user, evaluation):
        return ""
    return place_of(f"admin:{tab.url_name}", evaluation.slug)


def label_of(slug: str) -> str:
    """What the page is called in the menu; a page without a place by its name."""
    for tab in _TABS.values():
        if tab.slug == slug:
            return tab.label
    return slug.replace("_", " ").capitalize()
