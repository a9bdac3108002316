"""A measure: what is refused, its words, and what numbers mean for it."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.errors import Invalid
from evaltracker.toolbox.measures import Measure, Reading, least_n_of, propose
from evaltracker.toolbox.measures.measure import kept_measure, read_measure

LATENCY = {
    **{"quantity": "latency", "unit": "ms", "direction": "at_most"},
    **{"bound": "20", "statistic": "p95", "tolerance": "2"},
}


def measure(**other: Any) -> Measure:
    found = Measure.from_json({**LATENCY, **other})
    assert found is not None
    return found


def test_its_words_say_all_of_it() -> None:
    assert measure().words == "p95 latency at most 20 ms, tolerance 2 ms"
    rows = {"quantity": "rows loaded", "unit": "rows/s", "direction": "at_least"}
    plain = measure(**rows, bound="1e3", statistic="", tolerance=None)
    assert plain.words == "mean rows loaded at least 1000 rows/s"
    assert measure(least_n=30).words.endswith(", over 30 runs")


def test_nothing_is_no_measure() -> None:
    assert Measure.from_json({}) is None
    assert kept_measure(None) == {}
    chosen = {"direction": "at_most", "statistic": "mean", "bound": "", "unit": None}
    assert kept_measure(chosen) == {}


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        *(("unit", ""), ("unit", "furlongs"), ("unit", "x" * 9_999)),
        *(("bound", ""), ("bound", "NaN"), ("bound", "1e999"), ("bound", "20 ms")),
        *(("tolerance", "-1"), ("tolerance", "Infinity"), ("statistic", "p100")),
        *(("quantity", ""), ("quantity", "<b>"), ("quantity", "x" * 61)),
        *(("direction", ""), ("direction", "below"), ("least_n", "19")),
        *(("least_n", "20.5"), ("least_n", "1e9")),
        *(("lowest", "low"), ("highest", "NaN")),
    ],
)
def test_what_is_wrong_is_told_at_its_field(field: str, typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        measure(**{field: typed})
    assert list(refused.value.errors) == [f"measure_{field}"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        Measure.from_json({"quantity": "latency"})
    assert {*refused.value.errors} == {
        *("measure_unit", "measure_bound", "measure_direction")
    }


@pytest.mark.parametrize("said", [["p95"], {"bound": "1", "colour": "red"}, "p95"])
def test_what_is_no_measure_at_all_is_refused(said: Any) -> None:
    with pytest.raises(Invalid):
        Measure.from_json(said)


MEASURES = st.builds(
    lambda **parts: Measure(**parts, least_n=least_n_of(parts["statistic"])),
    quantity=st.sampled_from(["latency", "first answer", "load at peak"]),
    unit=st.sampled_from(["ms", "requests/s", "%", "GiB"]),
    direction=st.sampled_from(["at_least", "at_most"]),
    bound=st.decimals(-1000, 1000, places=2).map(lambda it: it + 0),
    statistic=st.sampled_from(["mean", "median", "p5", "p95", "p99.9", "min", "max"]),
    tolerance=st.none() | st.decimals(0, 50, places=1),
    lowest=st.none() | st.decimals(-50, 50, places=1).map(lambda it: it + 0),
    highest=st.none() | st.decimals(51, 99, places=1),
)


@given(MEASURES)
def test_json_and_words_read_back_as_the_same(made: Measure) -> None:
    assert Measure.from_json(made.as_json()) == made
    assert Measure.from_json(read_measure(made.words)) == made


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p95 latency <= 20 ms", "p95 latency at most 20 ms"),
        ("latency ≤ 20ms", "mean latency at most 20 ms"),
        (
            "p95   latency<=2ms, tolerance 2",
            "p95 latency at most 2 ms, tolerance 2 ms",
        ),
        ("throughput >= 1e3 requests/s", "mean throughput at least 1000 requests/s"),
    ],
)
def test_a_cell_is_read_as_people_write_it(text: str, words: str) -> None:
    found = Measure.from_json(read_measure(text))
    assert found is not None
    assert found.words == words


@pytest.mark.parametrize(
    "text",
    [
        "fast",
        "latency 20 ms",
        "<= 20 ms",
        "x" * 5_000,
        "latency <= 2 ms, tolerance 1 s",
    ],
)
def test_a_cell_that_is_no_measure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        kept_measure(read_measure(text))


@pytest.mark.parametrize(
    ("unit", "number", "fault"),
    [
        *(("ms", "0", "above 0 ms"), ("ms", "-5", "above 0 ms"), ("ms", "0.1", "")),
        *(("s", "172800", ""), ("s", "172801", "at most 172800 s")),
        *(("%", "100", ""), ("%", "101", "at most 100 %"), ("%", "-1", "at least 0")),
        *(("ratio", "1.1", "at most 1 ratio"), ("x", "300", ""), ("GB", "0", "")),
        *(("requests/s", "-1", "at least 0"), ("°C", "-20", ""), ("dB", "-60", "")),
        *(("EUR", "-5", ""), ("EUR/month", "-5", ""), ("months", "9000", "")),
    ],
)
def test_a_unit_has_a_range_of_possible_numbers(
    unit: str, number: str, fault: str
) -> None:
    usual = measure(unit=unit, tolerance=None).possible(unit, datetime.timedelta(2))
    found = usual.fault_in(Decimal(number))
    assert (fault in found) if fault else not found


def test_a_measure_may_have_another_range_in_its_own_unit() -> None:
    made = measure(unit="%", lowest="-50", highest="300")
    assert made.words.endswith(", lowest possible -50 %, highest possible 300 %")
    other = made.possible("ratio", datetime.timedelta(2))
    numbers = [Decimal(text) for text in ("-0.51", "-0.5", "3", "3.01")]
    assert [bool(other.fault_in(number)) for number in numbers] == [1, 0, 0, 1]
    with pytest.raises(Invalid):
        measure(lowest="5", highest="5")


def numbers(*values: int) -> list[Decimal]:
    return [Decimal(value) for value in values]


def twenty(value: str) -> list[Decimal]:
    return [Decimal(value)] * 20


@pytest.mark.parametrize(
    ("value", "with_tolerance", "without"),
    [
        *(("12", "holds", "holds"), ("20", "holds", "holds")),
        *(("20.01", "partly", "fails"), ("22", "partly", "fails")),
        ("31", "fails", "fails"),
    ],
)
def test_partly_is_beyond_the_bound_and_within_a_tolerance(
    value: str, with_tolerance: str, without: str
) -> None:
    assert propose(measure(), twenty(value)).verdict == with_tolerance
    assert propose(measure(tolerance=None), twenty(value)).verdict == without
    mirrored = measure(direction="at_least", bound="-20")
    assert propose(mirrored, twenty(f"-{value}")).verdict == with_tolerance


def test_too_few_numbers_carry_no_verdict_and_it_says_why() -> None:
    few = propose(measure(), twenty("12")[:19])
    assert (few.verdict, few.n, few.value) == (None, 19, Decimal(12))
    assert few.why == "19 of the 20 runs that p95 needs."
    assert propose(measure(), []).why == "Nothing was measured yet."


def test_a_proposal_says_the_number_the_spread_and_the_bound() -> None:
    found = propose(measure(), numbers(*range(1, 21)))
    assert [found.value, found.lowest, found.highest] == numbers(19, 1, 20)
    assert found.why == "p95 is 19 ms over 20 runs; asked was at most 20 ms."


@given(
    MEASURES.filter(lambda made: made.least_n <= 20),
    st.lists(st.decimals(-999, 999, places=2), min_size=20, max_size=40),
)
def test_a_better_number_never_makes_the_verdict_worse(
    made: Measure, values: list[Decimal]
) -> None:
    order = ["fails", "partly", "holds"]
    better = 1 if made.direction == "at_least" else -1
    improved = [value + better for value in values]
    before, after = propose(made, values).verdict, propose(made, improved).verdict
    assert order.index(str(after)) >= order.index(str(before))


@pytest.mark.parametrize(
    "said",
    [
        *({"value": "NaN", "unit": "ms"}, {"value": "12"}, {"unit": "ms"}, ["12"]),
        *({"value": True, "unit": "ms"}, {"value": "1", "unit": 5}, "12 ms"),
        *({"value": "1", "unit": "ms", "x": 1}, {"value": 1e999, "unit": "ms"}),
        {"value": {}, "unit": "ms"},
    ],
)
def test_a_claimed_number_that_is_none_is_refused_at_its_field(said: Any) -> None:
    with pytest.raises(Invalid) as refused:
        Reading.from_json(said)
    assert list(refused.value.errors) == ["number"]


def test_a_claimed_number_is_kept_as_it_was_said() -> None:
    found = Reading.from_json({"value": "12.50", "unit": "ms"})
    assert found is not None
    assert found.as_json() == {"value": "12.5", "unit": "ms"}
    assert found.words == "12.5 ms"
