"""Both numbers of a memo: frozen, counted again, and never one of them alone."""

import json
from typing import Any

from evaltracker.decision.memo.certainty import (
    NONE_DECIDES,
    next_line,
    per_cent,
    prior_line,
    weighed,
)
from evaltracker.decision.memo.results import compute_results, replay
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


def test_both_numbers_stand_in_one_sentence() -> None:
    said = weighed(OPEN, compute_results(OPEN))
    number, sentence = said.wins
    assert sentence.startswith(
        "Acme ML comes first in 100% of 10,000 random weightings; counting the 2 of 6 "
        "trial verdicts that nobody has given yet, in "
    )
    assert "Globex ML" in sentence
    assert sentence.endswith(
        ", on the evidence alone; people’s scores are still sealed."
    )
    assert number.startswith("100% / ")
    assert "nobody is left" not in sentence
    assert "**Acme ML** comes first" in robustness(OPEN, compute_results(OPEN))


def test_with_nothing_open_both_numbers_are_the_same() -> None:
    given = frozen()
    results = compute_results(given)
    certainty = results["robustness"]["certainty"]
    assert certainty["all_wins"] == {"0": "1.00000000", "1": "0.00000000"}
    said = weighed(given, results)
    assert said.wins[0] == "100% / 100%"
    assert (
        "Every verdict that was planned is in: both numbers are the same."
        in (said.wins[1])
    )
    assert said.grounds == ()


def test_a_recorded_failure_counts_in_the_second_number_alone() -> None:
    noted = {
        **{"candidate": "0", "ref": "R3", "today": "0.5"},
        **{"recorded": "0", "knocks_out": True},
    }
    given = frozen(recorded=[noted])
    said = weighed(given, compute_results(given))
    assert said.wins[0] == "100% / 0%"
    assert said.wins[1].endswith(
        " But once the open verdicts are counted, Globex ML comes first more often "
        "(100% against 0%)."
    )
    assert said.grounds[0] == (
        "One finding on Acme ML waits for the vendor’s reply; it is counted here as "
        "recorded."
    )


def test_the_prior_is_printed_with_its_source() -> None:
    told = {"prior": DEFAULT, "own": {"0": {"holds": 4, "partly": 1, "fails": 0}}}
    assert prior_line(told, NAMES) == (
        "Open verdicts are drawn as 70% holds, 20% partly, 10% fails (our default), "
        "worth 10 verdicts, and each candidate’s own trial verdicts are added: "
        "Acme ML 4 held, 1 partly, 0 failed."
    )
    house = {"holds": 41, "partly": 7, "fails": 4, "worth": 10, "source": "house"}
    assert "(this house’s record: 41 held, 7 partly, 4 failed of 52)" in prior_line(
        {**told, "prior": house}, NAMES
    )


def test_what_to_test_next_is_said_by_its_chance() -> None:
    certainty = compute_results(OPEN)["robustness"]["certainty"]
    assert [(row["id"], row["ref"]) for row in certainty["next"]] == [
        ("0", "R3"),
        ("1", "R3"),
    ]
    assert certainty["idle"] == 0
    line = next_line("R08", "Restarts a job.", "A", "0.10123456")
    assert line == "R08 Restarts a job, A: 10 of 100."
    assert NONE_DECIDES == "No single open verdict would change who is first."


def test_a_share_is_0_or_100_only_if_it_is_exact() -> None:
    shares = ("0.99999999", "1", "0.00001", "0", "0.4567")
    assert [per_cent(share) for share in shares] == [
        *("more than 99%", "100%", "less than 1%", "0%", "46%")
    ]


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
    said = weighed(OPEN, compute_results(OPEN, draws=lambda race: None))
    assert said.wins == (
        "–",
        "How often each comes first is being counted; the numbers stand here in a "
        "moment.",
    )


def test_who_is_knocked_out_today_is_named_beside_both_numbers() -> None:
    given = frozen()
    given["candidates"].append(
        {
            **given["candidates"][1],
            **{"id": "2", "name": "Initech ML"},
            "cells": {**given["candidates"][1]["cells"], "R3": claim("fails")},
        }
    )
    given["requirements"][2]["priority"] = "must"
    said = weighed(given, compute_results(given))
    assert said.grounds == (
        "Initech ML is knocked out by R3 It does R3 today and takes no part in "
        "either number.",
    )
