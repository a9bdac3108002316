"""`manage.py import_claims EVALUATION FILE`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from evaltracker.errors import Problem
from evaltracker.evaluations.management.importing import ImportCommand, folded
from evaltracker.evaluations.tabular import read_table
from vendors.imports import ORIENTATIONS, plan_claims_import
from vendors.services.imports import import_claims, known_claims

if TYPE_CHECKING:
    from django.core.management.base import CommandParser

    from evaltracker.evaluations.models import Evaluation
    from vendors.imports import ClaimsPlan


class Command(ImportCommand):
    """Import claims from a list or a matrix; the same file again changes nothing."""

    help = "Import candidates' claims from a CSV or Excel file into an evaluation."
    things = "Claims"
    orientations = ORIENTATIONS

    def add_arguments(self, parser: CommandParser) -> None:
        """Also --skip-unknown."""
        super().add_arguments(parser)
        parser.add_argument(
            "--skip-unknown",
            action="store_true",
            help="leave out candidates and requirements that the evaluation has not",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, report, and unless it is a dry run, import."""
        evaluation = self.evaluation(options["evaluation"])
        by = self.person(evaluation, options["username"])
        try:
            plan = self.plan(evaluation, options)
            if not (plan.problems or options["dry_run"]):
                import_claims(evaluation=evaluation, plan=plan, by=by)
        except Problem as error:
            raise CommandError(folded(error.sentence)) from error
        self.report(plan, evaluation, is_dry=options["dry_run"])

    def plan(self, evaluation: Evaluation, options: dict[str, Any]) -> ClaimsPlan:
        """What the file would do."""
        return plan_claims_import(
            read_table(options["file"]),
            known_claims(evaluation=evaluation),
            orientation=options["orientation"],
            skip_unknown=options["skip_unknown"],
        )
