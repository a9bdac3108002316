"""Reads of trials: the ledger, its history, trials and scores."""

from trials.selectors.cell_cache import Cell
from trials.selectors.history import Revision, cell_history
from trials.selectors.ledger import Column, Ledger, ledger, one_cell
from trials.selectors.ledger_rows import LedgerRow
from trials.selectors.own import agreed_gaps, agreed_trial, own_runs
from trials.selectors.progress import (
    DayShare,
    asked_musts,
    exercised_by_day,
    half_time_alarm,
    unjudged_criteria,
)
from trials.selectors.records import cell_records
from trials.selectors.scores import (
    Scorer,
    ScoresTable,
    counted_scores,
    far_apart,
    far_apart_in,
    scores_table,
    unlocked_scorers,
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
