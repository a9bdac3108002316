"""Reads of trials: the ledger, its history, trials and scores."""

from trials.selectors.cells import Cell
from trials.selectors.ledger import Column, Ledger, LedgerRow, ledger, one_cell
from trials.selectors.matrix import Revision, cell_history
from trials.selectors.scores import (
    Scorer,
    ScoresTable,
    cell_records,
    counted_scores,
    far_apart,
    far_apart_in,
    scores_table,
    unlocked_scorers,
)
from trials.selectors.trials import (
    DayShare,
    agreed_gaps,
    agreed_trial,
    asked_musts,
    exercised_by_day,
    half_time_alarm,
    own_runs,
    unjudged_criteria,
)

__all__ = [
    "Cell",
    "Column",
    "DayShare",
    "Ledger",
    "LedgerRow",
    "Revision",
    "Scorer",
    "ScoresTable",
    "agreed_gaps",
    "agreed_trial",
    "asked_musts",
    "cell_history",
    "cell_records",
    "counted_scores",
    "exercised_by_day",
    "far_apart",
    "far_apart_in",
    "half_time_alarm",
    "ledger",
    "one_cell",
    "own_runs",
    "scores_table",
    "unjudged_criteria",
    "unlocked_scorers",
]
