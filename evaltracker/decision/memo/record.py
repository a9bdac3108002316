"""The record that a memo freezes: what its JSON holds, and its cells read back.

A frozen memo is never written anew, so these names are read for ever. What memos of
former formulas lack is `NotRequired`. Amounts and shares are decimals in text; days
and moments are in ISO 8601.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from evaltracker.enumerations import Availability, Source
from stakeholders.models import Role
from trials import scoring
from trials.scoring import CellState, ValueState, state_before_scope
from vendors.policy import INVITABLE


class FrozenBrief(TypedDict):
    title: str
    buyer: str
    problem: str
    infrastructure: list[str]
    languages: str
    must_run_by: str | None
    budget: str | None
    budget_once: NotRequired[str | None]
    budget_yearly: NotRequired[str | None]
    currency: str
    support_wanted: str
    engineers: int
    context: str
    source_note: str
    evidence_share: str
    credits: dict[str, str]
    horizon_months: int
    discount_rate: str
    planning_factor: str
    working_days: int
    loaded_hourly_rate: str | None
    builder_earnings: NotRequired[str | None]
    words: NotRequired[dict[str, str]]


class OwnedBrief(FrozenBrief):
    owner: str


class FrozenMetric(TypedDict):
    name: str
    baseline: str
    target: str
    how_measured: str


class FrozenCategory(TypedDict):
    name: str
    weight: int | None
    price_reason: NotRequired[str]


class FrozenRequirement(TypedDict):
    ref: str
    category: str
    text: str
    priority: str
    weight: int
    metric: str
    metric_excuse: str
    lists: NotRequired[list[str]]


class FrozenCell(TypedDict):
    """`claim` is the answer that stands; `read_record` and `cell_facts` read it."""

    claim: dict[str, Any] | None
    evidence: list[dict[str, Any]]
    not_applicable: Any
    excused: Any


class FrozenScore(TypedDict):
    category__name: str
    value: int
    reason: NotRequired[str]


class FrozenKind(TypedDict):
    key: str
    name: str
    group: str
    rises: bool
    counts_as: str
    for_kinds: list[str]
    not_applicable: str
    parts: list[str]


class FrozenCostLine(TypedDict):
    kind: str
    label: NotRequired[str]
    state: str
    low: str | None
    likely: str | None
    high: str | None
    quantity: str
    unit: NotRequired[str]
    pricing: NotRequired[str]
    tiers: NotRequired[list[dict[str, Any]]]
    recurrence: str
    currency: str
    rate: str | None
    source_text: str
    source_url: str
    quoted_on: str | None
    said_by: NotRequired[str]
    # Why it does not apply, of a line that says so.
    ruled: NotRequired[str]
    # What support that is, in the vendor's words.
    offered: NotRequired[str | None]


class FrozenRate(TypedDict):
    currency: str
    base: str
    rate: str
    rated_on: str
    source: str


class FrozenSheet(TypedDict):
    arrived_at: str
    confirmed_at: str | None
    submission__claims: int
    submission__submitted_by: str


class FrozenOption(TypedDict):
    name: str
    kind: str
    state: str
    state_reason: str
    months_to_live: str | None
    hours_saved: str | None
    builders: NotRequired[str | None]
    payments: NotRequired[list[Any]]
    support_offered: NotRequired[str]


class FrozenGap(TypedDict):
    ref: str
    severity: str
    text: str
    reply: str
    promised_for: str | None
    closed: bool
    lead: str


class FrozenStep(TypedDict):
    """`kind` is `condition`, `gap`, `milestone`, `promise` or `start`."""

    on: str
    kind: str
    text: str
    who: str


class FrozenCandidate(FrozenOption):
    """`settled` is None before the consensus is opened; `numbers` are by ref. From
    formula 4 on: whether its vendor was `invited`, all `gaps` of its trials, and its
    `steps` from the memo's day on, in their order."""

    id: str
    eliminated_in: NotRequired[str]
    cells: dict[str, FrozenCell]
    numbers: NotRequired[dict[str, Any]]
    scores: list[FrozenScore]
    settled: NotRequired[list[FrozenScore] | None]
    cost_lines: list[FrozenCostLine]
    mailed_sheets: NotRequired[list[FrozenSheet]]
    invited: NotRequired[bool]
    gaps: NotRequired[list[FrozenGap]]
    steps: NotRequired[list[FrozenStep]]
    # `kind` and `text` as its vendor stated it last; None: it did not.
    support_stated: NotRequired[dict[str, str] | None]
    # What its “yes” costs in days, by ref, where that was asked for.
    effort: NotRequired[dict[str, dict[str, Any]]]


class FrozenChoice(TypedDict):
    candidate: str
    rationale: str
    dissent: str
    revisit_when: str


class FrozenSignature(TypedDict):
    visit__stage: NotRequired[str]
    visit__number: int
    role: str
    # What the role was called; absent or blank of before roles had names.
    role_name: NotRequired[str]
    printed_name: str
    verdict: str
    reason: str
    signed_at: str
    document__sha256: str
    imported: NotRequired[bool]
    # Of the decision's own signatures: the round, and whom they stood in for.
    round: NotRequired[int]
    seat: NotRequired[str]


class Inputs(TypedDict):
    formula_version: str
    as_of: str
    brief: OwnedBrief
    brief_questions: NotRequired[list[list[str]]]
    scale: NotRequired[list[str]]
    metrics: list[FrozenMetric]
    categories: list[FrozenCategory]
    role_weights: dict[str, dict[str, int]]
    # What roles were called, where not as usual.
    role_names: NotRequired[dict[str, str]]
    lists: NotRequired[dict[str, list[str]]]
    requirements: list[FrozenRequirement]
    candidates: list[FrozenCandidate]
    certainty: NotRequired[dict[str, Any]]
    rates: NotRequired[list[FrozenRate]]
    kinds: NotRequired[list[FrozenKind]]
    choice: FrozenChoice
    sign_offs: list[FrozenSignature]
    # By stage, where not as usual.
    different_people: NotRequired[dict[str, int]]
    waivers: list[dict[str, str]]
    excuses: list[dict[str, Any]]
    interests: list[dict[str, Any]]
    consensus: dict[str, str] | None
    conditions: list[dict[str, str]]


class FrozenPromises(TypedDict):
    tested: int
    hidden: bool
    held: NotRequired[int]
    short: NotRequired[int]
    partly: NotRequired[int]
    failed: NotRequired[int]


class FrozenCost(TypedDict):
    low: str
    likely: str
    high: str
    known: int
    kinds: int
    unsaid: list[str]
    rows: list[dict[str, Any]]
    limits: NotRequired[list[dict[str, str]]]


class FrozenWorth(TypedDict):
    amount: str
    working: str
    opportunity: str
    opportunity_working: str


class CostResult(TypedDict):
    cost: FrozenCost
    value: FrozenWorth | None
    opportunity: NotRequired[dict[str, Any] | None]


class DemoCounts(TypedDict, total=False):
    shown: int
    researched: int
    noted: int
    ours: int
    promises_in_demos: FrozenPromises


class CandidateResult(CostResult, DemoCounts):
    fit: str | None
    fit_of_tested: str | None
    asked: int
    answered: int
    tested: int
    people: str | None
    total: str | None
    total_working: str
    knock_outs: list[str]
    standings: dict[str, str]
    promises: FrozenPromises


# A `CandidateResult` by the candidate's id, and beside them `robustness`.
type Results = dict[str, Any]


class Memo(TypedDict):
    inputs: Inputs
    results: Results
    text: NotRequired[str]
    seal: NotRequired[dict[str, Any]]


def cell_inputs(record: scoring.CellRecord) -> FrozenCell:
    answer = record.current
    return {
        "claim": {**_answer_inputs(answer), "stale": record.stale, "ours": record.ours}
        if answer
        else None,
        "evidence": [_verdict_inputs(verdict) for verdict in record.verdicts],
        "not_applicable": _ruled_inputs(record.not_applicable),
        "excused": _ruled_inputs(record.excused),
    }


ANSWER = ("availability", "available_from", "means", "environments")
VERDICT = (
    *("source", "verdict", "at", "independent", "runner", "data"),
    *("same_words", "other_wording"),
)


def _answer_inputs(answer: scoring.ScopedAnswer) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in ANSWER}


def _verdict_inputs(verdict: scoring.JudgedAnswer) -> dict[str, Any]:
    """`judged` is None where it judged the answer that stands."""
    return {
        **{name: getattr(verdict, name) for name in VERDICT},
        "named": verdict.named or {},
        "item_named": verdict.item_named or {},
        "judged": verdict.judged and _answer_inputs(verdict.judged),
        "promised": verdict.promised and _answer_inputs(verdict.promised),
    }


def _ruled_inputs(ruled: scoring.Ruled) -> Any:
    return ruled.whole or ruled.named or False


def cell_states(item: FrozenCandidate, inputs: Inputs) -> dict[str, scoring.CellState]:
    """What the cells of one candidate of `inputs` come to by ref, on the day that they
    name and by the formula that they were frozen with."""
    today = datetime.date.fromisoformat(inputs["as_of"])
    credits = credits_of(inputs)
    if not knows_lists(inputs):
        return {
            ref: state_before_scope(cell_facts(cell), today, credits)
            for ref, cell in item["cells"].items()
        }
    demanded = demanded_of(inputs)
    former = is_former(inputs)
    return {
        ref: scoring.cell_state(
            read_record(cell), demanded[ref], today, credits, former=former
        )
        for ref, cell in item["cells"].items()
    }


def is_former(inputs: Inputs) -> bool:
    """Whether it was counted by formula 1, 2 or 3: there a note without a status was an
    answer, new words shed what was found of older ones, and no promise was short."""
    return inputs["formula_version"] in ("1", "2", "3")


def knows_lists(inputs: Inputs) -> bool:
    """Whether lists of the brief, and who ran what on whose data, were frozen. Others
    count by formula 2, with its reading of *tested*."""
    return "lists" in inputs


NOT_ASKED = "not asked"
NOTHING_STATED = "nothing stated yet"


def silence_of(item: FrozenCandidate, result: CandidateResult) -> str:
    """Why figures of a candidate are “–”: nothing is answered. Blank if something is,
    or if it was counted by a formula that told none of this."""
    if result["answered"] or "noted" not in result:
        return ""
    never = item.get("invited") is False and item["kind"] in INVITABLE
    if never and not result["noted"]:
        return NOT_ASKED
    return NOTHING_STATED


def demanded_of(inputs: Inputs) -> dict[str, list[scoring.Value]]:
    return {
        row["ref"]: [
            scoring.Value(name, value)
            for name in row["lists"]
            for value in inputs["lists"][name]
        ]
        for row in inputs["requirements"]
    }


def credits_of(inputs: Inputs) -> scoring.Credits:
    return scoring.Credits.from_mapping(inputs["brief"]["credits"])


def read_record(cell: FrozenCell) -> scoring.CellRecord:
    claim = cell["claim"]
    return scoring.CellRecord(
        current=_answer(claim) if claim else None,
        stale=bool(claim and claim["stale"]),
        verdicts=[_verdict(verdict) for verdict in cell["evidence"]],
        not_applicable=_ruled(cell["not_applicable"]),
        excused=_ruled(cell["excused"]),
        ours=bool(claim and claim.get("ours")),
    )


def _answer(row: Mapping[str, Any]) -> scoring.ScopedAnswer:
    means = row["means"]
    return scoring.ScopedAnswer(
        availability=Availability(row["availability"]),
        available_from=day(row["available_from"]),
        means=None if means is None else scoring.read_means(means),
        environments=tuple(row["environments"]),
    )


def _verdict(row: Mapping[str, Any]) -> scoring.JudgedAnswer:
    return scoring.JudgedAnswer(
        source=Source(row["source"]),
        verdict=scoring.Verdict(row["verdict"]),
        at=datetime.datetime.fromisoformat(row["at"]),
        independent=row["independent"],
        runner=row["runner"],
        data=row["data"],
        named=row["named"],
        item_named=row["item_named"],
        judged=row["judged"] and _answer(row["judged"]),
        same_words=row["same_words"],
        other_wording=row["other_wording"],
        promised=row["promised"] and _answer(row["promised"]),
    )


def _ruled(ruling: bool | Mapping[str, Sequence[str]]) -> scoring.Ruled:
    if isinstance(ruling, bool):
        return scoring.Ruled(whole=ruling)
    return scoring.Ruled(named=ruling)


def cell_facts(cell: FrozenCell) -> scoring.CellFacts:
    """A cell read back from JSON of formula 1 or 2."""
    claim = cell["claim"]
    return scoring.CellFacts(
        claim=scoring.ClaimFacts(
            availability=Availability(claim["availability"]),
            available_from=day(claim["available_from"]),
            stale=claim["stale"],
        )
        if claim
        else None,
        evidence=tuple(
            scoring.EvidenceFacts(
                source=Source(row["source"]),
                verdict=scoring.Verdict(row["verdict"]),
                at=datetime.datetime.fromisoformat(row["at"]),
                independent=row["independent"],
                judged=row["judged"] and Availability(row["judged"]),
            )
            for row in cell["evidence"]
        ),
        not_applicable=cell["not_applicable"],
        excused=cell["excused"],
    )


def day(text: str | None) -> datetime.date | None:
    if text is None:
        return None
    return datetime.date.fromisoformat(text)


def on_day(inputs: Inputs, day: datetime.date, *, kept: bool) -> Inputs:
    """`inputs` as they would count on `day` if nothing else happened until then.

    A planned date that has passed by then without proof is slipped. With `kept`, every
    planned date up to that day counts as kept instead: what was planned is available
    now and still only claimed, for nobody has seen it.
    """
    later: Inputs = {**inputs, "as_of": day.isoformat()}
    if not kept:
        return later
    later["candidates"] = [
        {**candidate, "cells": dict(cells_kept(candidate, inputs, day))}
        for candidate in inputs["candidates"]
    ]
    return later


def cells_kept(
    candidate: FrozenCandidate, inputs: Inputs, day: datetime.date
) -> Iterator[tuple[str, FrozenCell]]:
    states = cell_states(candidate, inputs)
    for ref, cell in candidate["cells"].items():
        planned = planned_values(states[ref])
        yield ref, available(cell, [state for state, on in planned if on <= day])


def available(cell: FrozenCell, values: list[ValueState]) -> FrozenCell:
    claim = cell["claim"]
    if not values or claim is None:
        return cell
    means = claim.get("means")
    if values[0].name and means is not None:
        means = {name: dict(answers) for name, answers in means.items()}
        for state in values:
            means[state.list_name][state.value] = [Availability.NOW, None]
        return {**cell, "claim": {**claim, "means": means}}
    now = {**claim, "availability": Availability.NOW, "available_from": None}
    return {**cell, "claim": now}


def planned_values(cell: CellState) -> list[tuple[ValueState, datetime.date]]:
    planned = []
    for state in cell.values:
        claim = state.facts.claim
        if claim is None or claim.stale or state.facts.evidence:
            continue
        if claim.availability == Availability.PLANNED and claim.available_from:
            planned.append((state, claim.available_from))
    return planned


def planned_dates(inputs: Inputs) -> list[tuple[datetime.date, int]]:
    cells = (
        cell
        for candidate in inputs["candidates"]
        if candidate["state"] != "eliminated"
        for cell in cell_states(candidate, inputs).values()
    )
    return dates_ahead(cells, datetime.date.fromisoformat(inputs["as_of"]))


def dates_ahead(
    cells: Iterable[CellState], today: datetime.date
) -> list[tuple[datetime.date, int]]:
    """The dates from `today` on that these cells rest on, with how many; the next
    first. A date counts once for a cell, in however many values it is planned."""
    ahead: Counter[datetime.date] = Counter()
    for cell in cells:
        ahead.update({on for _, on in planned_values(cell) if on >= today})
    return sorted(ahead.items())


def name_of(inputs: Inputs, role: str) -> str:
    return inputs.get("role_names", {}).get(role) or str(Role(role).label)


def name_signed(row: FrozenSignature) -> str:
    return row.get("role_name") or str(Role(row["role"]).label)
