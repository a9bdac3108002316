"""What a board reads of a memo, by the worked cases in `words_cases.json`."""

import io
import json
import re
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from evaltracker.decision.memo.brief import price_gap
from evaltracker.decision.memo.documents import lay_out
from evaltracker.decision.memo.figures import Figure, figures_of
from evaltracker.decision.memo.printing import benefit, passages, sealed_memo
from evaltracker.decision.memo.text import NOTHING_SHORT, options, write_memo
from evaltracker.decision.models import Decision
from evaltracker.evaluations.models import Evaluation
from evaltracker.workflow.services.stages import decide
from tests.clients import signed_in
from tests.workflow.deciding import agree, decided, in_decision, leave_gap
from trials.scoring import FORMULA_VERSION

FILE = Path(__file__).parents[1] / "data" / "cases" / "words_cases.json"
CASES = json.loads(FILE.read_text())["cases"]
# Why somebody is out, so that it can be looked for.
REASON = "It came too late."
OWNER = "owner"


def of_kind(kind: str) -> pytest.MarkDecorator:
    cases = [case for case in CASES if case["kind"] == kind]
    assert cases
    return pytest.mark.parametrize("case", cases, ids=lambda case: case["name"])


def inputs_of(candidates: list[dict[str, Any]], **more: Any) -> Any:
    chosen = next((row["name"] for row in candidates if row["state"] == "chosen"), "")
    brief = {"currency": "EUR", "horizon_months": 36, "evidence_share": "0.6"}
    blank = {"state_reason": REASON, "cells": {}, "scores": []}
    return {
        "brief": {**brief, "credits": Evaluation().credits, "owner": OWNER},
        **{"as_of": "2026-11-29", "formula_version": FORMULA_VERSION},
        "lists": {},
        "consensus": None,
        "categories": [],
        "choice": {"candidate": chosen, "dissent": ""},
        "candidates": [{"id": row["name"], **blank, **row} for row in candidates],
        "requirements": [],
        **more,
    }


def result_of(row: dict[str, Any]) -> Any:
    price = row["priced"]
    return {
        **{"asked": 14, "answered": row["answered"], "tested": 0, "shown": 0},
        **{"researched": 0, "fit": None, "people": None, "total": None},
        "knock_outs": [],
        "cost": {"known": int(price is not None), "kinds": 1, "likely": price or "0"},
    }


@of_kind("memo_rows")
def test_everybody_who_answered_or_quoted_has_a_row(case: Any) -> None:
    candidates = case["given"]["candidates"]
    inputs = inputs_of(candidates)
    results = {row["name"]: result_of(row) for row in candidates}
    counted = figures_of({"inputs": inputs, "results": results})
    table, _, sentence = options(counted).partition("\n\n")
    rows = [line for line in table.splitlines()[2:] if line.startswith("|")]
    names = [line.split(" | ")[0].removeprefix("| ") for line in rows]
    assert sorted(names) == sorted(case["expected"]["rows"])
    with_reason = [
        name for name, line in zip(names, rows, strict=True) if REASON in line
    ]
    assert with_reason == case["expected"]["with_reason"]
    assert re.findall(r"\b[BC]\b", sentence) == case["expected"]["named_only"]
    cheapest = case["expected"]["cheapest"]
    said = str(price_gap(inputs, results, inputs["choice"]["candidate"]))
    assert (f" {cheapest}" in said) if cheapest else not said
    out = {row["name"] for row in candidates if row["state"] == "eliminated"}
    assert ("which was eliminated" in said) == (cheapest in out)


def memo_of(given: dict[str, Any]) -> Any:
    """A memo of one candidate that stands as a case says."""
    excused, standings = given["excused"], given["standings"]
    chosen = {"name": "A", "state": "chosen", "kind": "buy", "months_to_live": None}
    gaps = [{"text": "Missing.", "reply": "Soon.", **gap} for gap in given["gaps"]]
    inputs = inputs_of(
        [{**chosen, "gaps": gaps, "steps": []}],
        requirements=[{"ref": ref, "text": "Holds"} for ref in standings],
        excuses=[
            {
                **{"candidate__name": "A", "requirement__ref": ref, "reason": "Why"},
                "withdrawn_at": None,
            }
            for ref in excused
        ],
        waivers=[
            {"visit__stage": "trials", "rule": f"Rule {number}.", "reason": "Why"}
            for number in range(given["waivers"])
        ],
        conditions=[
            {"closing_note": "Done." if row["closed"] else "", **row}
            for row in given["conditions"]
        ],
    )
    cost = {"known": 0, "kinds": 1, "likely": "0"}
    result = {"standings": standings, "cost": cost, "value": None}
    return {"inputs": inputs, "results": {"A": result}}


@of_kind("page_one")
def test_page_one_says_what_it_does_not_do_and_who_looks_after_it(case: Any) -> None:
    memo, expected = memo_of(case["given"]), case["expected"]
    said = {title: [*map(str, lines)] for title, lines in passages(memo)}
    short = [line for line in said[SHORT] if line != NOTHING_SHORT]
    assert [line.split()[0] for line in short] == expected["does_not_do"]
    gaps = [line for line in said["Open gaps"] if line != "None."]
    assert len(gaps) == expected["open_gaps"]
    without = [line for line in gaps if "No day is promised" in line]
    assert len(without) == expected["gaps_without_a_day"]
    asked = [line for line in said["Conditions and waivers"] if "(open" in line]
    assert len(asked) == expected["conditions"]
    waived = [line for line in said["Conditions and waivers"] if "Waived" in line]
    assert len(waived) == case["given"]["waivers"]
    ends = [line.removesuffix(" looks after it.") for line in said["Risks"]]
    keepers = [line.split(": ") for line in ends if ": " in line]
    assert keepers == expected["risks"]
    assert all(lines for lines in said.values())


SHORT = "What it does not do"


@of_kind("benefit")
def test_benefit_and_payback(case: Any) -> None:
    given, expected = case["given"], case["expected"]
    months, monthly = Decimal(given["months_live"]), given["monthly"]
    value = None if monthly is None else {"amount": str(Decimal(monthly) * months)}
    unknown = given.get("kinds_not_known", 0)
    cost = {"known": 3, "kinds": 3 + unknown, "likely": given["likely_cost"]}
    chosen: Any = {"id": "A", "months_to_live": str(36 - months)}
    said = benefit(inputs_of([]), chosen, {"cost": cost, "value": value})  # type: ignore[typeddict-item]
    figures = [part for part in getattr(said, "parts", ()) if isinstance(part, Figure)]
    exact = [part.exact for part in figures[:2]]
    wanted = [expected["worth"], expected["less_cost"]]
    assert exact == [int(amount) for amount in wanted if amount]
    shown = [part.shown for part in figures[2:]]
    payback = expected["pays_back_in_months"]
    assert shown == ([payback] if payback else [])
    assert ("at least" in str(said)) == expected.get("at_least", False)


GAP = (
    "R9 (challenge): Not reached in three attempts. Reply: “It comes next month.” No "
    "day is promised; no condition is recorded."
)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


@pytest.mark.django_db
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_memos_from_before_gaps_were_frozen_say_nothing_of_them",
)
def test_an_open_gap_stands_in_every_form_and_wherever_its_candidate_does() -> None:
    where, option = in_decision(rival="Globex ML")
    leave_gap(option)
    agree(where, option)
    decide(evaluation=where, by=where.owner)
    client = signed_in(where.owner)
    at = f"/admin/e/{where.slug}"
    page = plain(client.get(f"{at}/memo/").text)
    assert page.count(GAP) == 2  # on page one, and in the words that are signed
    lead = option.trials.get().lead.name
    assert f"Risks R9: {lead} looks after it." in page
    assert "eliminated in research: It cost 98,765, too much." in page
    assert GAP in client.get(f"{at}/memo.md").content.decode()
    word = Document(io.BytesIO(client.get(f"{at}/memo.docx").content))
    texts = [part.text for part in word.paragraphs]
    assert texts.count(GAP) == 1
    assert texts.index("Open gaps") < texts.index("Why this one")
    book = load_workbook(io.BytesIO(client.get(f"{at}/memo.xlsx").content))
    assert ("Open gaps", GAP) in book["Decision"].values
    for name in ("comparison", "decision"):
        body = plain(client.get(f"{at}/{name}/").text)
        assert "Open gaps: R9 (challenge), no day" in body
    decision = Decision.objects.get()
    laid_out = lay_out(where, sealed_memo(decision.memo, decision, []), decision)
    pages = [page._page_box for page in laid_out.render().pages]
    first = " ".join(box.text for box in text_boxes(pages[0]))
    assert "Open gaps" in first
    assert "Next steps" in first
    for box in pages:
        edge = box.width + box.margin_left
        cut = [one.text for one in text_boxes(box) if right_of(one) > edge + 1]
        assert cut == []


def text_boxes(page: Any) -> list[Any]:
    return [box for box in page.descendants() if type(box).__name__ == "TextBox"]


def right_of(box: Any) -> float:
    return float(box.position_x + box.width)


@pytest.mark.django_db
def test_memos_from_before_gaps_were_frozen_say_nothing_of_them() -> None:
    decided()
    memo = Decision.objects.get().memo
    for row in memo["inputs"]["candidates"]:
        del row["gaps"], row["steps"]
    assert [*passages(memo)] == []
    assert "What it does not do" not in write_memo(memo["inputs"], memo["results"])
