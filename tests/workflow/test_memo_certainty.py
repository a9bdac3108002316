"""How likely each comes first: frozen, counted again, and said in one form."""

import json
import re
from typing import Any

from evaltracker.decision.memo.certainty import (
    Weighed,
    prior_line,
    weighed,
)
from evaltracker.decision.memo.figures import figures_of
from evaltracker.decision.memo.results import compute_results, draw_all, replay
from evaltracker.decision.memo.text import robustness
from tests.workflow.counted import claim, inputs

LEADS = {"R1": claim("holds"), "R2": claim("holds"), "R3": claim("partly")}
TRAILS = {"R1": claim("holds"), "R2": claim("partly"), "R3": claim("partly")}
DEFAULT = {"holds": 70, "partly": 20, "fails": 10, "worth": 10, "source": "default"}
NAMES = {"0": "Acme ML", "1": "Globex ML"}


def frozen(*cells: dict[str, Any], **changes: Any) -> Any:
    """Inputs of formula 3 with these open cells; each candidate's urn is untouched."""
    urn = {"holds": 700, "partly": 200, "fails": 100, "step": 100}
    own = {"holds": 0, "partly": 0, "fails": 0}
    each = {"urn": urn, "own": own, "judged": 2, "unanswered": 0}
    certainty = {
        "seed": 20_261_124,
        "draws": 10_000,
        "prior": DEFAULT,
        "candidates": {"0": each, "1": each},
        "open": list(cells),
        "recorded": [],
        **changes,
    }
    return inputs(LEADS, TRAILS, formula_version="3", certainty=certainty)


def open_cell(candidate: str, ref: str, today: str, *, out: bool) -> dict[str, Any]:
    return {
        "candidate": candidate,
        "ref": ref,
        "today": today,
        "holds": "1",
        "partly": "0.5",
        "fails": "0",
        "knocks_out": out,
    }


OPEN = frozen(
    open_cell("0", "R3", "0.5", out=True), open_cell("1", "R3", "0.5", out=False)
)


def said_of(given: Any, draws: Any = draw_all) -> Weighed:
    return weighed(
        figures_of({"inputs": given, "results": compute_results(given, draws)})
    )


def test_the_likely_and_the_certain_share_stand_in_one_line() -> None:
    said = said_of(OPEN).certainty
    line = f"{said.likely}{said.rest}"
    assert re.fullmatch(
        r"Likely first: \d\d of 100 \(Globex ML \d\d\)\. If nothing more were tested: "
        r"100\.",
        line,
    )
    assert str(said.leads) == "Acme ML leads."
    assert str(said.still_open) == (
        "2 of 6 verdicts are still open. Evidence only; scores are sealed."
    )
    assert "**Likely first: " in robustness(
        figures_of({"inputs": OPEN, "results": compute_results(OPEN)})
    )


def test_with_nothing_open_there_is_one_figure() -> None:
    given = frozen()
    certainty = compute_results(given)["robustness"]["certainty"]
    assert certainty["all_wins"] == {"0": "1.00000000", "1": "0.00000000"}
    said = said_of(given)
    assert str(said.certainty) == (
        "Acme ML leads. Likely first: 100 of 100. Everything planned is tested. "
        "Evidence only; scores are sealed."
    )
    assert said.grounds == ()


def test_a_recorded_failure_counts_in_what_is_likely_alone() -> None:
    noted = {
        **{"candidate": "0", "ref": "R3", "today": "0.5"},
        **{"recorded": "0", "knocks_out": True},
    }
    said = said_of(frozen(recorded=[noted]))
    assert f"{said.certainty.likely}{said.certainty.rest}" == (
        "Likely first: Globex ML, 100 of 100 (Acme ML 0). If nothing more were tested: "
        "Acme ML, 100."
    )
    assert str(said.grounds[0]) == (
        "Acme ML: 1 finding waits for the vendor’s reply and counts here as recorded."
    )


def test_the_prior_is_printed_with_its_source() -> None:
    told = {"prior": DEFAULT, "own": {"0": {"holds": 4, "partly": 1, "fails": 0}}}
    assert str(prior_line(told, NAMES)) == (
        "Open verdicts are drawn as 70% holds, 20% partly, 10% fails (our default), "
        "worth 10 verdicts, and each candidate’s own trial verdicts are added: "
        "Acme ML 4 held, 1 partly, 0 failed."
    )
    house = {"holds": 41, "partly": 7, "fails": 4, "worth": 10, "source": "house"}
    assert "(this house’s record: 41 held, 7 partly, 4 failed of 52)" in str(
        prior_line({**told, "prior": house}, NAMES)
    )


def test_what_to_test_next_is_said_by_its_chance() -> None:
    certainty = compute_results(OPEN)["robustness"]["certainty"]
    assert [(row["id"], row["ref"]) for row in certainty["next"]] == [
        ("0", "R3"),
        ("1", "R3"),
    ]
    assert certainty["idle"] == 0


def test_a_replay_counts_both_numbers_again() -> None:
    memo: Any = {
        "inputs": OPEN,
        "results": json.loads(json.dumps(compute_results(OPEN))),
    }
    assert replay(memo) == []
    memo["results"]["robustness"]["certainty"]["nobody"] = "0.50000000"
    (line,) = replay(memo)
    assert "nobody" in line


def test_draws_that_nobody_kept_yet_are_said_to_be_counted() -> None:
    said = said_of(OPEN, lambda race: None)
    assert str(said.certainty.likely) == "Likely first: being counted."
    assert "0 of" not in str(said.certainty)


def test_who_is_knocked_out_today_is_named_beside_the_figures() -> None:
    given = frozen()
    given["candidates"].append(
        {
            **given["candidates"][1],
            **{"id": "2", "name": "Initech ML"},
            "cells": {**given["candidates"][1]["cells"], "R3": claim("fails")},
        }
    )
    given["requirements"][2]["priority"] = "must"
    (line,) = said_of(given).grounds
    assert str(line) == (
        "Initech ML is knocked out by R3 It does R3 today and takes no part in the "
        "draws."
    )
