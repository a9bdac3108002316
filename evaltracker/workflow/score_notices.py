"""The kind of notice that asks somebody to score, once the demos are judged.

Who is owed one is said in services/score_requests.py. No mail names a candidate.
"""

from collections.abc import Iterator
from typing import ClassVar

from django.db.models import Max

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Notice
from evaltracker.kit.days import day_in_words
from evaltracker.notices.about import ENDED, About
from evaltracker.notices.kinds import Message, register
from evaltracker.workflow import links
from evaltracker.workflow.gates.signers import due_instant
from evaltracker.workflow.notices import is_ahead
from evaltracker.workflow.selectors import local_day
from stakeholders.models import Stakeholder
from stakeholders.policy import has_a_say
from trials.models import ScoreSheet


@register
class ScoresRequested(About[Stakeholder]):
    """It is somebody's turn to score: what was to be judged in demos is judged."""

    name: ClassVar[str] = "scores_requested"
    rows: ClassVar = Stakeholder.objects.select_related(
        "evaluation__owner", "user", "score_sheet"
    ).annotate(stay=Max("evaluation__visits__number"))

    def reasons(self, notice: Notice, row: Stakeholder) -> Iterator[str]:
        """Unless that stay in the demos goes on, and their scores are missing."""
        if not row.evaluation.is_open:
            yield ENDED
        stay = str(getattr(row, "stay", ""))
        if stay != notice.occurrence or row.evaluation.stage != Stage.DEMOS:
            yield "The demos stage that asked for scores is over."
        if row.left_at or not has_a_say(row.user):
            yield "They have no part in the evaluation any more."
        if row.user_id != notice.recipient_id:
            yield "The part is somebody else's now."
        if not row.scores:
            yield "They are not asked to score any more."
        sheet: ScoreSheet | None = getattr(row, "score_sheet", None)
        if sheet is not None and sheet.locked_at:
            yield "Their scores are locked."

    def compose(self, notice: Notice) -> Message:
        """It waits today; the planned end of the stage goes into the calendar."""
        row = self.row(notice)
        due_at = due_instant(row.evaluation)
        entry = "Scores of the candidates" if is_ahead(due_at) else ""
        return self.letter(notice, row, **self.on(notice, row, due_at, entry=entry))

    def values(self, notice: Notice, row: Stakeholder) -> dict[str, str]:
        """As which role, and by when."""
        due_at = due_instant(row.evaluation)
        day = local_day(due_at, row.evaluation.zone) if due_at else None
        return {
            "role": row.get_role_display(),
            "ends": day_in_words(day) if day else "",
            "entry": "yes" if is_ahead(due_at) else "",
        }

    def page(self, notice: Notice, row: Stakeholder) -> str:
        """The list of their own scores, from which each is reached."""
        return links.page(row.evaluation, "scores", f"mine-{row.pk}")
