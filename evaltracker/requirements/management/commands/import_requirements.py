"""`manage.py import_requirements EVALUATION FILE`."""

from typing import Any

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.commands import ImportCommand
from evaltracker.requirements.imports import ImportPlan, plan_requirements_import
from evaltracker.requirements.services.imports import (
    import_requirements,
    known_requirements,
)
from evaltracker.tabular import read_table


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
