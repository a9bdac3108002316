"""The kind of notice for a stage that lasts longer than the plan leaves it."""

from collections.abc import Iterator
from typing import ClassVar

from evaltracker.evaluations.models import Notice, Visit
from evaltracker.kit.days import day_in_words
from evaltracker.notices.about import About, not_the_owners
from evaltracker.notices.kinds import register
from evaltracker.workflow import links
from evaltracker.workflow.selectors import lateness_of


@register
class StageLate(About[Visit]):
    """The stage should have ended by the plan: told to who runs the purchase."""

    name: ClassVar[str] = "stage_late"
    can_wait: ClassVar[bool] = True
    for_chat: ClassVar[bool] = True
    rows: ClassVar = Visit.objects.select_related("evaluation__owner")
    gone: ClassVar[str] = "That stage is over."

    def reasons(self, notice: Notice, row: Visit) -> Iterator[str]:
        """Unless that stay lasts, and the plan says of it what it said."""
        if row.left_at or not row.evaluation.is_open:
            yield self.gone
        yield not_the_owners(notice)
        late = lateness_of(row.evaluation)
        if late is None or late.due.isoformat() != notice.occurrence:
            yield "The plan is another one now."

    def values(self, notice: Notice, row: Visit) -> dict[str, str]:
        """Since when, and what it does to the date on which it must run."""
        late = lateness_of(row.evaluation)
        if late is None:
            raise LookupError("the stage is not late any more")
        return {
            "stage": row.get_stage_display().lower(),
            "due": day_in_words(late.due),
            "sentence": late.plan.sentence,
        }

    def page(self, notice: Notice, row: Visit) -> str:
        """The plan, and what blocks it."""
        return links.page(row.evaluation, "overview")
