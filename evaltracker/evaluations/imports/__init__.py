"""From a spreadsheet to what would change in the requirements: pure, no database."""

from evaltracker.evaluations.imports.matching import plan_requirements_import
from evaltracker.evaluations.imports.plan import (
    ImportPlan,
    KnownRequirement,
    Plan,
    RequirementChange,
    RequirementLine,
)

__all__ = [
    "ImportPlan",
    "KnownRequirement",
    "Plan",
    "RequirementChange",
    "RequirementLine",
    "plan_requirements_import",
]
