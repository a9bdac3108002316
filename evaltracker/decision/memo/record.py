"""A cell as it is frozen in a memo, and what it comes to when it is read back."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from trials import scoring
from trials.scoring import Availability, CellState, ValueState
from trials.scoring.ledger import state_before_scope


def cell_inputs(record: scoring.CellRecord) -> dict[str, Any]:
    """All that is on file for a cell, as JSON; `cell_states` reads it back."""
    answer = record.current
    return {
        "claim": answer and {**_answer_inputs(answer), "stale": record.stale},
        "evidence": [_verdict_inputs(verdict) for verdict in record.verdicts],
        "not_applicable": _ruled_inputs(record.not_applicable),
        "excused": _ruled_inputs(record.excused),
    }


def _answer_inputs(answer: scoring.Answer) -> dict[str, Any]:
    return {
        "availability": answer.availability,
        "available_from": answer.available_from,
        "means": answer.means,
        "environments": answer.environments,
    }


def _verdict_inputs(verdict: scoring.JudgedAnswer) -> dict[str, Any]:
    """`judged` is None where it judged the answer that stands."""
    return {
        "source": verdict.source,
        "verdict": verdict.verdict,
        "at": verdict.at,
        "independent": verdict.independent,
        "runner": verdict.runner,
        "data": verdict.data,
        "named": verdict.named or {},
        "item_named": verdict.item_named or {},
        "judged": verdict.judged and _answer_inputs(verdict.judged),
        "same_words": verdict.same_words,
        "other_wording": verdict.other_wording,
        "promised": verdict.promised and _answer_inputs(verdict.promised),
    }


def _ruled_inputs(ruled: scoring.Ruled) -> Any:
    return ruled.whole or ruled.named or False


def cell_states(
    item: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, scoring.CellState]:
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
    return {
        ref: scoring.cell_state(read_record(cell), demanded[ref], today, credits)
        for ref, cell in item["cells"].items()
    }


def knows_lists(inputs: Mapping[str, Any]) -> bool:
    """Whether lists of the brief, and who ran what on whose data, were frozen.

    Others count by formula 2, with its reading of *tested*.
    """
    return "lists" in inputs


def demanded_of(inputs: Mapping[str, Any]) -> dict[str, list[scoring.Value]]:
    """By ref the values in which a requirement must hold."""
    return {
        row["ref"]: [
            scoring.Value(name, value)
            for name in row["lists"]
            for value in inputs["lists"][name]
        ]
        for row in inputs["requirements"]
    }


def credits_of(inputs: Mapping[str, Any]) -> scoring.Credits:
    return scoring.Credits.from_mapping(inputs["brief"]["credits"])


def read_record(cell: Mapping[str, Any]) -> scoring.CellRecord:
    """A cell read back from JSON; the opposite of `cell_inputs`."""
    claim = cell["claim"]
    return scoring.CellRecord(
        current=claim and _answer(claim),
        stale=bool(claim and claim["stale"]),
        verdicts=[_verdict(verdict) for verdict in cell["evidence"]],
        not_applicable=_ruled(cell["not_applicable"]),
        excused=_ruled(cell["excused"]),
    )


def _answer(row: Mapping[str, Any]) -> scoring.Answer:
    means = row["means"]
    return scoring.Answer(
        availability=scoring.Availability(row["availability"]),
        available_from=day(row["available_from"]),
        means=None if means is None else scoring.read_means(means),
        environments=tuple(row["environments"]),
    )


def _verdict(row: Mapping[str, Any]) -> scoring.JudgedAnswer:
    return scoring.JudgedAnswer(
        source=scoring.Source(row["source"]),
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


def _ruled(said: bool | Mapping[str, Sequence[str]]) -> scoring.Ruled:
    if isinstance(said, bool):
        return scoring.Ruled(whole=said)
    return scoring.Ruled(named=said)


def cell_facts(cell: Mapping[str, Any]) -> scoring.CellFacts:
    """A cell read back from JSON of formula 1 or 2."""
    claim = cell["claim"]
    return scoring.CellFacts(
        claim=claim
        and scoring.ClaimFacts(
            availability=scoring.Availability(claim["availability"]),
            available_from=day(claim["available_from"]),
            stale=claim["stale"],
        ),
        evidence=tuple(
            scoring.EvidenceFacts(
                source=scoring.Source(row["source"]),
                verdict=scoring.Verdict(row["verdict"]),
                at=datetime.datetime.fromisoformat(row["at"]),
                independent=row["independent"],
                judged=row["judged"] and scoring.Availability(row["judged"]),
            )
            for row in cell["evidence"]
        ),
        not_applicable=cell["not_applicable"],
        excused=cell["excused"],
    )


def day(text: str | None) -> datetime.date | None:
    return None if text is None else datetime.date.fromisoformat(text)


def on_day(inputs: dict[str, Any], day: datetime.date, *, kept: bool) -> dict[str, Any]:
    """`inputs` as they would count on `day` if nothing else happened until then.

    A planned date that has passed by then without proof is slipped. With `kept`, every
    planned date up to that day counts as kept instead: what was planned is available
    now and still only claimed, for nobody has seen it.
    """
    later = {**inputs, "as_of": day.isoformat()}
    if not kept:
        return later
    later["candidates"] = [
        {**candidate, "cells": dict(cells_kept(candidate, inputs, day))}
        for candidate in inputs["candidates"]
    ]
    return later


def cells_kept(
    candidate: dict[str, Any], inputs: dict[str, Any], day: datetime.date
) -> Iterator[tuple[str, dict[str, Any]]]:
    states = cell_states(candidate, inputs)
    for ref, cell in candidate["cells"].items():
        planned = planned_values(states[ref])
        yield ref, available(cell, [one for one, on in planned if on <= day])


def available(cell: dict[str, Any], values: list[ValueState]) -> dict[str, Any]:
    if not values:
        return cell
    claim, means = cell["claim"], cell["claim"].get("means")
    if values[0].name and means is not None:
        means = {name: dict(answers) for name, answers in means.items()}
        for one in values:
            means[one.list_name][one.value] = [Availability.NOW, None]
        return {**cell, "claim": {**claim, "means": means}}
    now = {**claim, "availability": Availability.NOW, "available_from": None}
    return {**cell, "claim": now}


def planned_values(cell: CellState) -> list[tuple[ValueState, datetime.date]]:
    """What rests on a planned date that nobody has judged yet, with that date."""
    found = []
    for one in cell.values:
        claim = one.facts.claim
        if claim is None or claim.stale or one.facts.evidence:
            continue
        if claim.availability == Availability.PLANNED and claim.available_from:
            found.append((one, claim.available_from))
    return found


def planned_dates(inputs: dict[str, Any]) -> list[tuple[datetime.date, int]]:
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
