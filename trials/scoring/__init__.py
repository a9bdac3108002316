"""The rules of scoring: pure functions, exact sums, every result with its working.

Nothing here imports the framework or reads a clock; "today" is handed in. The
version goes up whenever the same facts would give another number.
"""

from trials.scoring.credits import DEFAULT_CREDITS, Credits
from trials.scoring.facts import (
    FORMULA_VERSION,
    Availability,
    CellFacts,
    ClaimFacts,
    EvidenceFacts,
    Priority,
    RequirementFacts,
    Source,
    Standing,
    Verdict,
)
from trials.scoring.fitting import (
    Coverage,
    Fit,
    FitRow,
    FitSum,
    RowState,
    fit,
    fit_row,
    fit_sum,
    knock_outs,
    rounded,
)
from trials.scoring.ledger import CellCredit, credit, standing, tried
from trials.scoring.people import (
    TOP_SCORE,
    CategoryScore,
    CostPoints,
    PeopleScore,
    ScoreFacts,
    Spread,
    Total,
    agreed_scores,
    cost_points,
    people_score,
    spread,
    total,
)
from trials.scoring.promise import PromiseRecord, PromiseRow, Tally, promise_record

__all__ = [
    "DEFAULT_CREDITS",
    "FORMULA_VERSION",
    "TOP_SCORE",
    "Availability",
    "CategoryScore",
    "CellCredit",
    "CellFacts",
    "ClaimFacts",
    "CostPoints",
    "Coverage",
    "Credits",
    "EvidenceFacts",
    "Fit",
    "FitRow",
    "FitSum",
    "PeopleScore",
    "Priority",
    "PromiseRecord",
    "PromiseRow",
    "RequirementFacts",
    "RowState",
    "ScoreFacts",
    "Source",
    "Spread",
    "Standing",
    "Tally",
    "Total",
    "Verdict",
    "agreed_scores",
    "cost_points",
    "credit",
    "fit",
    "fit_row",
    "fit_sum",
    "knock_outs",
    "people_score",
    "promise_record",
    "rounded",
    "spread",
    "standing",
    "total",
    "tried",
]
