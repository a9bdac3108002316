"""`manage.py import_claims EVALUATION FILE`."""

from typing import Any

from django.core.management.base import CommandParser

from evaltracker.evaluations.models import Evaluation, User
from evaltracker.importing.commands import ImportCommand
from evaltracker.tabular import read_table
from vendors.imports import ORIENTATIONS, ClaimsPlan, plan_claims_import
from vendors.services.imports import import_claims, known_claims


class Command(ImportCommand["ClaimsPlan"]):
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

    def plan(self, evaluation: Evaluation, options: dict[str, Any]) -> ClaimsPlan:
        """What the file would do."""
        return plan_claims_import(
            read_table(options["file"]),
            known_claims(evaluation=evaluation),
            orientation=options["orientation"],
            skip_unknown=options["skip_unknown"],
        )

    def write(self, evaluation: Evaluation, plan: ClaimsPlan, by: User) -> None:
        """Do it."""
        import_claims(evaluation=evaluation, plan=plan, by=by)
