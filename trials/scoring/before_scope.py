"""Formulas 1 and 2, for memos that were counted with them: no lists, and whatever a
demo or a trial judged was *tested*."""

from dataclasses import replace
from datetime import date

from trials.scoring.cells import CellState, plain_state
from trials.scoring.credits import DEFAULT_CREDITS, Credits
from trials.scoring.facts import CellFacts
from trials.scoring.ledger import tried
from trials.scoring.values import promise_judged


def state_before_scope(
    cell: CellFacts, today: date, credits: Credits = DEFAULT_CREDITS
) -> CellState:
    """The cell, tested if a demo or a trial judged it, and its promise by either."""
    state, found = plain_state(cell, today, credits), tried(cell)
    judged = None if state.not_applicable else promise_judged(cell, found)
    return replace(
        state,
        tested=bool(state.answered and found),
        by_trial=judged,
        by_demo=None,
    )
