"""The memo of an evaluation as it stands, counted once for each of its versions.

Its inputs have no cells: what those come to is known from the ledger, which stands for
the same records. `gather_inputs` has them, for whatever is frozen or of another day.
"""

import datetime
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from evaltracker.decision.memo.brief import AnsweredBrief, answered_briefs
from evaltracker.decision.memo.cells import dates_ahead, on_day, planned_dates
from evaltracker.decision.memo.inputs import (
    gather_inputs,
    inputs_of,
    last_draws,
    no_draws,
)
from evaltracker.decision.memo.results import Counted, count, count_known, results_of
from evaltracker.decision.models import Decision, KeptDraws
from evaltracker.evaluations.models import Evaluation
from trials.scoring import Availability, CellState, Credits, Value, cell_state
from trials.scoring.promise import fit_by_category
from trials.selectors import Ledger
from trials.selectors.cell_numbers import counted_once, standing_ledger
from trials.selectors.cell_tuples import PlainShape, record_of, shape_of
from vendors.choices import CandidateState

type Fits = dict[str, dict[str, Fraction]]

MOST_DATED = 20_000  # cells that rest on dates; a large purchase has some thousands


@dataclass(frozen=True, slots=True)
class StandingMemo:
    """Inputs and results, the candidates as they were counted, and the dates ahead
    that something rests on, with how much."""

    inputs: dict[str, Any]
    results: dict[str, Any]
    counted: list[Counted]
    planned: list[tuple[datetime.date, int]]
    fits: Fits

    @property
    def memo(self) -> dict[str, Any]:
        """Inputs and results, as in a memo that is frozen."""
        return {"inputs": self.inputs, "results": self.results}

    def briefs(self, *, prices: bool) -> list[AnsweredBrief]:
        """What every finalist answers to the brief; without `prices` what it costs is
        sealed."""
        cells = {one.candidate["id"]: one.cells for one in self.counted}
        return answered_briefs(
            self.memo, prices=prices, states=lambda item, _: cells[item["id"]]
        )


def standing_memo(evaluation: Evaluation) -> StandingMemo:
    """Frozen with the decision, or as they stand with the last draws that were kept;
    those come later, and are no part of the version."""
    drawn = KeptDraws.objects.filter(evaluation=evaluation)
    key = drawn.values_list("digest", "entries").first()
    return counted_once(evaluation, f"memo with draws {key}", _memo)


def memo_on(
    evaluation: Evaluation, day: datetime.date, *, kept: bool = False
) -> StandingMemo:
    """The same on another day; with `kept`, every planned date until then was."""
    frozen = _frozen_memo(evaluation)
    now = frozen["inputs"] if frozen else gather_inputs(evaluation)
    inputs = on_day(now, day, kept=kept)
    counted = [count(item, inputs) for item in inputs["candidates"]]
    results = results_of(inputs, counted, no_draws)
    return _standing(inputs, results, counted, planned_dates(now))


def _memo(evaluation: Evaluation) -> StandingMemo:
    frozen = _frozen_memo(evaluation)
    if frozen:
        inputs = frozen["inputs"]
        counted = [count(item, inputs) for item in inputs["candidates"]]
        return _standing(inputs, frozen["results"], counted, planned_dates(inputs))
    book = standing_ledger(evaluation)
    inputs, states = inputs_of(book, {}), _states(book)
    sums = {str(column.candidate.pk): column.sums for column in book.columns}
    counted = [
        count_known(
            item,
            inputs,
            states[item["id"]].by_ref,
            fit=sums[item["id"]].whole_fit,
            knock_outs=list(sums[item["id"]].knock_outs),
            promises=sums[item["id"]].promises,
        )
        for item in inputs["candidates"]
    ]
    fits = {key: each.fit_by_category for key, each in sums.items()}
    results = results_of(inputs, counted, last_draws(evaluation))
    cells = (
        cell
        for item in inputs["candidates"]
        if item["state"] != CandidateState.ELIMINATED
        for cell in states[item["id"]].dated
    )
    planned = dates_ahead(cells, book.as_of)
    return StandingMemo(inputs, results, counted, planned, fits)


def _frozen_memo(evaluation: Evaluation) -> dict[str, Any] | None:
    decision = Decision.objects.filter(evaluation=evaluation).first()
    if decision is None or decision.decided_at is None:
        return None
    memo: dict[str, Any] = decision.memo
    return memo


def _standing(
    inputs: dict[str, Any],
    results: dict[str, Any],
    counted: list[Counted],
    planned: list[tuple[datetime.date, int]],
) -> StandingMemo:
    category_of = {row["ref"]: row["category"] for row in inputs["requirements"]}
    fits = {
        one.candidate["id"]: fit_by_category(one.fit.rows, category_of)
        for one in counted
    }
    return StandingMemo(inputs, results, counted, planned, fits)


def _is_planned(state: CellState) -> bool:
    claims = (one.facts.claim for one in state.values)
    return any(claim and claim.availability == Availability.PLANNED for claim in claims)


@dataclass(slots=True)
class _States:
    """What cells come to by ref, and those of them that rest on planned dates."""

    by_ref: dict[str, CellState]
    dated: list[CellState]


def _states(book: Ledger) -> dict[str, _States]:
    """What cells come to, by candidate. Those of the ledger know no dates; where one
    rests on a planned date, it is read with that date."""
    credits = Credits.from_mapping(book.evaluation.credits)
    refs, wide = [row.ref for row in book.rows], len(book.rows)
    rests: dict[int, bool] = {}
    states = {}
    for place, column in enumerate(book.columns):
        numbers = column.numbers
        for number in set(numbers) - rests.keys():
            rests[number] = _is_planned(book.kinds[number].state)
        found = [book.kinds[number].state for number in numbers]
        dated = [at for at, number in enumerate(numbers) if rests[number]]
        for at in dated:
            plain = (book.on_file or {})[place * wide + at]
            demanded = book.rows[at].demanded
            found[at] = _dated(plain, demanded, book.as_of, credits)
        states[str(column.candidate.pk)] = _States(
            dict(zip(refs, found, strict=True)), [found[at] for at in dated]
        )
    return states


@lru_cache(maxsize=MOST_DATED)
def _dated(
    plain: PlainShape, demanded: tuple[Value, ...], day: datetime.date, credits: Credits
) -> CellState:
    """A cell with the dates that it rests on; most stand alike in the next version."""
    return cell_state(record_of(shape_of(plain)), demanded, day, credits)
