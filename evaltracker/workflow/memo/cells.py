"""A cell as it is frozen in a memo, and what it comes to when it is read back."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from trials import scoring
from trials.scoring.before_scope import state_before_scope


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
    """The table of credits that the evaluation agreed on."""
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
    """A date, or None."""
    return None if text is None else datetime.date.fromisoformat(text)
