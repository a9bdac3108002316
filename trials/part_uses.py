"""What people did with a part here, so that it is not changed under it."""

from stakeholders.models import Stakeholder
from stakeholders.services.parts import PART_USES
from trials.models import Score


@PART_USES.add
def scored(part: Stakeholder) -> str:
    """Whether scores stand on its sheet."""
    given = Score.objects.filter(sheet__stakeholder=part).exists()
    return "given scores" if given else ""
