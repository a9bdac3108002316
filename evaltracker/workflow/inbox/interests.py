"""Declarations that are awaited from a person before candidates are shown to them."""

from collections import Counter
from collections.abc import Iterator

from django.urls import reverse

from evaltracker.evaluations.choices import Stage
from evaltracker.workflow.inbox.items import Desk, WorkItem
from vendors.policy import to_declare


def interests(desk: Desk) -> Iterator[WorkItem]:
    """Candidates about which the person has not said whether they have an interest."""
    asked = to_declare(desk.user).filter(evaluation__in=list(desk.evaluations))
    rows = asked.values_list("evaluation", flat=True)
    for key, number in Counter(rows).items():
        evaluation = desk.evaluations[key]
        if evaluation.stage == Stage.REQUIREMENTS:  # nothing of them is there to read
            continue
        yield desk.item(
            "interests",
            evaluation,
            f"Declare your interests: {number} candidate{'s' if number > 1 else ''}",
            "Declare conflicts of interest before you see anything about a candidate.",
            reverse("admin:act_on", args=["declare-interests", key]),
        )
