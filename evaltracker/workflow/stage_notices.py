"""The kind of notice for a stage that lasts longer than the plan leaves it."""

from collections.abc import Collection, Mapping
from typing import ClassVar
from uuid import UUID

from evaltracker.evaluations.models import Notice, Visit
from evaltracker.notices.kinds import Message, NoticeKind, register
from evaltracker.notices.mail import letter
from evaltracker.workflow import links
from evaltracker.workflow.selectors import lateness_of


@register
class StageLate(NoticeKind):
    """The stage should have ended by the plan: told to who runs the purchase."""

    name: ClassVar[str] = "stage_late"
    can_wait: ClassVar[bool] = True
    for_chat: ClassVar[bool] = True

    def subjects(self, ids: Collection[str]) -> Mapping[str, Visit]:
        """The stays, each once."""
        rows = Visit.objects.filter(pk__in=[UUID(key) for key in ids])
        return {str(row.pk): row for row in rows.select_related("evaluation__owner")}

    def visit(self, notice: Notice) -> Visit | None:
        """The stay that it is about."""
        if isinstance(notice.subject, Visit):
            return notice.subject
        return self.subjects([notice.subject_id]).get(notice.subject_id)

    def holds(self, notice: Notice) -> str:
        """As long as that stay lasts, and the plan says of it what it said."""
        visit = self.visit(notice)
        if visit is None or visit.left_at or not visit.evaluation.is_open:
            return "That stage is over."
        if visit.evaluation.owner_id != notice.recipient_id:
            return "Somebody else runs the evaluation now."
        late = lateness_of(visit.evaluation)
        if late is None or late.due.isoformat() != notice.occurrence:
            return "The plan is another one now."
        return ""

    def compose(self, notice: Notice) -> Message:
        """Since when, and what it does to the date on which it must run."""
        visit = self.visit(notice)
        late = lateness_of(visit.evaluation) if visit else None
        if visit is None or late is None:
            raise LookupError("the stage is not late any more")
        return letter(
            notice=notice,
            subject=f"The {visit.get_stage_display().lower()} stage is late",
            lead=(
                f"By the plan it ends on {late.due.day} {late.due:%B %Y} at the "
                f"latest. {late.plan.sentence}"
            ),
            action="See the plan and what blocks it",
            path=links.page(visit.evaluation, "overview"),
        )
