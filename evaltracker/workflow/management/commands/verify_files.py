"""`manage.py verify_files [EVALUATION]`: silent if every file is what was handed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from evaltracker.workflow.management.finding import evaluation_of
from evaltracker.workflow.selectors.kept_files import kept_files

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Names each file that is missing or altered; what to run after a restore."""

    help = (
        "Check the files that were handed in against their digests; exit 1 and a line "
        "for each that is missing or altered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """[EVALUATION]."""
        parser.add_argument(
            "evaluation", metavar="EVALUATION", nargs="?", help="its slug; else all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read every one of them."""
        slug = options["evaluation"]
        if slug:
            evaluation_of(slug)
        wrong = [
            f"{one.evaluation}: “{one.name}” ({one.stored_as}) {fault}"
            for one in kept_files(slug or "")
            if (fault := one.fault)
        ]
        if wrong:
            raise CommandError("\n".join(wrong))
