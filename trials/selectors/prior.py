"""What an evaluation's urns start with, and where that comes from."""

from typing import Any

from evaltracker.evaluations.models import Evaluation
from trials.scoring.urns import DEFAULT_PRIOR, Prior

SHARES = ("holds", "partly", "fails", "worth")


def prior_of(evaluation: Evaluation) -> tuple[Prior, dict[str, Any]]:
    """The prior, and its source: our default, set by hand, or the house's record."""
    stored: dict[str, Any] = evaluation.prior
    if not stored:
        return DEFAULT_PRIOR, {"source": "default"}
    prior = Prior(**{name: stored[name] for name in SHARES})
    return prior, {name: stored[name] for name in stored if name not in SHARES}
