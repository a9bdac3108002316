"""The brief, answered: each of its questions, what a candidate answers, how far it is
proven. Pure: everything comes from a memo's inputs and results."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evaltracker.evaluations.choices import SupportWanted
from evaltracker.workflow.memo.as_of import planned_values
from evaltracker.workflow.memo.brief_values import (
    BAD,
    GOOD,
    BriefAnswer,
    list_answers,
    named_refs,
)
from evaltracker.workflow.memo.cells import cell_states, day, knows_lists
from evaltracker.workflow.memo.counting import States
from evaltracker.workflow.memo.markdown import amount
from evaltracker.workflow.memo.markdown import day as written_day
from evaltracker.workflow.memo.weighing import CHOOSABLE
from trials.scoring import CellState, Standing
from vendors.costs import CostKind


@dataclass(frozen=True, slots=True)
class AnsweredBrief:
    """What one finalist answers to the brief."""

    key: str
    name: str
    rows: tuple[BriefAnswer, ...]


def answered_briefs(
    memo: Mapping[str, Any], *, prices: bool, states: States = cell_states
) -> list[AnsweredBrief]:
    """The brief as every finalist answers it, who was chosen first; without `prices`
    what it costs stays sealed. Memos from before the lists say nothing of them."""
    inputs = memo["inputs"]
    finalists = sorted(
        (row for row in inputs["candidates"] if row["state"] in CHOOSABLE),
        key=lambda row: (row["id"] != inputs["choice"]["candidate"], row["name"]),
    )
    return [
        AnsweredBrief(
            row["id"],
            row["name"],
            tuple(_answers(row, memo, states(row, inputs), prices=prices)),
        )
        for row in finalists
    ]


def _answers(
    candidate: Mapping[str, Any],
    memo: Mapping[str, Any],
    states: Mapping[str, CellState],
    *,
    prices: bool,
) -> Iterator[BriefAnswer]:
    inputs, result = memo["inputs"], memo["results"][candidate["id"]]
    if knows_lists(inputs):
        yield from list_answers(inputs, states)
    yield from _date(candidate, inputs, states)
    yield from _budget(inputs["brief"], result["cost"], prices=prices)
    yield from _support(candidate, inputs["brief"], result["cost"], prices=prices)
    yield from _metrics(inputs, states)


def _date(
    candidate: Mapping[str, Any],
    inputs: Mapping[str, Any],
    states: Mapping[str, CellState],
) -> Iterator[BriefAnswer]:
    """The day that it must run, and what is planned for later."""
    wanted = day(inputs["brief"]["must_run_by"])
    if wanted is None:
        return
    musts = {row["ref"] for row in inputs["requirements"] if row["priority"] == "must"}
    late = {
        ref
        for ref in musts
        for _, planned in planned_values(states[ref])
        if planned > wanted
    }
    months = candidate["months_to_live"]
    answer, tone = "not stated", ""
    if months is not None:
        today = datetime.date.fromisoformat(inputs["as_of"])
        live = today + datetime.timedelta(days=round(float(months) * 365.25 / 12))
        answer = f"about {_written(live)}, {amount(months)} months from now"
        tone = BAD if live > wanted else GOOD
    proof = "an estimate of ours" if months is not None else "–"
    if late:
        proof = f"must-haves planned for later: {named_refs(inputs, sorted(late))}"
        tone = BAD
    yield BriefAnswer("Running by", _written(wanted), answer, proof, tone)


def _written(on: datetime.date) -> str:
    return written_day(on.isoformat())


def _budget(
    brief: Mapping[str, Any], cost: Mapping[str, Any], *, prices: bool
) -> Iterator[BriefAnswer]:
    """Each limit of the budget beside what is likely."""
    known = f"{cost['known']} of {cost['kinds']} kinds of cost known"
    for limit in cost.get("limits", ()):
        wanted = f"{amount(limit['limit'])} {brief['currency']}"
        question = f"Budget, {limit['name']}"
        if not prices:
            yield BriefAnswer(question, wanted, "sealed", known)
            continue
        if not cost["known"]:
            yield BriefAnswer(question, wanted, "no price known", known)
            continue
        over = Decimal(limit["likely"]) > Decimal(limit["limit"])
        answer = f"likely {amount(limit['likely'])} {brief['currency']}"
        whole = cost["known"] == cost["kinds"]
        yield BriefAnswer(
            question, wanted, answer, known, BAD if over else GOOD if whole else ""
        )


def _support(
    candidate: Mapping[str, Any],
    brief: Mapping[str, Any],
    cost: Mapping[str, Any],
    *,
    prices: bool,
) -> Iterator[BriefAnswer]:
    """Support wanted and support offered, and whether its price is known."""
    wanted, offered = brief["support_wanted"], candidate.get("support_offered", "")
    if not wanted and not offered:
        return
    proof = "–"
    if prices:
        kind = CostKind.SUPPORT.label
        priced = [row for row in cost["rows"] if row["kind"] == kind]
        states = Counter(row["state"] for row in priced if row["state"] != "unsaid")
        proof = "its price is known" if states else "its price is not stated"
    tone, order = "", list(SupportWanted.values)
    if wanted and offered:
        tone = GOOD if order.index(offered) >= order.index(wanted) else BAD
    yield BriefAnswer(
        "Support",
        SupportWanted(wanted).label if wanted else "not stated",
        SupportWanted(offered).label if offered else "not stated",
        proof,
        tone,
    )


def _metrics(
    inputs: Mapping[str, Any], states: Mapping[str, CellState]
) -> Iterator[BriefAnswer]:
    """Each business metric, over the requirements that are to move it."""
    for metric in inputs["metrics"]:
        moving = [
            states[row["ref"]]
            for row in inputs["requirements"]
            if row["metric"] == metric["name"] and not states[row["ref"]].not_applicable
        ]
        wanted = f"{metric['baseline'] or 'today'} → {metric['target'] or 'better'}"
        if not moving:
            yield BriefAnswer(metric["name"], wanted, "no requirement moves it", "–")
            continue
        whole = len(moving)
        answered = sum(cell.answered for cell in moving)
        proven = sum(cell.standing == Standing.PROVEN for cell in moving)
        yield BriefAnswer(
            metric["name"],
            wanted,
            f"{answered} of {whole} requirements that move it answered",
            f"{sum(cell.shown for cell in moving)} of {whole} shown, "
            f"{sum(cell.tested for cell in moving)} of {whole} tested",
            BAD
            if any(cell.knocks_out for cell in moving)
            else GOOD
            if proven == whole
            else "",
        )
