"""Cells with lists come to what `scope_cases.json` says of each of them."""

import datetime
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from evaltracker.enumerations import Availability, Source
from evaltracker.errors import Invalid
from trials.scoring import (
    CellRecord,
    CellState,
    JudgedAnswer,
    JudgedPromise,
    Ruled,
    ScopedAnswer,
    Value,
    Verdict,
    cell_state,
    values_to_ask,
)
from vendors.claims import means_everywhere, resolve

FILE = Path(__file__).with_name("scope_cases.json")
KEPT = {Verdict.HOLDS: "held", Verdict.PARTLY: "partly", Verdict.FAILS: "failed"}
VENDORS_OWN = ("vendor",)

type Case = dict[str, Any]


def day_of(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def answer_of(said: Case | None, case: Case) -> ScopedAnswer | None:
    """The answer as intake would keep it."""
    if said is None or said["availability"] == "none":
        return None
    lists = said.get("values_at_that_time") or case["brief"]
    words = said["availability"], day_of(said["available_from"])
    if said["said_by"] == "default note":
        means = means_everywhere(lists, *words)
    else:
        means = resolve(said["holds_for"], lists, *words)
    return ScopedAnswer(
        Availability(words[0]),
        words[1],
        read_means(means) if means else None,
        said.get("environments", ()),
    )


def read_means(
    means: Mapping[str, Mapping[str, Sequence[str | None]]],
) -> dict[str, dict[str, tuple[Availability, datetime.date | None]]]:
    return {
        name: {
            value: (Availability(said or ""), day_of(day))
            for value, (said, day) in values.items()
        }
        for name, values in means.items()
    }


def verdict_of(one: Case, case: Case) -> JudgedAnswer:
    older = one["words"] == "older"
    before, now = case["earlier_answer"], case["answer"]
    return JudgedAnswer(
        source=Source(one["source"]),
        verdict=Verdict(one["verdict"]),
        at=datetime.datetime.fromisoformat(f"{one['at']}T12:00Z"),
        runner=one["runner"] or "",
        data=one["data"] or "",
        named=one["names"],
        item_named=one["criterion_names"],
        judged=answer_of(before, case) if older else None,
        same_words=older and before["statement"] == now["statement"],
    )


def ruling(said: Any) -> Ruled:
    return Ruled(whole=said == "all", named=said if isinstance(said, dict) else None)


def read(case: Case) -> tuple[CellRecord, list[Value]]:
    demanded = [
        Value(name, value)
        for name in case["requirement"]["lists"]
        for value in case["brief"][name]
    ]
    record = CellRecord(
        current=answer_of(case["answer"], case),
        verdicts=[verdict_of(one, case) for one in case["verdicts"]],
        not_applicable=ruling(case["rulings"]["not_applicable"]),
        excused=ruling(case["rulings"]["excused"]),
    )
    return record, demanded


def word_of(kept: JudgedPromise | None) -> str | None:
    return KEPT[kept.found.verdict] if kept else None


def told_values(state: CellState) -> dict[str, str]:
    return {
        one.name: "not applicable" if one.not_applicable else str(one.standing)
        for one in state.values
        if one.name
    }


def told_asking(case: Case, record: CellRecord, demanded: list[Value]) -> Case:
    of_vendor = case["candidate"] == "buy"
    own = (case["answer"] or {}).get("said_by") in VENDORS_OWN
    owed = values_to_ask(
        record.current if own or not of_vendor else None,
        demanded,
        record.not_applicable,
    )
    return {
        "asked": bool(owed),
        "asked_of": ("vendor" if of_vendor else "owner") if owed else None,
        "asked_values": [f"{one.list_name}: {one.value}" for one in owed if one.value],
    }


def come_to(case: Case) -> Case:
    """What the code makes of a case, in the words of the file."""
    record, demanded = read(case)
    state = cell_state(record, demanded, datetime.date.fromisoformat(case["today"]))
    out = state.not_applicable
    return {
        "values": told_values(state),
        "standing": "not applicable" if out else str(state.standing),
        "credit": None if state.credit is None else str(Fraction(state.credit)),
        "counts": {
            "answered": state.answered and not out,
            "shown": state.shown and not out,
            "tested": state.tested and not out,
        },
        "knocked_out": case["requirement"]["priority"] == "must" and state.knocks_out,
        **told_asking(case, record, demanded),
        "reconfirm_values": list(state.to_reconfirm),
        "promise": {"trial": word_of(state.by_trial), "demo": word_of(state.by_demo)},
    }


def check(case: Case) -> None:
    """Its cell comes to what was agreed."""
    if "refused" in case["expected"]:
        with pytest.raises(Invalid) as refused:
            read(case)
        assert refused.value.status == case["expected"]["refused"]
    else:
        assert come_to(case) == case["expected"]


def test_the_cell_comes_to_what_was_agreed(subtests: pytest.Subtests) -> None:
    cases: list[Case] = json.loads(FILE.read_text())["cases"]
    assert len(cases) == 38, "there are as many as were agreed"
    for case in cases:
        with subtests.test(case["name"]):
            check(case)
