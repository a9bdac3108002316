"""The side menu inside an evaluation: its pages in groups, and what waits where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.registry import Registry
from evaltracker.pages.tabs import GROUPS, all_tabs, tab_address

# The rows of a page that wait for this person; None where nothing can.
Waiting = Callable[[User, Evaluation], QuerySet[Any] | None]

# By the page's slug; a page may have several.
_WAITING: Registry[tuple[str, str], Waiting] = Registry("count")

# Where the work of a stage is done; these groups are open in it.
WORKED_ON = {
    Stage.REQUIREMENTS: ("Need", "People"),
    Stage.RESEARCH: ("Market",),
    Stage.DEMOS: ("Proof",),
    Stage.TRIALS: ("Proof",),
    Stage.DECISION: ("Decision",),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One page of the menu; without an address it cannot be opened yet."""

    label: str
    address: str
    is_here: bool
    waiting: int = 0


@dataclass(slots=True)
class MenuGroup:
    """The pages of one part of the purchase, unfolded or not."""

    title: str
    is_open: bool = False
    lines: list[Line] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How much waits for the reader in the whole group."""
        return sum(line.waiting for line in self.lines)


def waits_on(slug: str) -> Callable[[Waiting], Waiting]:
    """Decorator: rows of the page `slug` that wait for the reader, as they may see.

    All counts of a menu are read in one query, so it returns a queryset that nobody
    has asked yet.
    """

    def register(count: Waiting) -> Waiting:
        return _WAITING.register((slug, count.__name__), count)

    return register


def menu_of(
    evaluation: Evaluation, user: User, active: str, waiting: Mapping[str, int]
) -> list[MenuGroup]:
    """The menu as `user` reads it on the page `active`, in the order of the process.

    Open are the groups of the current stage and that of the page; `waiting` is how much
    of each page waits for them, by slug.
    """
    groups = {title: MenuGroup(title) for title in ("", *GROUPS)}
    for title in WORKED_ON[Stage(evaluation.stage)] if evaluation.is_open else ():
        groups[title].is_open = True
    for tab in all_tabs():
        group = groups[tab.group]
        is_here = tab.slug == active
        group.is_open |= is_here
        address = tab_address(tab, evaluation, user)
        group.lines.append(Line(tab.label, address, is_here, waiting.get(tab.slug, 0)))
    return [group for group in groups.values() if group.lines]


def count_waiting(evaluation: Evaluation, user: User) -> dict[str, int]:
    """By slug, how much of each page waits for `user`, in one query."""
    asked = {
        key: rows
        for key, count in _WAITING.items()
        if (rows := count(user, evaluation)) is not None
    }
    if not asked:
        return {}
    numbers = (
        Evaluation.objects.filter(pk=evaluation.pk)
        .values_list(*(_number(rows) for rows in asked.values()))
        .get()
    )
    found: dict[str, int] = {}
    for (slug, _), number in zip(asked, numbers, strict=True):
        found[slug] = found.get(slug, 0) + number
    return found


def _number(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, as one column of another query."""
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Subquery(
        rows.order_by().annotate(number_of_rows=number).values("number_of_rows")
    )
