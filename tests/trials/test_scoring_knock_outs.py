"""Knock-outs, the table of credits, and rounding."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given

from evaltracker.enumerations import Priority
from tests.trials.facts import TODAY, cell, cells, fit, found, knock_outs
from trials.scoring import (
    CellFacts,
    Credits,
    RequirementFacts,
    Standing,
    rounded,
    standing,
)


@given(cells)
def test_only_a_refuted_or_refused_must_have_knocks_out(facts: CellFacts) -> None:
    must = RequirementFacts("a", priority=Priority.MUST)
    blocked = bool(knock_outs([must], {"a": facts}, TODAY))
    fatal = standing(facts, TODAY) in (Standing.REFUTED, Standing.NEVER)
    assert blocked == (fatal and not facts.excused and not facts.not_applicable)
    should = replace(must, priority=Priority.SHOULD)
    assert not knock_outs([should], {"a": facts}, TODAY)


def test_knock_outs_need_no_weight_and_an_excuse_changes_no_credit() -> None:
    must = RequirementFacts("a", priority=Priority.MUST)
    refuted = cell("now", found("demo", "fails"))
    assert knock_outs([must], {"a": refuted}, TODAY) == (must,)
    assert knock_outs([must], {}, TODAY) == ()
    excused = replace(refuted, excused=True)
    one = {"a": Decimal(1)}
    assert fit(one, {"a": excused}, TODAY) == fit(one, {"a": refuted}, TODAY)


def test_credits_survive_being_stored_and_refuse_what_is_no_credit() -> None:
    edited = Credits.from_mapping({"claim_now": "0.45", "demo_not_shown": 0})
    assert Credits.from_mapping(edited.as_mapping()) == edited
    assert edited.trial_holds == 1
    for bad in (
        {"claim_now": 0.5},
        {"claim_now": "1.1"},
        {"claim_now": "\u0660"},
        {"claimnow": "0.5"},
        {"claim_now": True},
        {"claim_now": "NaN"},
    ):
        with pytest.raises(ValueError, match="claim"):
            Credits.from_mapping(bad)


def test_rounding_for_the_eye_goes_half_up() -> None:
    assert str(rounded(Fraction(1, 8), 2)) == "0.13"
    assert str(rounded(Decimal("37.4269"))) == "37.4"
