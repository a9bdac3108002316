"""What vendors sent and the owner has not marked as seen."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from evaltracker.workflow import links
from evaltracker.workflow.inbox.items import Desk, WorkItem
from vendors.selectors.sent import count_unseen


def sent(desk: Desk) -> Iterator[WorkItem]:
    """New and changed answers in the person's own evaluations."""
    numbers: Counter[Any] = Counter()
    read = [where for where in desk.owned if where.pk not in desk.barred]
    for (key, _), number in count_unseen(desk.user, read).items():
        numbers[key] += number
    for key, number in numbers.items():
        evaluation = desk.evaluations[key]
        yield desk.item(
            "sent",
            evaluation,
            f"Read {number} new or changed answer{'s' if number > 1 else ''}",
            "Each is shown beside what stood before.",
            links.page(evaluation, "sent"),
        )
