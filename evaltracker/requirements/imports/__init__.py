"""From a spreadsheet to what would change in the requirements: pure, no database."""

from evaltracker.importing.plan import (
    ImportPlan,
    KnownRequirement,
    Plan,
    RequirementChange,
    RequirementLine,
)
from evaltracker.requirements.imports.lines import plan_requirements_import

__all__ = [
    "ImportPlan",
    "KnownRequirement",
    "Plan",
    "RequirementChange",
    "RequirementLine",
    "plan_requirements_import",
]
