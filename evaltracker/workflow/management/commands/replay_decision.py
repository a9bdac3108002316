"""`manage.py replay_decision EVALUATION`: the same inputs, the same results."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.decision.memo.pack import differences
from evaltracker.decision.models import Decision
from evaltracker.workflow.management.commands.verify_journal import evaluation_of


class Command(BaseCommand):
    """Counts a frozen decision again, and names each number that differs."""

    help = "Count a decision again from its frozen inputs; exit 1 if anything differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("evaluation", metavar="EVALUATION", help="its slug")

    def handle(self, *args: Any, **options: Any) -> None:
        evaluation = evaluation_of(options["evaluation"])
        decision = Decision.objects.filter(
            evaluation=evaluation, decided_at__isnull=False
        ).first()
        if decision is None:
            raise CommandError(f"“{evaluation}” is not decided yet.")
        if faults := differences(decision):
            raise CommandError("\n".join(faults))
        self.stdout.write(
            f"The same results, with formula version {decision.formula_version}."
        )
