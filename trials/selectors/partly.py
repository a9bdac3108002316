"""Must-haves that hold partly, which does not prove them."""

from evaltracker.evaluations.models import Requirement
from trials.scoring import Standing
from trials.selectors.cell_cache import Cell


def is_partly_proven(cell: Cell, requirement: Requirement) -> bool:
    """Whether a must-have keeps the trials stage open because it holds partly."""
    partly = requirement.is_must and cell.standing == Standing.PARTLY
    return partly and not cell.not_applicable and not cell.state.is_settled
