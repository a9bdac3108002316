"""Figures and the words around them by the worked cases, rounding by its nature."""

import json
import re
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from evaltracker.decision.memo.brief import metric_words
from evaltracker.decision.memo.certainty import VERDICTS, certainty_of, weighed
from evaltracker.decision.memo.figures import (
    Figures,
    difference,
    figures_of,
    of_100,
    parts_of,
    points,
)
from evaltracker.decision.memo.results import compute_results
from tests.workflow.counted import inputs

CASES = Path(__file__).parents[1] / "data/cases"
WORDS = json.loads((CASES / "words_cases.json").read_text())["cases"]
SURE = json.loads((CASES / "approvals_cases.json").read_text())["certainty"]
AT = "2026-11-01T09:00:00+00:00"
# What earns each of the credits that the cases name.
EARNS = {
    "1": ("trial", "holds"),
    "3/4": ("demo", "holds"),
    "1/2": ("trial", "partly"),
    "0": ("trial", "fails"),
}


def cases(kind: str) -> pytest.MarkDecorator:
    rows = [row for row in WORDS if row["kind"] == kind]
    assert rows
    return pytest.mark.parametrize("case", rows, ids=[row["name"] for row in rows])


def cell(source: str, verdict: str) -> dict[str, Any]:
    judged = {
        **{"source": source, "verdict": verdict, "at": AT, "independent": True},
        **{"runner": "us", "data": "own", "named": {}, "item_named": {}},
        **{"judged": None, "same_words": True, "other_wording": False},
        "promised": None,
    }
    claim = {
        **{"availability": "now", "available_from": None, "means": None},
        **{"environments": [], "stale": False},
    }
    return {
        **{"claim": claim, "evidence": [judged] if verdict else []},
        **{"not_applicable": False, "excused": False},
    }


def counted(
    cells: dict[str, dict[str, Any]],
    requirements: list[dict[str, Any]],
    categories: list[dict[str, Any]],
    people: dict[str, dict[str, str]] | None = None,
    draws: Any = lambda race: None,
) -> Figures:
    """The figures of a memo of formula 3 with these cells by candidate and ref."""
    given = inputs(*({} for _ in cells), formula_version="3", lists={})
    given["categories"] = categories
    given["requirements"] = [
        {**row, "text": "It works", "priority": "should", "lists": []}
        for row in requirements
    ]
    for row, name in zip(given["candidates"], cells, strict=True):
        scores = people and [
            {"category__name": category, "value": str(float(Fraction(value)))}
            for category, value in people[name].items()
        ]
        row |= {"id": name, "name": name, "cells": cells[name]}
        row |= {"scores": [{**one, "value": 3} for one in scores or ()]}
        row["settled"] = scores
    given["consensus"] = {"outcome": ""} if people else None
    urn = {"holds": 700, "partly": 200, "fails": 100, "step": 100}
    own = {"holds": 0, "partly": 0, "fails": 0}
    each = {"urn": urn, "own": own, "judged": 1, "unanswered": 0}
    given["certainty"] = {
        **{"seed": 1, "draws": 10, "open": [], "recorded": []},
        **{"prior": {**own, "worth": 10, "source": "default"}},
        "candidates": dict.fromkeys(cells, each),
    }
    return figures_of({"inputs": given, "results": compute_results(given, draws)})


def of_evaluation(given: dict[str, Any]) -> Figures:
    evaluation = given["evaluation"]
    cells = {
        name: {ref: cell(*EARNS[credit]) for ref, credit in credits.items()}
        for name, credits in evaluation["credits"].items()
    }
    return counted(
        cells,
        evaluation["requirements"],
        evaluation["categories"],
        evaluation["people"],
    )


@cases("of_100")
def test_a_share_is_rounded_once(case: Any) -> None:
    assert of_100(Fraction(case["given"]["share"])) == case["expected"]["shown"]


@cases("parts")
def test_parts_add_up(case: Any) -> None:
    names, shares = zip(*case["given"]["shares"], strict=True)
    shown = parts_of([Fraction(share) for share in shares])
    assert dict(zip(names, shown, strict=True)) == case["expected"]["shown"]


@cases("difference")
def test_a_difference_agrees_with_its_ends(case: Any) -> None:
    given = case["given"]
    low, high, gap = difference(Fraction(given["from"]), Fraction(given["to"]))
    assert {"from": low, "to": high, "difference": gap} == case["expected"]


@cases("weighed_most")
def test_what_weighed_most_is_what_decides(case: Any) -> None:
    figures, expected = of_evaluation(case["given"]), case["expected"]
    exact = {name: str(one.exact) for name, one in figures.weighs.items()}
    assert exact == expected["decides"]
    assert {name: str(one) for name, one in figures.weighs.items()} == expected["shown"]
    assert [*figures.weighs] == expected["order"]


@cases("price")
def test_the_sentence_of_price_depends_on_price_in_the_score(case: Any) -> None:
    figures, expected = of_evaluation(case["given"]), case["expected"]
    assert figures.about_price == expected["in_score"]
    without = {key: one.shown for key, one in figures.without_price.items()}
    assert (without or None) == expected["without"]
    whole = {key: points(total) for key, total in figures.totals.items()}
    assert whole == expected["whole"]
    assert figures.leads == expected["first"]
    words = str(weighed(figures).price)
    assert words.endswith("price decides.") is expected["price_decides"]
    if not expected["in_score"]:
        assert words == "No price is in the score."
    elif expected["without"] is None:
        assert words.endswith("Nothing else is scored.")
    for key, total in (expected["without"] or {}).items():
        assert f"{key} {total}" in words


@cases("level")
def test_first_is_said_of_whoever_is_ahead_on_equal_evidence(case: Any) -> None:
    given, expected = case["given"], case["expected"]
    cells = {
        name: {
            ref: cell("trial", one["trial"])
            if "trial" in one
            else cell(*EARNS[one["credit"]] if one["credit"] != "1/2" else ("", ""))
            for ref, one in column.items()
        }
        for name, column in given["cells"].items()
    }
    needs = [
        {"ref": ref, "category": "Technical", "weight": weight}
        for ref, weight in given["weights"].items()
    ]
    people = {name: {"Technical": "4"} for name in cells}
    category = [{"name": "Technical", "weight": 5}]
    scored = people if given["scores_open"] else None
    figures = counted(cells, needs, category, scored)
    level = figures.level
    assert level
    assert [*level.leads] == expected["leads"]
    assert len(level.refs) == expected["tested_by_all"]
    assert len(figures.inputs["requirements"]) == expected["of"]
    assert level.is_level is expected["level"]
    fits = {key: points(fit) for key, fit in level.fits.items()}
    assert (fits or dict.fromkeys(cells)) == expected["on_these"]
    assert level.word == expected["word"]
    words = str(weighed(figures).level)
    if len(level.leads) == 1:
        assert level.more == expected["more_tests"]
    if level.is_level:
        assert "they are level" in words
    for fit in fits.values() if not level.is_level else ():
        assert fit in words


def drawn(given: dict[str, Any], whole: int = 0) -> Figures:
    """Figures whose draws are the shares of a case."""
    counting = given["counting"]
    names = [name for name in counting if name != "nobody"]
    leader = max(
        given["by_weights"], key=lambda key: Fraction(given["by_weights"][key])
    )
    cells = {
        name: {"R1": cell(*EARNS["1" if name == leader else "3/4"])} for name in names
    }
    if not given["drawn_of_these_inputs"]:
        draws = None
    else:
        draws = {
            "prior": {**dict.fromkeys(VERDICTS, 1), "worth": 1, "source": "hand"},
            **{"own": {}, "recorded": {}, "knocked_out": {}},
            **{"open": given["open"], "judged": whole - given["open"]},
            "unanswered": 0,
            "proposed": [{"id": "A", "ref": "R1", "verdict": "fails"}]
            * given["as_proposed"],
            "wins": {name: given["by_weights"].get(name, "0") for name in names},
            "all_wins": {name: counting[name] for name in names},
            "nobody": given["nobody"],
            **{"next": [], "idle": 0},
        }
    needs = [{"ref": "R1", "category": "Technical", "weight": 5}]
    category = [{"name": "Technical", "weight": 5}]
    people = {name: {"Technical": "4"} for name in names}
    return counted(cells, needs, category, people, lambda race: draws)


@cases("certainty")
def test_certainty_has_one_form(case: Any) -> None:
    expected, figures = case["expected"], drawn(case["given"], 30)
    line = certainty_of(figures)
    if expected.get("figure") == "absent":
        assert figures.likely == {}
        assert expected["reason"] in str(line.likely)
        assert "of 100" not in str(line)
        return
    leader, shown = expected["leader"], figures.likely
    assert str(line.leads) == f"{leader} leads."
    assert str(shown[leader]) == expected["likely_first"]
    others = {key: str(one) for key, one in shown.items() if one.exact}
    others.pop(leader, None)
    assert others == expected["others"]
    likeliest = expected.get("another_more_often")
    assert (next(iter(shown)) if next(iter(shown)) != leader else None) == likeliest
    again = "" if expected["if_nothing_more"] is None else "If nothing more were tested"
    assert again in str(line.rest)
    assert bool(again) == ("nothing more" in str(line.rest))
    if again:
        whose = f"{leader}, " if likeliest else ""
        assert f"tested: {whose}{expected['if_nothing_more']}." in str(line.rest)
    told = re.findall(r"(\d+) verdicts? (?:is|are) taken as", str(line.still_open))
    assert told == ([str(expected["as_proposed"])] if expected["as_proposed"] else [])


@pytest.mark.parametrize("case", SURE, ids=[row["id"] for row in SURE])
def test_certainty_is_said_in_the_words_of_the_cases(case: Any) -> None:
    given, expect = case["given"], case["expect"]
    counting = given["counting_untested"]
    if counting is None:
        figures = of_evaluation(
            next(row["given"] for row in WORDS if row["kind"] == "weighed_most")
        )
        figures.robust["untold"] = "alone"
        assert weighed(figures).untold == expect[0]
        return
    still_open, whole = given["open"]
    line = certainty_of(
        drawn(
            {
                "by_weights": {k: str(v) for k, v in given["by_weights"].items()},
                "counting": {k: str(v) for k, v in counting.items()},
                "nobody": str(counting.get("nobody", 0)),
                "open": still_open,
                "drawn_of_these_inputs": True,
                "as_proposed": 0,
            },
            whole,
        )
    )
    likely = f"{line.likely}{line.rest}"
    assert [str(line.leads).rstrip("."), likely, str(line.still_open)] == expect


@cases("metric")
def test_no_metric_is_met_before_it_is_measured(case: Any) -> None:
    given, expected = case["given"], case["expected"]
    moving = {f"R{at}": standing for at, standing in enumerate(given["moving"])}
    reading = given["readings"][-1] if given["awarded"] else ""
    words, _ = metric_words("A.Time", moving, inputs(), reading)
    assert str(words).partition(":")[0] == expected["word"]
    assert [*moving.values()].count("proven") == expected["proven"]
    assert len(moving) == expected["of"]
    for ref, standing in moving.items():
        assert (ref in str(words)) is (standing == "refuted")


@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_first_is_said_of_whoever_is_ahead_on_equal_evidence[scores are open]",
)
def test_parts_of_any_whole_add_up_to_100_and_stay_within_one_point() -> None:
    dice = Random(27)
    for _ in range(2_000):
        wins = [dice.randrange(1, 400) ** 2 for _ in range(dice.randrange(2, 9))]
        shares = [Fraction(one, sum(wins)) for one in wins]
        shown = parts_of(shares)
        whole = [int(text) for text in shown if text.isdecimal()]
        small = sum(text == "less than 1" for text in shown)
        assert 100 - small <= sum(whole) <= 100 or "more than 99" in shown
        for text, share in zip(shown, shares, strict=True):
            assert text.isdecimal() is (Fraction(1, 100) <= share <= Fraction(99, 100))
            if text.isdecimal():
                assert abs(int(text) - share * 100) <= 1


def test_a_difference_is_that_of_what_stands_beside_it() -> None:
    dice = Random(27)
    for _ in range(2_000):
        before, after = (Fraction(dice.randrange(10**6), 10**4) for _ in range(2))
        low, high, gap = map(Fraction, difference(before, after))
        assert high - low == gap
        assert bool(gap) is (before != after)
