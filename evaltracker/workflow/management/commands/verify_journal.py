"""`manage.py verify_journal [EVALUATION]`: silent if every chain holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from evaltracker.evaluations.journal import find_break
from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.workflow.management.anchors import anchors_in, misfits, read_anchor
from evaltracker.workflow.management.finding import evaluation_of

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(BaseCommand):
    """Names the first altered, missing or reordered entry of each broken chain."""

    help = "Check the journals; exit 1 and the first broken entry if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """[EVALUATION] [--anchor NUMBER:HASH] [--anchors FILE] [--print-anchor]."""
        parser.add_argument("evaluation", metavar="EVALUATION", nargs="?")
        parser.add_argument(
            "--anchor",
            metavar="NUMBER:HASH",
            help="an entry kept elsewhere; finds a cut or rewritten tail",
        )
        parser.add_argument(
            "--anchors",
            metavar="FILE",
            help="a log kept elsewhere, which tells the heads; - is standard input",
        )
        parser.add_argument(
            "--print-anchor",
            action="store_true",
            help="print the last entry as NUMBER:HASH, to be kept elsewhere",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check one, or all."""
        slug = options["evaluation"]
        if not slug and (options["anchor"] or options["print_anchor"]):
            raise CommandError("An anchor belongs to one evaluation; name it.")
        chosen = (
            [evaluation_of(slug)] if slug else list(Evaluation.objects.order_by("slug"))
        )
        broken = []
        for evaluation in chosen:
            found = find_break(evaluation)
            if found is not None:
                broken.append(f"{evaluation.slug}: {found.sentence}")
        if options["anchor"]:
            broken += misfits(chosen[0], [read_anchor(options["anchor"])])
        if options["anchors"]:
            kept = anchors_in(options["anchors"])
            for evaluation in chosen:
                broken += misfits(evaluation, kept.pop(evaluation.pk, ()))
            if not slug:
                broken += [f"{pk}: the evaluation is no longer there" for pk in kept]
        if broken:
            raise CommandError("\n".join(broken))
        if options["print_anchor"]:
            last = Entry.objects.filter(evaluation=chosen[0]).latest("number")
            self.stdout.write(f"{last.number}:{last.hash}")
