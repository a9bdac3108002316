"""Mean, median and percentiles by nearest rank, and how many numbers they need."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.measures import least_n_of, statistic_of

STATISTICS = ("mean", "median", "min", "max", "p1", "p50", "p95", "p99", "p99.9")
NUMBERS = st.decimals(
    min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=6, allow_nan=False
)
LISTS = st.lists(NUMBERS, min_size=1, max_size=60)


def numbers(*texts: str) -> list[Decimal]:
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("statistic", "values", "found"),
    [
        ("mean", ("0.1", "0.2"), "0.15"),
        ("mean", ("1", "1", "2"), "1." + "3" * 39),
        ("median", ("3", "1", "2"), "2"),
        ("median", ("4", "1", "2", "3"), "2.5"),
        ("p50", ("4", "1", "2", "3"), "2"),
        ("p95", tuple(map(str, range(1, 21))), "19"),
        ("p95", tuple(map(str, range(1, 22))), "20"),
        ("p99", tuple(map(str, range(1, 101))), "99"),
        ("p1", tuple(map(str, range(1, 101))), "1"),
        ("p99.9", tuple(map(str, range(1, 1001))), "999"),
        ("p99.9", tuple(map(str, range(1, 1002))), "1000"),
        ("min", ("3", "1", "2"), "1"),
        ("max", ("3", "1", "2"), "3"),
    ],
)
def test_a_statistic_is_taken_exactly(
    statistic: str, values: tuple[str, ...], found: str
) -> None:
    assert statistic_of(statistic, numbers(*values)) == Decimal(found)


@pytest.mark.parametrize("statistic", ["p100", "p0", "p095", "sum", "", "P95", "p9.5"])
def test_no_other_statistic_is_taken(statistic: str) -> None:
    with pytest.raises(ValueError, match="not a statistic"):
        statistic_of(statistic, numbers("1"))


def test_of_no_number_there_is_no_statistic() -> None:
    with pytest.raises(ValueError, match="no number"):
        statistic_of("mean", [])


@pytest.mark.parametrize(
    ("statistic", "least"),
    [
        *(("mean", 1), ("median", 1), ("min", 1), ("max", 1), ("p50", 2)),
        *(("p95", 20), ("p99", 100), ("p99.9", 1000), ("p5", 20)),
    ],
)
def test_a_percentile_needs_so_many_numbers(statistic: str, least: int) -> None:
    assert least_n_of(statistic) == least


@given(st.sampled_from(STATISTICS), LISTS, st.randoms(use_true_random=False))
def test_the_order_of_numbers_does_not_matter(
    statistic: str, values: list[Decimal], chance: random.Random
) -> None:
    shuffled = [*values]
    chance.shuffle(shuffled)
    assert statistic_of(statistic, values) == statistic_of(statistic, shuffled)


@given(st.sampled_from(STATISTICS), LISTS)
def test_a_statistic_lies_between_the_ends(
    statistic: str, values: list[Decimal]
) -> None:
    assert min(values) <= statistic_of(statistic, values) <= max(values)


@given(LISTS, st.integers(1, 99))
def test_so_many_of_a_hundred_are_at_most_the_percentile(
    values: list[Decimal], percentile: int
) -> None:
    found = statistic_of(f"p{percentile}", values)
    below = sum(value <= found for value in values)
    less = sum(value < found for value in values)
    assert found in values
    assert below * 100 >= percentile * len(values) > less * 100


@given(
    st.sampled_from(STATISTICS), LISTS, st.integers(0, 59), st.decimals(0, 9, places=3)
)
def test_a_larger_number_never_makes_it_smaller(
    statistic: str, values: list[Decimal], at: int, more: Decimal
) -> None:
    larger = [*values]
    larger[at % len(values)] += more
    assert statistic_of(statistic, larger) >= statistic_of(statistic, values)
