"""`manage.py import_requirements EVALUATION FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from evaltracker.errors import Problem
from evaltracker.evaluations.imports import plan_requirements_import
from evaltracker.evaluations.management.importing import ImportCommand, folded
from evaltracker.evaluations.services.imports import (
    import_requirements,
    known_requirements,
)
from evaltracker.evaluations.tabular import read_table

if TYPE_CHECKING:
    from evaltracker.evaluations.imports import ImportPlan
    from evaltracker.evaluations.models import Evaluation


class Command(ImportCommand):
    """Import requirements; the same file again changes nothing."""

    help = "Import the requirements of a CSV or Excel file into an evaluation."
    things = "Requirements"
    orientations = ("candidates-as-rows",)

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, report, and unless it is a dry run, import."""
        evaluation = self.evaluation(options["evaluation"])
        by = self.person(evaluation, options["username"])
        try:
            plan = self.plan(evaluation, options)
            if not (plan.problems or options["dry_run"]):
                import_requirements(evaluation=evaluation, plan=plan, by=by)
        except Problem as error:
            raise CommandError(folded(error.sentence)) from error
        self.report(plan, evaluation, is_dry=options["dry_run"])

    def plan(self, evaluation: Evaluation, options: dict[str, Any]) -> ImportPlan:
        """What the file would do."""
        return plan_requirements_import(
            read_table(options["file"]),
            known_requirements(evaluation=evaluation),
            orientation=options["orientation"],
        )
