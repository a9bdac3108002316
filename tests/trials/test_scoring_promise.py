"""The promise record: what was said to exist, against what was found."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.facts import TODAY, cell, cells, found, promise_record
from trials.scoring import CellFacts, RequirementFacts

HOLDS, FAILS = found("trial", "holds"), found("trial", "fails")


def facts_of(
    *keys: str, weight: int = 1, category: str = "Data"
) -> list[RequirementFacts]:
    return [RequirementFacts(key, category, Decimal(weight)) for key in keys]


def test_only_tested_claims_of_now_or_beta_are_promises() -> None:
    answers = {
        "a": cell("now", HOLDS),
        "b": cell("beta", found("demo", "partly")),
        "c": cell("now", FAILS),
        "d": cell("now"),
        "e": cell("now", found("demo", "not_shown")),
        "f": cell("now", found("research", "fails")),
        "g": cell("planned", FAILS),
        "h": cell("now", FAILS, not_applicable=True),
        "i": cell("now", FAILS, stale=True),
    }
    record = promise_record(facts_of(*answers), answers, TODAY)
    overall, demos = record.overall, record.demos.overall
    assert (overall.held, overall.partly, overall.failed) == (1, 0, 1)
    assert (demos.held, demos.partly, demos.failed) == (0, 1, 0)
    assert overall.share_held == Fraction(1, 2)
    assert [row.key for row in record.rows] == ["a", "c"]
    assert [row.key for row in record.demos.rows] == ["b"]


def test_weights_and_categories_have_their_own_denominators() -> None:
    requirements = facts_of("a", weight=9, category="Data") + facts_of(
        "b", weight=1, category="Serving"
    )
    answers = {"a": cell("now", FAILS), "b": cell("now", HOLDS)}
    record = promise_record(requirements, answers, TODAY)
    assert record.overall.share_held == Fraction(1, 2)
    assert record.overall.weighted_share_held == Fraction(1, 10)
    assert record.by_category["Data"].share_held == 0
    assert record.by_category["Serving"].tested == 1


def test_the_record_is_hidden_below_five_tested_claims() -> None:
    for count, hidden in ((0, True), (4, True), (5, False)):
        answers = {str(number): cell("now", HOLDS) for number in range(count)}
        record = promise_record(facts_of(*answers), answers, TODAY)
        assert record.hidden is hidden
    assert promise_record([], {}, TODAY).overall.share_held is None


def test_modesty_and_honest_nevers_are_counted_too() -> None:
    answers = {
        "beta": cell("beta", HOLDS),
        "planned": cell("planned", found("demo", "holds")),
        "unstated": cell("unstated", HOLDS),
        "never, wrongly": cell("never", HOLDS),
        "never": cell("never"),
        "never, tried": cell("never", FAILS),
        "now": cell("now", HOLDS),
        "in part": cell("planned", found("demo", "partly")),
    }
    record = promise_record(facts_of(*answers), answers, TODAY)
    assert record.better_than_claimed == (
        "beta",
        "planned",
        "unstated",
        "never, wrongly",
    )
    assert record.honest_nevers == ("never", "never, tried")


def test_retreating_after_the_test_does_not_mend_a_broken_promise() -> None:
    broken = found("demo", "fails", judged="now")
    answers = {"a": cell("planned", broken), "b": cell("withdrawn", broken)}
    assert promise_record(facts_of("a", "b"), answers, TODAY).demos.overall.failed == 2


@given(st.dictionaries(st.sampled_from("abcdefgh"), cells))
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_record_is_hidden_below_five_tested_claims",
)
def test_the_categories_add_up_to_the_whole(answers: dict[str, CellFacts]) -> None:
    requirements = [
        RequirementFacts(key, category, Decimal(2))
        for key, category in zip("abcdefgh", "ABABABAB", strict=True)
    ]
    record = promise_record(requirements, answers, TODAY)
    parts = record.by_category.values()
    assert sum(part.tested for part in parts) == record.overall.tested
    assert record.overall.tested == len(record.rows)
    assert record.overall.tested_weight == 2 * record.overall.tested
