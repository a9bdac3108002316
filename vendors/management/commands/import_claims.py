"""`manage.py import_claims EVALUATION FILE`."""

from typing import Any

from django.core.management.base import CommandParser

from evaltracker.importing.commands import ImportCommand
from vendors.fields import SYNTAX
from vendors.imports.kinds import HOLDS_FOR


class Command(ImportCommand):
    help = "Import candidates' claims from a CSV or Excel file into an evaluation."
    slug = "claims"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--holds-for",
            metavar="TEXT",
            default="",
            help="the values of the brief's lists that every answer in the file holds "
            f"for: {SYNTAX} Without it they are not stated, so they stay unanswered",
        )

    def more(self, options: dict[str, Any]) -> dict[str, str]:
        return {HOLDS_FOR: options["holds_for"]}
