"""`manage.py verify_journal [EVALUATION]`: whether journals hold, and tables with them.

Where to begin, from the slowest to the quickest: with every entry; with what a check
before wrote to a `--checkpoint`, which still compares every row; after an anchor, where
only rows that later entries tell of are compared.
"""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evaltracker.evaluations.models import Entry, Evaluation
from evaltracker.evaluations.services.covering import cover_tables
from evaltracker.workflow.management.reading import (
    Anchor,
    Checkpoint,
    Verdict,
    anchors_in,
    evaluation_of,
    misfits,
    read_anchor,
)

OPTIONS: dict[str, dict[str, Any]] = {
    "--tables": {
        "action": "store_true",
        "help": "compare claims, scores, costs, signatures … with their entries, too",
    },
    "--anchor": {
        "metavar": "NUMBER:HASH",
        "help": "an entry kept elsewhere; finds a cut or rewritten tail",
    },
    "--anchors": {
        "metavar": "FILE",
        "help": "a log kept elsewhere, which tells the heads; - is standard input",
    },
    "--since": {
        "metavar": "NUMBER:HASH",
        "help": "read only what follows this entry, which was kept elsewhere",
    },
    "--from-anchor": {
        "metavar": "FILE",
        "help": "read only what follows the last head of each journal in this log",
    },
    "--checkpoint": {
        "metavar": "FILE",
        "help": "go on where the last check ended, and write down where this one does",
    },
    "--cover": {
        "action": "store_true",
        "help": "first commit to rows of before, which no entry commits to",
    },
    "--print-anchor": {
        "action": "store_true",
        "help": "print the last entry as NUMBER:HASH, to be kept elsewhere",
    },
}


class Command(BaseCommand):
    """Names the first broken entry of each chain, and rows that are not as told."""

    help = "Check the journals; exit 1 and what does not hold, if anything does not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("evaluation", metavar="EVALUATION", nargs="?")
        for name, settings in OPTIONS.items():
            parser.add_argument(name, **settings)

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["evaluation"]
        if not slug and any(options[it] for it in ("anchor", "since", "print_anchor")):
            raise CommandError("An anchor belongs to one evaluation; name it.")
        if sum(bool(options[it]) for it in ("since", "from_anchor", "checkpoint")) > 1:
            raise CommandError(
                "Choose one of --since, --from-anchor and --checkpoint to begin at."
            )
        chosen = (
            [evaluation_of(slug)] if slug else list(Evaluation.objects.order_by("slug"))
        )
        if options["cover"]:
            self.cover(chosen)
        checkpoint = Checkpoint.at(options["checkpoint"])
        verdict = Verdict()
        for evaluation, since in starting_points(chosen, options):
            if not options["print_anchor"]:
                self.stderr.write(f"Checking {evaluation.slug} …")
            verdict.judge(
                evaluation,
                since=since,
                tables=options["tables"] or bool(options["checkpoint"]),
                checkpoint=checkpoint,
            )
        broken = [*verdict.broken, *not_anchored(chosen, options)]
        if broken:
            raise CommandError("\n".join(broken))
        checkpoint.write()
        if options["print_anchor"]:
            last = Entry.objects.filter(evaluation=chosen[0]).latest("number")
            self.stdout.write(f"{last.number}:{last.hash}")
        else:
            self.stdout.write(verdict.sentence())

    def cover(self, chosen: Iterable[Evaluation]) -> None:
        for evaluation in chosen:
            if entry := cover_tables(evaluation):
                self.stderr.write(
                    f"{evaluation.slug}: entry {entry.number} commits to every row."
                )


def starting_points(
    chosen: Iterable[Evaluation], options: dict[str, Any]
) -> Iterable[tuple[Evaluation, Anchor | None]]:
    kept = anchors_in(options["from_anchor"]) if options["from_anchor"] else {}
    since = read_anchor(options["since"]) if options["since"] else None
    for evaluation in chosen:
        yield evaluation, since or max(kept.get(evaluation.pk, ()), default=None)


def not_anchored(chosen: list[Evaluation], options: dict[str, Any]) -> list[str]:
    broken = []
    if options["anchor"]:
        broken += misfits(chosen[0], [read_anchor(options["anchor"])])
    if options["anchors"]:
        kept = anchors_in(options["anchors"])
        for evaluation in chosen:
            broken += misfits(evaluation, kept.pop(evaluation.pk, ()))
        if not options["evaluation"]:
            broken += [f"{pk}: the evaluation is no longer there" for pk in kept]
    return broken
