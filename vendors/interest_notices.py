"""The kind of notice about a conflict of interest of whoever runs an evaluation."""

from collections.abc import Iterator
from typing import ClassVar

from django.urls import reverse

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.about import About, ended
from evaltracker.notices.kinds import register
from evaltracker.notices.services.scheduling import owe_now
from stakeholders.policy import is_leadership, leaders
from vendors.models import Conflict
from vendors.policy import barring_interest, unbarred


@register
class OwnersConflict(About[Conflict]):
    """Whoever runs it declared a conflict: Leadership without one clears it."""

    name: ClassVar[str] = "owners_conflict"
    rows: ClassVar = Conflict.objects.select_related(
        "person", "candidate__evaluation__owner"
    )

    def title(self, row: Conflict) -> str:
        """Nothing: the list of notices is also for whom it is sealed from."""
        return ""

    def reasons(self, notice: Notice, row: Conflict) -> Iterator[str]:
        """Unless it still bars the owner, and the reader can clear it."""
        evaluation, reader = row.candidate.evaluation, notice.recipient
        yield ended(notice)
        if row.person_id != evaluation.owner_id:
            yield "Somebody else runs the evaluation now."
        if not Conflict.objects.barring().filter(pk=row.pk).exists():
            yield "The conflict of interest was cleared."
        if reader is None or not is_leadership(reader, evaluation):
            yield "They no longer hold the Leadership role."
        elif barring_interest(reader, evaluation) is not None:
            yield "They declared a conflict of interest themselves."

    def page(self, notice: Notice, row: Conflict) -> str:
        """The form that clears it."""
        return reverse("admin:act_on", args=["clear-interest", row.pk])

    def values(self, notice: Notice, row: Conflict) -> dict[str, str]:
        """Whose it is; in whom, the page says."""
        return {"owner": row.person.name}


def tell_leadership(conflict: Conflict, evaluation: Evaluation) -> None:
    """Owe those who can clear the owner's conflict a mail."""
    for person in unbarred(evaluation, leaders(evaluation)):
        owe_now(
            kind=OwnersConflict.name,
            evaluation=evaluation,
            subject_id=conflict.pk,
            occurrence="",
            recipient=person,
        )
