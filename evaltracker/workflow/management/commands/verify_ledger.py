"""`manage.py verify_ledger [EVALUATION]`: what is kept against a count from nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.inbox.recounting import differences
from evaltracker.workflow.management.reading import evaluation_of


class Command(BaseCommand):
    """Names what comes out otherwise; it changes nothing."""

    help = (
        "Count ledger, blockers, comparison and signed words of evaluations again, in "
        "each way that the product counts them, and compare them with what is kept; "
        "exit 1 if something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "evaluation", metavar="EVALUATION", nargs="?", help="its slug; else all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count every one of them."""
        slug = options["evaluation"]
        every = [evaluation_of(slug)] if slug else list(Evaluation.objects.all())
        wrong = [
            f"{evaluation.slug}: {difference}"
            for evaluation in every
            for difference in differences(evaluation)
        ]
        if wrong:
            raise CommandError("\n".join(wrong))
        each = "1 evaluation" if len(every) == 1 else f"{len(every)} evaluations"
        self.stdout.write(f"{each} counted again: everything comes out the same.")
