"""The rules of scoring: pure functions, exact sums, every result with its working.

Nothing here imports the framework or reads a clock; "today" is handed in. The
version goes up whenever the same facts would give another number.
"""

from trials.scoring.certainty import (
    DRAWS,
    SEED,
    Flip,
    Placed,
    count_certainty,
    nearest_flip,
    ranking,
    smallest_flip,
    winning_shares,
)
from trials.scoring.effort import HEAVY, EffortSums
from trials.scoring.fit import (
    OPEN,
    TOP_SCORE,
    Coverage,
    Field,
    Fit,
    FitRow,
    FitSum,
    PeopleScore,
    RowState,
    ScoreFacts,
    Spread,
    Total,
    agreed_scores,
    contender,
    field_of,
    fit,
    fit_row,
    fit_sum,
    knock_outs,
    people_score,
    proofs_to_lead,
    rounded,
    spread,
    total,
)
from trials.scoring.ledger import (
    CellState,
    JudgedPromise,
    ValueState,
    credit,
    plain_state,
    standing,
    state_before_scope,
)
from trials.scoring.open_cells import (
    DEFAULT_CREDITS,
    FORMULA_VERSION,
    WEAKNESS,
    CellFacts,
    ClaimFacts,
    Credits,
    EvidenceFacts,
    OpenCell,
    PendingVerdicts,
    RecordedCell,
    RequirementFacts,
    Standing,
    Verdict,
    VerdictPrior,
    urn_of,
)
from trials.scoring.promise import (
    FEWEST_TESTED,
    Pick,
    PromiseRecord,
    SourceRecord,
    Tally,
    fit_by_category,
    picks,
    promise_record,
)
from trials.scoring.scope import (
    UNNAMED,
    CellRecord,
    JudgedAnswer,
    Names,
    Ruled,
    ScopedAnswer,
    Value,
    cell_state,
    read_means,
    values_to_ask,
)
