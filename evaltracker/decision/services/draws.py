"""Draws that are stored, so that pages do not compute them."""

import time

import structlog
from django.db import transaction
from django.utils import timezone

from evaltracker.decision.memo.inputs import gather_inputs
from evaltracker.decision.memo.results import (
    SimulationInputs,
    compute_results,
    draw_all,
)
from evaltracker.decision.models import KeptDraws
from evaltracker.evaluations.choices import Status
from evaltracker.evaluations.models import Evaluation
from evaltracker.toolbox.database import database_is_away
from trials.selectors.evaluation_cache import versions_of

logger = structlog.get_logger(__name__)

# A chore that has counted for so long leaves the rest to the next tick.
BUDGET = 20.0


def keep_moved_draws() -> None:
    """A chore: count the draws of each undecided evaluation that moved. One that cannot
    be counted is told in the log and holds up no other."""
    ends = time.monotonic() + BUDGET
    for evaluation in evaluations_with_stale_draws():
        if time.monotonic() > ends:
            return
        try:
            with transaction.atomic():
                keep_draws(evaluation=evaluation)
        except Exception as error:
            if database_is_away(error):
                raise
            logger.exception("draws_failed", evaluation=str(evaluation.pk))


def evaluations_with_stale_draws() -> list[Evaluation]:
    rows = Evaluation.objects.exclude(status=Status.DECIDED).select_related("owner")
    evaluations = {row.pk: row for row in rows.order_by("created_at")}
    now = versions_of(evaluations)
    for draws in KeptDraws.objects.filter(evaluation__in=now).defer("results"):
        is_over = draws.valid_until <= timezone.now()
        if draws.version == now[draws.evaluation_id].digest and not (
            is_over and evaluations[draws.evaluation_id].is_open
        ):
            del evaluations[draws.evaluation_id]
    return [row for key, row in evaluations.items() if key in now]


def keep_draws(*, evaluation: Evaluation) -> KeptDraws:
    """Draw what stands now and keep it; draws of the same inputs stay as they are. The
    version was read before the facts: what is written meanwhile makes it move once
    more."""
    now = versions_of([evaluation.pk])[evaluation.pk]
    draws = KeptDraws.objects.filter(evaluation=evaluation).first()
    drawn: dict[str, object] = {}
    digest = ""
    if draws and draws.adds_up:
        drawn = draws.results
        digest = draws.digest

    def draw(race: SimulationInputs) -> dict[str, object]:
        nonlocal drawn, digest
        if race.digest != digest:
            digest = race.digest
            drawn = draw_all(race)
        return drawn

    results = compute_results(gather_inputs(evaluation), draw)
    ranking = results["robustness"].get("ranking", [])
    draws, _ = KeptDraws.objects.update_or_create(
        evaluation=evaluation,
        defaults={
            "version": now.digest,
            "valid_until": now.valid_until,
            "digest": digest,
            "results": drawn,
            "firsts": [row["id"] for row in ranking if row["rank"] == 1],
        },
    )
    return draws
