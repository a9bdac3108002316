"""Keeping the draws of what moved, so that no page waits for them.

A chore counts for every evaluation whose journal has grown since, or whose inputs time
alone may have moved. Draws are kept by the digest of their inputs: an entry that moved
none of them costs no new draws.
"""

import time

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.kit.database_away import database_is_away
from evaltracker.workflow.memo import compute_results, gather_inputs
from evaltracker.workflow.memo.certainty import Race, draw_all
from evaltracker.workflow.models import KeptDraws
from trials.selectors.versions import versions_of

# A chore that has counted for so long leaves the rest to the next tick.
BUDGET = 20.0

logger = structlog.get_logger(__name__)


def keep_moved_draws() -> None:
    """A chore: count the draws of each undecided evaluation that moved.

    One that cannot be counted is told in the log and holds up no other.
    """
    ends = time.monotonic() + BUDGET
    for evaluation in moved():
        if time.monotonic() > ends:
            return
        try:
            with transaction.atomic():
                keep_draws(evaluation=evaluation)
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("draws_failed", evaluation=str(evaluation.pk))


def moved() -> QuerySet[Evaluation]:
    """Undecided evaluations that an entry moved, or that time alone may have moved."""
    found: QuerySet[Evaluation] = Evaluation.objects.filter(
        Q(kept_draws__isnull=True)
        | ~Q(kept_draws__entries=F("journal_head__count"))
        | Q(kept_draws__valid_until__lte=timezone.now(), status=Status.OPEN),
    ).exclude(status=Status.DECIDED)
    return found.select_related("owner", "journal_head").order_by("created_at")


def keep_draws(*, evaluation: Evaluation) -> KeptDraws:
    """Draw what stands now and keep it; draws of the same inputs stay as they are.

    The count of entries was read before the facts: what is written meanwhile makes it
    move once more.
    """
    entries = evaluation.journal_head.count
    kept = KeptDraws.objects.filter(evaluation=evaluation).first()
    drawn = kept.results if kept else {}
    digest = kept.digest if kept else ""

    def draw(race: Race) -> dict[str, object]:
        nonlocal drawn, digest
        if race.digest != digest:
            digest, drawn = race.digest, draw_all(race)
        return drawn

    until = versions_of([evaluation.pk])[evaluation.pk].valid_until
    results = compute_results(gather_inputs(evaluation), draw)
    ranking = results["robustness"].get("ranking", [])
    kept, _ = KeptDraws.objects.update_or_create(
        evaluation=evaluation,
        defaults={
            "entries": entries,
            "valid_until": until,
            "digest": digest,
            "results": drawn,
            "firsts": [row["id"] for row in ranking if row["rank"] == 1],
        },
    )
    return kept
