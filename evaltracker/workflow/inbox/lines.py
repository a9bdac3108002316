"""A person's work as a list: by day, by evaluation, many alike in one line."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.kit.clock import today_in
from evaltracker.workflow.inbox.items import GROUPS, OTHERS, WorkItem
from evaltracker.workflow.models import Snooze

# So many alike stand in one line that opens.
ALIKE = 3


@dataclass(slots=True)
class Line:
    """One thing to do, or several alike, the first of them first."""

    items: list[WorkItem]

    @property
    def first(self) -> WorkItem:
        """The most urgent one."""
        return self.items[0]

    @property
    def what(self) -> str:
        """What is to be done, or how many of what."""
        if len(self.items) == 1:
            return self.first.what
        return f"{len(self.items)} {self.first.alike}"


@dataclass(slots=True)
class Group:
    """What is for today, for this week, for later, or waits on others."""

    name: str
    places: dict[Evaluation, list[Line]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many lines it has, of all evaluations together."""
        return len(self.lines())

    def lines(self) -> list[Line]:
        """All of them, evaluation by evaluation."""
        return [line for lines in self.places.values() for line in lines]

    @property
    def counts(self) -> bool:
        """Whether it is the person's turn."""
        return self.name != OTHERS


@dataclass(slots=True)
class Snoozed:
    """A line that was put off, and until when."""

    line: Line
    until: datetime.date


def grouped(items: Iterable[WorkItem], most: int) -> tuple[list[Group], int]:
    """The groups in order, with up to `most` lines in all, and how many were left out.

    The evaluation whose work is most urgent comes first in its group.
    """
    groups = {name: Group(name) for name in GROUPS}
    left_out = 0
    for name, lines in _lines(items).items():
        room = max(0, most - sum(group.number for group in groups.values()))
        left_out += max(0, len(lines) - room)
        for line in lines[:room]:
            places = groups[name].places
            places.setdefault(line.first.evaluation, []).append(line)
    return [group for group in groups.values() if group.places], left_out


def _lines(items: Iterable[WorkItem]) -> dict[str, list[Line]]:
    """By group the lines, the most urgent first."""
    found: dict[str, list[Line]] = {}
    for group, gathered in _gathered(items).items():
        lines = [
            line
            for alike in gathered
            for line in (
                [Line(alike)]
                if len(alike) >= ALIKE
                else [Line([item]) for item in alike]
            )
        ]
        found[group] = sorted(lines, key=lambda line: line.first.order)
    return found


def _gathered(items: Iterable[WorkItem]) -> dict[str, list[list[WorkItem]]]:
    """By group what is alike, together."""
    found: dict[str, dict[object, list[WorkItem]]] = {}
    for number, item in enumerate(items):
        key = (item.line, item.alike) if item.alike else number
        found.setdefault(item.group, {}).setdefault(key, []).append(item)
    return {group: list(gathered.values()) for group, gathered in found.items()}


def snoozed_lines(user: User) -> Mapping[str, datetime.date]:
    """What the person has put off, and until when."""
    today = today_in(user.time_zone)
    rows = Snooze.objects.visible_to(user).filter(until__gt=today)
    return dict(rows.values_list("line", "until"))


def apart(
    items: Iterable[WorkItem], snoozed: Mapping[str, datetime.date]
) -> tuple[list[WorkItem], list[Snoozed]]:
    """What is to be shown now, and what was put off."""
    now: list[WorkItem] = []
    later: dict[str, list[WorkItem]] = {}
    for item in items:
        if item.line in snoozed:
            later.setdefault(item.line, []).append(item)
        else:
            now.append(item)
    return now, [Snoozed(Line(alike), snoozed[key]) for key, alike in later.items()]
