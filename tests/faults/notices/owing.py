"""Many due notices of the product's own kinds, and what became of them."""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone

from evaltracker.evaluations.choices import NoticeState
from evaltracker.evaluations.models import Notice, User
from tests.factories import common
from trials.models import Milestone

if TYPE_CHECKING:
    from evaltracker.evaluations.models import Evaluation

OVERDUE, PER_MILESTONE = "milestone_overdue", 10
AT_ONCE = 5_000


def owe_overdue(
    number: int, *, places: int = 20, people: int = 200, first: int = 0
) -> None:
    """So many due notices of overdue milestones, spread over purchases and people.

    Mails with text, HTML and a calendar file, to readers whose right to see the
    purchase and whose milestone are asked for again when they leave. `first` tells
    several such heaps apart.
    """
    readers = _people(people, first * people)
    heap = range(first * places, (first + 1) * places)
    where = [common.evaluation(title=f"Purchase {n} – übung") for n in heap]
    for place in where:
        place.readers.add(*readers)
    due = timezone.now() - datetime.timedelta(days=PER_MILESTONE + 1)
    milestones = Milestone.objects.bulk_create(
        (
            Milestone(
                evaluation=where[n % places],
                title=f"Milestone {n}",
                owner=readers[n % people],
                due_on=due.date(),
                due_time=due.time(),
                zone="Europe/Berlin",
                due_at=due,
            )
            for n in range(-(-number // PER_MILESTONE))
        ),
        batch_size=AT_ONCE,
    )
    rows = (
        _notice(OVERDUE, milestones[n // PER_MILESTONE], n, due) for n in range(number)
    )
    Notice.objects.bulk_create(rows, batch_size=AT_ONCE)


def _people(number: int, first: int) -> list[User]:
    people: list[User] = User.objects.bulk_create(
        User(
            username=f"reader{n}",
            first_name=f"Réader {n}",
            email=f"reader{n}@example.org",
            time_zone=("Europe/Berlin", "America/New_York", "Asia/Tokyo")[n % 3],
            is_staff=True,
        )
        for n in range(first, first + number)
    )
    return people


def _notice(
    kind: str, milestone: Milestone, number: int, due: datetime.datetime
) -> Notice:
    key = uuid.uuid4()
    return Notice(
        id=key,
        kind=kind,
        evaluation=milestone.evaluation,
        subject_id=str(milestone.pk),
        occurrence="1",
        offset_days=-(number % PER_MILESTONE) - 1,
        recipient=milestone.owner,
        wall_time=due,
        zone="UTC",
        due_at=due,
        next_try_at=due,
        message_id=f"<{key}@example.org>",
    )


def owe_letters(where: Evaluation, number: int, kind: str) -> None:
    """So many due notices to outsiders, each with an address of its own."""
    due = timezone.now() - datetime.timedelta(hours=1)
    made = []
    for n in range(number):
        key = uuid.uuid4()
        made.append(
            Notice(
                id=key,
                kind=kind,
                evaluation=where,
                subject_id=str(where.pk),
                occurrence="1",
                address=f"letter{n}@example.org",
                wall_time=due,
                zone="UTC",
                due_at=due,
                next_try_at=due,
                message_id=f"<{key}@example.org>",
            )
        )
    Notice.objects.bulk_create(made, batch_size=AT_ONCE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures that T1 to T5 are judged by."""

    owed: int
    lost: int
    repeats: int
    unflagged_repeats: int
    flagged: int
    # A mailbox that drops repeated Message-IDs holds so many.
    kept: int
    states: dict[str, int]

    def __str__(self) -> str:
        return (
            f"{self.owed} owed, {self.lost} lost, {self.repeats} repeats of which "
            f"{self.unflagged_repeats} unflagged, {self.flagged} flagged, "
            f"{self.kept} in a mailbox that drops repeats, states {self.states}"
        )


def outcome(file: Path) -> Outcome:
    """Count what the mail server has taken against the rows, both exactly."""
    arrived = Counter(line.split()[0] for line in file.read_text().splitlines())
    rows = list(Notice.objects.values_list("message_id", "state", "maybe_repeated"))
    flagged = {row for row, _, flag in rows if flag}
    held = (NoticeState.UNCERTAIN, NoticeState.DEAD)
    more = {text for text, count in arrived.items() if count > 1}
    return Outcome(
        owed=len(rows),
        lost=sum(not arrived[row] and state not in held for row, state, _ in rows),
        repeats=arrived.total() - len(arrived),
        unflagged_repeats=len(more - flagged),
        flagged=len(flagged),
        kept=len(arrived),
        states=dict(Counter(str(state) for _, state, _ in rows)),
    )
