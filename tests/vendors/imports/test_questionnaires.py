"""A questionnaire of one vendor is asked whose it is; a saved matrix comes back."""

from dataclasses import replace
from typing import Any

import pytest

from tests.vendors.imports.plans import known, plan, sentences, words
from vendors.claims import ClaimWords
from vendors.imports import Known, KnownClaim

ASKED = "ID,Question,Answer,Comments\nR1,Batch?,yes,On GPUs\nR2,,no,\n1.10,Export,,\n"
ACME = {"whose:": "Acme ML"}
SAVED = (
    "Reference,Category,Requirement,Priority,Weight,"
    "Acme ML: claimed,Acme ML: shown,Acme ML: tested,Acme ML: standing\n"
    "R1,Core,Batch training,Must,3,{},holds,,Shown\n"
    "Fit,,,,,75.0,,,\n"
)


def test_nothing_comes_in_before_somebody_says_whose_it_is() -> None:
    made = plan(ASKED)
    assert (made.new, made.changed) == ((), ())
    assert "Nobody has said whose answers these are" in sentences(made)[0]
    [question] = made.questions
    assert [value for value, _ in question.options] == list(known().candidates)


def test_once_it_is_said_what_is_answered_comes_in() -> None:
    made = plan(ASKED, answers=ACME)
    assert {
        cell: (said.availability, said.statement) for cell, said in words(made).items()
    } == {
        ("Acme ML", "R1"): ("now", "On GPUs"),
        ("Acme ML", "R2"): ("never", "no"),
    }
    assert made.orientation == "questionnaire"


def test_an_answer_that_nobody_offered_is_none() -> None:
    assert plan(ASKED, answers={"whose:": "Nobody"}).new == ()


@pytest.mark.parametrize("above", ["Vendor,Acme ML", "Acme,filled in on Monday"])
def test_the_candidate_that_stands_above_is_proposed(above: str) -> None:
    made = plan(f"{above}\n{ASKED}")
    assert {candidate for candidate, _ in words(made)} == {"Acme ML"}
    assert [it.said for it in made.questions] == ["Acme ML"]


def test_two_candidates_above_are_asked_about() -> None:
    assert [it.said for it in plan(f"Acme,Build\n{ASKED}").questions] == [""]


def test_a_table_that_asks_nothing_known_is_no_questionnaire() -> None:
    made = plan(f"{ASKED}", Known({"R9": "Other", "1.10": "Export"}, {"Acme": []}))
    assert "Nobody has said" in sentences(made)[0]
    with pytest.raises(Exception, match="No answers were found"):
        plan("ID,Answer\nX1,yes\n")


@pytest.mark.parametrize(
    ("availability", "cell"),
    [("now", "now"), ("on_request", "on request"), ("planned", "slipped")],
)
def test_a_saved_matrix_that_says_the_same_keeps_all_words(
    availability: str, cell: str
) -> None:
    stands: Any = ClaimWords(availability=availability, statement="All of it, at last.")
    having = replace(known(), claims={("Acme ML", "R1"): KnownClaim(stands)})
    again = plan(SAVED.format(cell), having)
    assert again.counts == {"new": 0, "changed": 0, "same": 1, "refused": 0}
    assert "4 columns" not in " ".join(again.remarks)
    assert "3 columns of what was shown" in " ".join(again.remarks)


def test_a_saved_matrix_that_says_another_thing_changes_the_answer() -> None:
    stands = ClaimWords(availability="beta", statement="In preview.")
    having = replace(known(), claims={("Acme ML", "R1"): KnownClaim(stands)})
    [change] = plan(SAVED.format("now"), having).changed
    assert change.line.words.availability == "now"


def test_what_does_not_apply_is_no_answer() -> None:
    made = plan(SAVED.format("not applicable"))
    assert made.new == ()
