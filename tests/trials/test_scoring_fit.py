"""Fit and coverage of one candidate."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.trials.facts import TODAY, cell, columns, fit, found, shares, weightings
from trials.scoring import CellFacts, Coverage, Credits, RowState

Weights = dict[str, Decimal]
Cells = dict[str, CellFacts]


def test_fit_is_weight_times_credit_over_weight_with_its_rows() -> None:
    weights = {"a": Decimal(3), "b": Decimal(1), "c": Decimal(6), "d": Decimal(0)}
    answers = {
        "a": cell("now", found("trial", "holds")),
        "b": cell("now"),
        "c": cell("now", not_applicable=True),
        "d": cell("now"),
    }
    result = fit(weights, answers, TODAY)
    assert result.value == Fraction(7, 8)
    assert result.of_tested == 1
    assert result.coverage == Coverage(
        asked=2, answered=2, shown=0, tested=1, researched=0
    )
    states = [row.state for row in result.rows]
    assert states == ["counted", "counted", "not_applicable", "not_scored"]
    assert result.points == sum(row.points or 0 for row in result.rows)


def test_unanswered_earns_nothing_and_is_counted_as_such() -> None:
    result = fit({"a": Decimal(1), "b": Decimal(1)}, {"a": cell("now")}, TODAY)
    assert result.value == Fraction(1, 4)
    assert (result.coverage.asked, result.coverage.answered) == (2, 1)
    assert result.rows[1].state == RowState.UNANSWERED


def test_nothing_scored_is_no_fit_and_not_a_fit_of_zero() -> None:
    answers = {"a": cell("now", not_applicable=True), "b": cell("now")}
    assert fit({}, {}, TODAY).value is None
    assert fit({"a": Decimal(5), "b": Decimal(0)}, answers, TODAY).value is None
    assert fit({"b": Decimal(1)}, {"b": cell("never")}, TODAY).value == 0


@pytest.mark.parametrize("bad", ["-1", "NaN", "Infinity"])
def test_a_weight_that_is_no_weight_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="weight of a"):
        fit({"a": Decimal(bad)}, {}, TODAY)


@given(weightings, columns)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_scored_is_no_fit_and_not_a_fit_of_zero",
)
def test_fit_lies_between_0_and_1(weights: Weights, answers: Cells) -> None:
    result = fit(weights, answers, TODAY)
    for value in (result.value, result.of_tested):
        assert value is None or 0 <= value <= 1
    coverage = result.coverage
    assert 0 <= coverage.tested <= coverage.answered <= coverage.asked


@given(weightings, columns, st.sampled_from(list(Credits().as_mapping())), shares)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_scored_is_no_fit_and_not_a_fit_of_zero",
)
def test_raising_a_credit_never_lowers_the_fit(
    weights: Weights, answers: Cells, name: str, value: Decimal
) -> None:
    low, high = Credits(), Credits.from_mapping({name: value})
    if Decimal(low.as_mapping()[name]) > value:
        low, high = high, low
    before = fit(weights, answers, TODAY, low).value
    after = fit(weights, answers, TODAY, high).value
    assert (before is None) == (after is None)
    assert before is None or after is None or before <= after


@given(weightings, columns, st.decimals("0.01", 100, places=2))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_scored_is_no_fit_and_not_a_fit_of_zero",
)
def test_scaling_all_weights_changes_nothing(
    weights: Weights, answers: Cells, factor: Decimal
) -> None:
    scaled = {key: weight * factor for key, weight in weights.items()}
    before, after = fit(weights, answers, TODAY), fit(scaled, answers, TODAY)
    assert before.value == after.value
    assert before.of_tested == after.of_tested


@given(weightings, columns)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_scored_is_no_fit_and_not_a_fit_of_zero",
)
def test_not_applicable_leaves_the_denominator(
    weights: Weights, answers: Cells
) -> None:
    assume(weights)
    key = next(iter(weights))
    ruled = {
        **answers,
        key: replace(answers.get(key, CellFacts()), not_applicable=True),
    }
    without = {each: weight for each, weight in weights.items() if each != key}
    assert fit(weights, ruled, TODAY).value == fit(without, answers, TODAY).value


@given(weightings, columns)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_scored_is_no_fit_and_not_a_fit_of_zero",
)
def test_unanswered_is_never_better_than_answered(
    weights: Weights, answers: Cells
) -> None:
    assume(weights)
    key = next(iter(weights))
    assume(key not in answers or not answers[key].not_applicable)
    silent = {each: facts for each, facts in answers.items() if each != key}
    spoke, kept_quiet = fit(weights, answers, TODAY), fit(weights, silent, TODAY)
    assert (kept_quiet.value or 0) <= (spoke.value or 0)


@given(weightings, columns)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_nothing_scored_is_no_fit_and_not_a_fit_of_zero",
)
def test_the_order_of_requirements_changes_nothing(
    weights: Weights, answers: Cells
) -> None:
    turned = dict(reversed(weights.items()))
    other = dict(reversed(answers.items()))
    assert fit(weights, answers, TODAY).value == fit(turned, other, TODAY).value
