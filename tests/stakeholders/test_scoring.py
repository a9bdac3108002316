"""How far weightings are apart, what divides them, and when objectives conflict."""

import itertools
import random
from fractions import Fraction
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stakeholders.scoring import (
    CONFLICT,
    clashes,
    distance,
    dividing,
    most_people,
    shares,
)

weightings = st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 10))


@pytest.mark.parametrize(
    ("mine", "other", "apart"),
    [
        ((8, 2), (8, 2), 0),
        ((8, 2), (4, 1), 0),
        ((8, 2), (2, 8), Fraction(3, 5)),
        ((10, 0), (0, 10), 1),
        ((0, 0), (5, 5), None),
        ((), (), None),
    ],
)
def test_distance_compares_shares_and_not_scales(
    mine: tuple[int, ...],
    other: tuple[int, ...],
    apart: Fraction | int | None,
) -> None:
    assert (
        distance(
            dict(enumerate(mine)),
            dict(enumerate(other)),
        )
        == apart
    )


@given(weightings, weightings, weightings)
def test_distance_is_a_metric(
    row: dict[str, int], other: dict[str, int], third: dict[str, int]
) -> None:
    there, back = distance(row, other), distance(other, row)
    assert there == back
    over, on = distance(row, third), distance(third, other)
    if there is not None:
        assert 0 <= there <= 1
        if over is not None and on is not None:
            assert there <= over + on


def test_a_conflict_is_more_than_chance_would_have() -> None:
    dice = random.Random(1)

    def thrown() -> dict[int, int]:
        return {number: dice.randint(0, 10) for number in range(8)}

    drawn = [distance(thrown(), thrown()) for _ in range(2000)]
    assert abs(mean(float(share) for share in drawn if share) - float(CONFLICT)) < 0.04


def test_what_divides_comes_widest_first_and_what_all_share_not_at_all() -> None:
    said = {
        "it": {"Security": 6, "Training": 2, "Price": 2},
        "pm": {"Security": 2, "Training": 6, "Price": 2},
        "devops": {"Security": 5, "Training": 3, "Price": 2},
    }
    found = dividing({role: shares(row) for role, row in said.items()})
    assert [
        (divide.about, divide.apart, divide.most, divide.least) for divide in found
    ] == [
        ("Security", Fraction(2, 5), "it", "pm"),
        ("Training", Fraction(2, 5), "pm", "it"),
    ]


def test_roles_conflict_as_a_whole_or_on_one_category() -> None:
    near = {"it": {"A": 5, "B": 5}, "pm": {"A": 6, "B": 4}}
    assert clashes(near) == []
    (whole,) = clashes({"it": {"A": 7, "B": 3}, "pm": {"A": 3, "B": 7}})
    assert (whole.apart, whole.about) == (Fraction(2, 5), (("A", 7, 3),))
    many = {"A": 5, "B": 5, "C": 5, "D": 5, "E": 5}
    (single,) = clashes({"it": {**many, "F": 8}, "pm": {**many, "F": 2}})
    assert single.apart < CONFLICT
    assert single.about == (("F", 8, 2),)
    assert clashes({"it": {**many, "F": 8}, "pm": {**many, "F": 3}}) == []


def test_only_what_both_have_weighed_is_compared() -> None:
    assert clashes({"it": {"A": 5, "B": 9}, "pm": {"A": 5}}) == []
    assert clashes({"it": {"A": 9}, "pm": {}}) == []


def test_as_many_different_people_sign_as_can() -> None:
    draw = random.Random(6)
    for _ in range(300):
        seats = [set(draw.sample(range(4), draw.randint(0, 3))) for _ in range(4)]
        filled = [seat for seat in seats if seat]
        assert most_people(seats) == max(
            len(set(choice)) for choice in itertools.product(*filled)
        )
