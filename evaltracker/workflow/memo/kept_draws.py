"""Draws that were kept: pages show the last ones, and what is signed has its own."""

from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.memo.certainty import Draws, Race, draw_all
from evaltracker.workflow.models import KeptDraws


def last_draws(evaluation: Evaluation) -> Draws:
    """The draws for a page, which never waits for them.

    Those of other inputs come with `as_of_entry`; None as long as there are none.
    """
    kept = KeptDraws.objects.filter(evaluation=evaluation).first()

    def find(race: Race) -> dict[str, Any] | None:
        if kept is None or not kept.results:
            return None
        results: dict[str, Any] = kept.results
        if kept.digest == race.digest:
            return results
        return {**results, "as_of_entry": kept.entries}

    return find


def exact_draws(evaluation: Evaluation) -> Draws:
    """The draws of just these inputs: kept ones, or counted on the spot.

    For words that are signed or frozen, which must never rest on older draws.
    """
    kept = KeptDraws.objects.filter(evaluation=evaluation).first()

    def find(race: Race) -> dict[str, Any]:
        if kept is not None and kept.results and kept.digest == race.digest:
            results: dict[str, Any] = kept.results
            return results
        return draw_all(race)

    return find


def no_draws(race: Race) -> dict[str, Any]:
    """For another day than today, of which nothing is drawn."""
    return {"wins": {}, "another_day": True}
