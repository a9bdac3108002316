"""Who may let a must-have pass that holds partly, and what the reader may do."""

from typing import Any

from evaltracker.evaluations.choices import Stage
from evaltracker.evaluations.models import Evaluation, User
from evaltracker.evaluations.policy import is_owner
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from stakeholders.policy import is_leadership
from trials.admin.acts.base import takes_part


def ways_on(evaluation: Evaluation, user: User) -> dict[str, Any]:
    """What the reader may do about it, and who else may; three queries."""
    owns = is_owner(user, evaluation)
    return {
        "partly_blocks": evaluation.is_open and evaluation.stage == Stage.TRIALS,
        "may_ask_waiver": owns,
        "may_excuse": owns or is_leadership(user, evaluation),
        "may_test": takes_part(user, evaluation),
        "leadership": names_of_leadership(evaluation),
    }


def names_of_leadership(evaluation: Evaluation) -> list[str]:
    """Who may waive a rule here, by name; nobody may be asked yet."""
    parts = Stakeholder.objects.filter(
        evaluation=evaluation, role=Role.LEADERSHIP, left_at__isnull=True
    ).select_related("user")
    return sorted({part.user.name for part in parts})
