"""Counting again from nothing what pages show of an evaluation, and comparing (T59)."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from evaltracker.decision.memo.inputs import gather_inputs, last_draws, standing_memo
from evaltracker.decision.memo.results import compute_results, draw_all
from evaltracker.decision.models import KeptDraws, Outlook
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.registry import only_reading
from evaltracker.workflow.gates import GateContext
from evaltracker.workflow.gates.context import first_closed, gate_reports
from evaltracker.workflow.inbox.items import stage_state
from evaltracker.workflow.management.commands.verify_journal import evaluation_of
from trials.selectors.evaluation_cache import standing_ledger, versions_of
from trials.selectors.matrix import cell_numbers, promises_of

# Somebody may change it while it is counted; then it is counted once more.
TRIES = 3


def differences(evaluation: Evaluation) -> list[str]:
    faults: list[str] = []
    for _ in range(TRIES):
        before = versions_of([evaluation.pk])[evaluation.pk]
        fresh = Evaluation.objects.select_related("owner").get(pk=evaluation.pk)
        faults = list(_differing(fresh))
        if not faults or before.holds(versions_of([evaluation.pk])[evaluation.pk]):
            break
    return faults


def _differing(evaluation: Evaluation) -> Iterator[str]:
    with only_reading():
        shown = dict(_counted(evaluation))
    for name, value in _counted(evaluation):
        if shown[name] != value:
            yield f"{name} is kept otherwise than it is counted"
    last = last_draws(evaluation)
    kept = KeptDraws.objects.filter(evaluation=evaluation)
    digest = kept.values_list("digest", flat=True).first()
    again = compute_results(
        gather_inputs(evaluation),
        lambda race: draw_all(race) if race.digest == digest else last(race),
    )
    if evaluation.is_open and shown["the comparison"] != again:
        yield "the comparison is counted and drawn otherwise from what a memo freezes"
    if not _outlook_agrees(evaluation):
        yield "the next step is kept otherwise than it is counted"


def _counted(evaluation: Evaluation) -> Iterator[tuple[str, Any]]:
    book = standing_ledger(evaluation)
    numbers = cell_numbers(evaluation)
    yield (
        "the ledger",
        {
            column.candidate.name: (
                {ref: cell.state for ref, cell in column.cells.items()},
                column.fit,
                column.knock_outs,
                promises_of(numbers, column),
            )
            for column in book.columns
        },
    )
    standing = standing_memo(evaluation)
    yield "the comparison", standing.results
    yield "what is compared", standing.inputs
    yield "the fit of categories", standing.figures.fits
    yield "the planned dates", standing.planned
    if evaluation.is_open:
        look = GateContext(evaluation)
        yield (
            "what stands in the way",
            [
                (report.gate.name, report.blockers)
                for report in gate_reports(evaluation)
            ],
        )
        yield "the next step", first_closed(look)
        yield "what is signed", look.document


def _outlook_agrees(evaluation: Evaluation) -> bool:
    stored = Outlook.objects.filter(evaluation=evaluation).first()
    version = versions_of([evaluation.pk])[evaluation.pk]
    if stored is None or stored.version != version.digest or not evaluation.is_open:
        return True
    if stored.valid_until is None or stored.valid_until <= timezone.now():
        return True
    stand = stage_state(GateContext(evaluation))
    return (stored.what, stored.why, stored.link, stored.digest, stored.due_on) == (
        stand.step.what,
        stand.step.why,
        stand.step.link,
        stand.digest,
        stand.due,
    )


class Command(BaseCommand):
    """Names what comes out otherwise; it changes nothing."""

    help = (
        "Count ledger, blockers, comparison, draws and signed words anew, in "
        "each way that the product counts them, and compare them with what is kept; "
        "exit 1 if something differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "evaluation", metavar="EVALUATION", nargs="?", help="its slug; else all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        slug = options["evaluation"]
        if slug:
            every = [evaluation_of(slug)]
        else:
            every = list(Evaluation.objects.all())
        wrong = [
            f"{evaluation.slug}: {difference}"
            for evaluation in every
            for difference in differences(evaluation)
        ]
        if wrong:
            raise CommandError("\n".join(wrong))
        if len(every) == 1:
            count = "1 evaluation"
        else:
            count = f"{len(every)} evaluations"
        self.stdout.write(f"{count} counted again: everything comes out the same.")
