"""Conflicts of interest: to declare before answers are read, and to clear."""

from collections.abc import Iterator

from django.db.models import F

from evaltracker.kit.text import listed_few
from evaltracker.pages.acts import address_of
from evaltracker.workflow.inbox.items import Desk, WorkItem
from stakeholders.choices import Role
from vendors.models import Conflict


def interests(desk: Desk) -> Iterator[WorkItem]:
    """Candidates for whom the person has not declared yet, a line each purchase."""
    for key, candidates in desk.undeclared.items():
        evaluation = desk.evaluations[key]
        names = listed_few([candidate.name for candidate in candidates])
        yield desk.item(
            "interests",
            evaluation,
            "Declare conflicts of interest",
            f"You read answers once you declare. Do you have a stake in {names}?",
            address_of("declare-interests", evaluation),
            candidates=tuple(candidates),
        )


def clearings(desk: Desk) -> Iterator[WorkItem]:
    """A conflict of whoever runs it, which Leadership clears."""
    led = {part.evaluation_id for part in desk.parts if part.role == Role.LEADERSHIP}
    led = {key for key in led if not desk.keeps_out(key)}
    if not led:
        return
    rows = Conflict.objects.barring().filter(
        candidate__evaluation__in=led, person=F("candidate__evaluation__owner")
    )
    for conflict in rows.select_related("candidate", "person"):
        evaluation = desk.evaluations[conflict.candidate.evaluation_id]
        yield desk.item(
            "clearing",
            evaluation,
            f"Look at the conflict of interest of {conflict.person.name}",
            f"{conflict.person.name} runs this evaluation and declared one in "
            f"{conflict.candidate}; only Leadership clears it.",
            address_of("clear-interest", conflict),
        )
