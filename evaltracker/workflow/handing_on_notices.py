"""The kind of notice for an evaluation that is handed on."""

from collections.abc import Iterator
from typing import ClassVar

from evaltracker.evaluations.models import Evaluation, Notice
from evaltracker.notices.about import About, ended, not_the_owners
from evaltracker.notices.kinds import register
from evaltracker.workflow import links


@register
class EvaluationHandedOn(About[Evaluation]):
    """Somebody runs an evaluation from now on, and hears of it."""

    name: ClassVar[str] = "evaluation_handed_on"
    rows: ClassVar = Evaluation.objects.all()

    def reasons(self, notice: Notice, row: Evaluation) -> Iterator[str]:
        """Unless it has ended, or somebody else runs it meanwhile."""
        yield ended(notice)
        yield not_the_owners(notice)

    def page(self, notice: Notice, row: Evaluation) -> str:
        """Where it stands, and what is next."""
        return links.page(notice.place, "overview")
