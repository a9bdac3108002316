"""`manage.py import_requirements EVALUATION FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaltracker.evaluations.imports import plan_requirements_import
from evaltracker.evaluations.management.importing import ImportCommand
from evaltracker.evaluations.services.imports import (
    import_requirements,
    known_requirements,
)
from evaltracker.evaluations.tabular import read_table

if TYPE_CHECKING:
    from evaltracker.evaluations.imports import ImportPlan
    from evaltracker.evaluations.models import Evaluation, User


class Command(ImportCommand["ImportPlan"]):
    """Import requirements; the same file again changes nothing."""

    help = "Import the requirements of a CSV or Excel file into an evaluation."
    things = "Requirements"
    orientations = ("candidates-as-rows",)

    def plan(self, evaluation: Evaluation, options: dict[str, Any]) -> ImportPlan:
        """What the file would do."""
        return plan_requirements_import(
            read_table(options["file"]),
            known_requirements(evaluation=evaluation),
            orientation=options["orientation"],
        )

    def write(self, evaluation: Evaluation, plan: ImportPlan, by: User) -> None:
        """Do it."""
        import_requirements(evaluation=evaluation, plan=plan, by=by)
