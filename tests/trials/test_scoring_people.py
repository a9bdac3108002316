"""People's scores, the total, and a price as points."""

import csv
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trials.facts import shares
from trials.scoring import (
    ScoreFacts,
    agreed_scores,
    people_score,
    spread,
    total,
)

ORACLE = Path(__file__).parents[1] / "data" / "ml_platform_trial_scores" / "scores.csv"
NOT_CRITERIA = {"platform", "evidence_url", "Total"}
scores = st.builds(
    ScoreFacts,
    category=st.sampled_from("AB"),
    value=st.integers(0, 5),
    locked=st.booleans(),
)


def test_the_mean_of_a_category_is_taken_before_the_weights() -> None:
    given_scores = [ScoreFacts("A", 5), ScoreFacts("A", 3), ScoreFacts("B", 0)]
    result = people_score(given_scores, {"A": Decimal(3), "B": Decimal(1)})
    assert result.value == Fraction(4, 5) * Fraction(3, 4)
    assert (result.scored, result.asked) == (2, 2)


def test_an_unlocked_score_is_blank_and_a_zero_is_a_zero() -> None:
    weights = {"A": Decimal(1), "B": Decimal(1)}
    blank = people_score(
        [ScoreFacts("A", 4), ScoreFacts("B", 5, locked=False)], weights
    )
    assert blank.value == Fraction(4, 5)
    assert (blank.scored, blank.asked) == (1, 2)
    assert blank.rows[1].value is None
    zero = people_score([ScoreFacts("A", 4), ScoreFacts("B", 0)], weights)
    assert zero.value == Fraction(2, 5)
    assert people_score([], weights).value is None


def test_a_score_off_the_scale_is_refused() -> None:
    for value in (-1, 6):
        with pytest.raises(ValueError, match="0 to 5"):
            people_score([ScoreFacts("A", value)], {"A": Decimal(1)})


@given(st.lists(scores, max_size=8))
def test_a_people_score_lies_between_0_and_1(given_scores: list[ScoreFacts]) -> None:
    weights = {"A": Decimal("0.3"), "B": Decimal(7)}
    result = people_score(given_scores, weights)
    assert result.value is None or 0 <= result.value <= 1
    assert result.value == people_score(reversed(given_scores), weights).value


def test_equal_weights_reproduce_the_published_totals_and_their_ties() -> None:
    ranks: dict[int, list[str]] = defaultdict(list)
    for row in csv.DictReader(ORACLE.read_text("utf-8").splitlines()):
        criteria = [name for name in row if name not in NOT_CRITERIA]
        result = people_score(
            [ScoreFacts(name, int(row[name])) for name in criteria],
            dict.fromkeys(criteria, Decimal("0.1")),
            top=3,
        )
        assert result.value == Fraction(int(row["Total"]), 3 * len(criteria))
        ranks[int(row["Total"])].append(row["platform"])
    assert ranks[18] == ["Neuro Platform", "Azure Machine Learning"]
    assert ranks[17] == ["FloydHub", "Paperspace Gradient"]
    assert sum(map(len, ranks.values())) == 7


def test_the_total_joins_evidence_and_people_by_the_share() -> None:
    joined = total(Fraction(1, 2), Fraction(3, 4))
    assert joined.value == Fraction(3, 5)
    assert joined.working == ("0.6 × 0.500 evidence + 0.4 × 0.750 people = 0.600")


def test_a_missing_part_leaves_the_total_blank_unless_it_does_not_count() -> None:
    assert total(Fraction(1, 2), None).value is None
    assert total(None, Fraction(1, 2)).value is None
    assert total(Fraction(1, 2), None, Decimal(1)).value == Fraction(1, 2)
    assert total(None, Fraction(1, 2), Decimal(0)).value == Fraction(1, 2)
    with pytest.raises(ValueError, match="share"):
        total(Fraction(1), Fraction(1), Decimal("1.1"))


@given(st.fractions(0, 1), st.fractions(0, 1), shares)
@pytest.mark.nightly(
    reason="each push runs most of this code by its short form",
    short="::test_the_total_joins_evidence_and_people_by_the_share",
)
def test_the_total_lies_between_its_parts(
    evidence: Fraction, people: Fraction, share: Decimal
) -> None:
    value = total(evidence, people, share).value
    assert value is not None
    assert min(evidence, people) <= value <= max(evidence, people)


@pytest.mark.parametrize(
    ("values", "median", "wide"),
    [
        ([3], 3, False),
        ([2, 4], 3, False),  # 40% of the scale is not more than 40%
        ([1, 4], Fraction(5, 2), True),
        ([0, 5, 5], 5, True),
        ([], None, False),
    ],
)
def test_the_meeting_starts_at_the_median_and_flags_over_40_per_cent(
    values: list[int], median: Fraction | int | None, wide: bool
) -> None:
    result = spread(values)
    assert (result.median, result.is_wide) == (median, wide)
    assert result.scores == len(values)


def test_a_settlement_stands_for_the_median_and_scores_nobody_gave_stay_blank() -> None:
    given_scores = [
        ScoreFacts("A", 5),
        ScoreFacts("A", 0),
        ScoreFacts("B", 1, locked=False),
        ScoreFacts("C", 2),
    ]
    made = agreed_scores(given_scores, {"A": Decimal("3.5"), "B": Decimal(4)})
    assert made == [ScoreFacts("A", Decimal("3.5")), ScoreFacts("C", Decimal(2))]
    (middle, _) = agreed_scores(given_scores, {})
    assert middle.value == Decimal("2.5")
