"""What the draws of a memo start from, frozen with its inputs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.memo.weighing import CHOOSABLE
from trials.scoring.draws import DRAWS, SEED
from trials.scoring.urns import Prior, urn_of
from trials.selectors import Ledger
from trials.selectors.owed import CandidateOwed, verdicts_owed
from trials.selectors.prior import prior_of
from vendors.models import Candidate

OPEN = ("candidate", "ref", "today", "holds", "partly", "fails", "knocks_out")
RECORDED = ("candidate", "ref", "today", "recorded", "knocks_out")


def certainty_inputs(
    evaluation: Evaluation, book: Ledger, candidates: Iterable[Candidate]
) -> dict[str, Any]:
    """What the draws start from: open cells, records, urns and where the urns start.

    Of all who can be chosen and are not knocked out; whoever has no total takes no
    part in the draws.
    """
    running = [
        candidate
        for candidate in candidates
        if candidate.state in CHOOSABLE and not book.of(candidate).knock_outs
    ]
    owed = verdicts_owed(book, running)
    prior, source = prior_of(evaluation)
    return {
        "seed": SEED,
        "draws": DRAWS,
        "prior": {**asdict(prior), **source},
        "candidates": {
            str(key): candidate_inputs(each, prior) for key, each in owed.items()
        },
        "open": [
            {field: getattr(cell, field) for field in OPEN}
            for each in owed.values()
            for cell in each.cells
        ],
        "recorded": [
            {field: getattr(cell, field) for field in RECORDED}
            for each in owed.values()
            for cell in each.recorded
        ],
    }


def candidate_inputs(owed: CandidateOwed, prior: Prior) -> dict[str, Any]:
    """A candidate's urn, its own record and how much is judged."""
    return {
        "urn": asdict(urn_of(prior, owed.own)),
        "own": asdict(owed.own),
        "judged": owed.judged,
        "unanswered": owed.unanswered,
    }
