"""What a memo says of its own winner, from inputs alone."""

import json
from typing import Any

from evaltracker.decision.memo.certainty import weighed
from evaltracker.decision.memo.figures import Figures, figures_of
from evaltracker.decision.memo.results import compute_results, replay
from tests.workflow.counted import claim, inputs

TRAINS = {"R1": claim("holds"), "R2": claim("holds"), "R3": claim("fails")}
GUARDS = {"R1": claim("partly"), "R2": claim("fails"), "R3": claim("partly")}


def robustness(given: Any) -> dict[str, Any]:
    found: dict[str, Any] = compute_results(given)["robustness"]
    return found


def of(given: Any, quote: Any = str) -> Figures:
    return figures_of({"inputs": given, "results": compute_results(given)}, quote)


def test_the_ranking_the_flip_and_the_runner_up() -> None:
    # Both halves count alike: 1 and 0 against 1/2 and 1/2 are level at the half.
    given = inputs(TRAINS, GUARDS)
    found = robustness(given)
    assert [
        (candidate_row["id"], candidate_row["total"], candidate_row["rank"])
        for candidate_row in found["ranking"]
    ] == [
        ("0", "0.5000", 1),
        ("1", "0.4000", 2),
    ]
    # 1 a = 0.3 a + 0.5 (1 - a) at a = 5/12.
    assert found["smallest"] == {
        "id": "1",
        "category": "Training",
        "before": "0.5000",
        "after": "0.4167",
    }
    assert found["second"]["behind"] == "0.1000"
    assert found["second"]["proofs"] == ["R3"]
    assert found["basis"] == "fit"
    assert json.loads(json.dumps(found)) == found


def test_level_candidates_share_the_first_place() -> None:
    said = weighed(of(inputs(TRAINS, TRAINS)))
    assert (said.heading, said.first) == ("Level", "Acme ML and Globex ML")
    assert str(said.certainty).startswith(
        "Acme ML and Globex ML lead. Likely first: 50"
    )
    assert "share the first place" in str(said.smallest[1])
    (line,) = said.second
    assert str(line) == "All that are compared are level; nobody is second."


def test_sealed_scores_play_no_part_until_the_consensus_is_open() -> None:
    scores = [[0, 0], [5, 5]]
    opened = robustness(inputs(TRAINS, GUARDS, scores=scores))
    sealed = robustness(inputs(TRAINS, GUARDS, scores=scores, consensus=None))
    assert (opened["basis"], opened["ranking"][0]["id"]) == ("total", "1")
    assert (sealed["basis"], sealed["ranking"][0]["id"]) == ("fit", "0")


def test_knocked_out_and_eliminated_candidates_are_nobodys_rivals() -> None:
    given = inputs(TRAINS, GUARDS, GUARDS)
    given["requirements"][2]["priority"] = "must"
    assert [candidate_row["id"] for candidate_row in robustness(given)["ranking"]] == [
        "1",
        "2",
    ]
    given["candidates"][1]["state"] = "eliminated"
    assert robustness(given) == {"untold": "alone"}
    promised = inputs({"R1": claim()}, {"R1": claim()})
    assert robustness(promised) == {"untold": "unproven"}


def test_each_roles_own_weights_pick_from_the_same_evidence() -> None:
    weights = {
        "it": {"Training": 1, "Security": 9},
        "pm": {"Training": 9, "Security": 1},
        "devops": {"Training": 9},
    }
    given = inputs(TRAINS, GUARDS, role_weights=weights)
    found = robustness(given)["roles"]
    assert [(row["role"], row["ids"]) for row in found] == [
        ("it", ["1"]),
        ("pm", ["0"]),
    ]
    number, words = weighed(of(given)).roles
    assert str(number) == "1 of 2"
    assert str(words) == (
        "By the evidence and their own weights IT would pick Globex ML. Their picks "
        "rest on the categories with requirements: 10 of 10 points of people’s weights."
    )


def test_names_are_quoted_wherever_they_stand() -> None:
    given = inputs(TRAINS, GUARDS, role_weights={"it": {"Training": 1, "Security": 9}})
    said = weighed(of(given, lambda text: f"<{text}>"))
    lines = [said.first, *said.second, said.certainty, said.most]
    lines += [sentence for _, sentence in (said.smallest, said.roles)]
    for line in map(str, lines):
        for name in ("Acme ML", "Globex ML", "Training", "Security", "R3 It does R3"):
            assert line.count(name) == line.count(f"<{name}>"), line


def test_a_memo_of_formula_1_is_counted_as_it_was() -> None:
    given = inputs(TRAINS, GUARDS, formula_version="1")
    del given["role_weights"]
    results = compute_results(given)
    assert results.keys() == {"0", "1"}
    assert replay({"inputs": given, "results": results}) == []
    said = weighed(figures_of({"inputs": given, "results": results}))
    assert (
        said.untold == "No figure: this memo was frozen before robustness was counted."
    )
    later: Any = {**given, "formula_version": "9"}
    (line,) = replay({"inputs": later, "results": results})
    assert "formula 9" in line


def test_a_replay_counts_robustness_again() -> None:
    given = inputs(TRAINS, GUARDS)
    memo: Any = {"inputs": given, "results": compute_results(given)}
    assert replay(memo) == []
    memo["results"]["robustness"]["ranking"][0]["wins"] = "1.0000"
    (line,) = replay(memo)
    assert line.startswith("Robustness, ranking, 1, wins: frozen")


def test_a_replay_holds_whatever_order_the_database_gives_to_keys() -> None:
    each = {"Training": 9, "Security": 1}
    given = inputs(TRAINS, GUARDS, role_weights={"pm": each, "leadership": each})
    memo: Any = {"inputs": given, "results": compute_results(given)}
    assert replay(json.loads(json.dumps(memo, sort_keys=True))) == []
