"""What “partly” on a must-have means for the stage, and who may let it pass."""

from evaltracker.evaluations.models import Evaluation, Requirement
from stakeholders.choices import Role
from stakeholders.models import Stakeholder
from trials.scoring import Standing
from trials.selectors import Cell


def is_partly_proven(cell: Cell, requirement: Requirement) -> bool:
    """Whether a must-have keeps the trials stage open because it holds partly."""
    partly = requirement.is_must and cell.standing == Standing.PARTLY
    return partly and not cell.not_applicable and not cell.state.is_settled


def names_of_leadership(evaluation: Evaluation) -> list[str]:
    """Who may waive a rule here, by name; nobody may be asked yet."""
    parts = Stakeholder.objects.filter(
        evaluation=evaluation, role=Role.LEADERSHIP, left_at__isnull=True
    ).select_related("user")
    return sorted({part.user.name for part in parts})
