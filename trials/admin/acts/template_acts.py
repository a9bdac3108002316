"""Scripts and criteria that come from a template."""

from evaltracker.pages.acts import register_act
from evaltracker.requirements.admin.evaluation_templates import TakesFrom
from trials.admin.acts.base import OnDemo, OnTrial
from trials.services.template_parts import (
    CRITERIA,
    SCRIPT,
    check_take_criteria,
    check_take_script,
    take_criteria,
    take_script,
)


@register_act
class TakeScript(TakesFrom, OnDemo):
    """Adds a template's questions to a demo's script."""

    name = "take-script"
    title = "Take the script from a template"
    help = (
        "Adds what the template asks and this script does not ask yet. Questions about "
        "requirements that this evaluation does not have are left out."
    )
    success = "The template's questions are on the script."
    part = SCRIPT
    service = take_script
    rule = check_take_script


@register_act
class TakeCriteria(TakesFrom, OnTrial):
    """Adds a template's criteria to a trial."""

    name = "take-criteria"
    title = "Take criteria from a template"
    help = (
        "Adds the template's criteria on requirements that this evaluation has. They "
        "can be changed before the contract is put forward."
    )
    success = "The template's criteria are added."
    part = CRITERIA
    service = take_criteria
    rule = check_take_criteria
