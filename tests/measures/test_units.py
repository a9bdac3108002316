"""Units: what is known, what is refused, and one number in another unit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltracker.toolbox.measures import (
    UnitMismatch,
    check_unit,
    convert,
    read_number,
    written,
)
from evaltracker.toolbox.measures.measure import LIMIT, UnknownUnit, check_same_kind

FAMILIES = (
    ("ms", "s", "min", "h", "days", "µs"),
    ("MB", "GB", "GiB", "kB", "bytes"),
    ("requests/s", "requests/min", "rps"),
    ("%", "ppm", "ratio"),
    ("EUR", "kEUR", "€"),
    ("Gbps", "Mb/s", "MB/s", "bps"),
    ("EUR/month", "EUR/year"),
    ("USD/1M tokens", "USD/1k tokens", "USD/token"),
)
NUMBERS = st.decimals(
    min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=6, allow_nan=False
)


@pytest.mark.parametrize(
    ("value", "unit", "to", "same"),
    [
        ("12", "ms", "s", "0.012"),
        ("0.02", "s", "ms", "20"),
        ("12", "min", "h", "0.2"),
        ("90", "requests/min", "requests per second", "1.5"),
        ("1", "GiB", "MB", "1073.741824"),
        ("0.5", "%", "ratio", "0.005"),
        ("3", "m²", "m^2", "3"),
        ("2", "EUR", "€", "2"),
        ("2", "Gbps", "Mb/s", "2000"),
        ("12", "msec", "s", "0.012"),
        ("3", "GPUh", "GPU*h", "3"),
        ("2", "years", "months", "24"),
        ("3", "EUR/1M token", "EUR/1k token", "0.003"),
    ],
)
def test_a_number_is_said_exactly_in_another_unit(
    value: str, unit: str, to: str, same: str
) -> None:
    assert written(convert(Decimal(value), unit, check_unit(to))) == same


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("requests", "ms"),
        ("requests/s", "tokens/s"),
        ("EUR", "USD"),
        ("MB", "%"),
        ("requests/s", "Hz"),
        ("users", "rows"),
        ("month", "day"),
        ("x", "%"),
    ],
)
def test_what_cannot_be_compared_is_refused_naming_both(unit: str, to: str) -> None:
    with pytest.raises(UnitMismatch) as refused:
        convert(Decimal(12), unit, to)
    assert f"“{unit}” cannot be compared with “{to}”" in str(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "9**9**9**9 s", "__import__", "1e999", "NaN", "3 ms", "1/s"),
        *("furlongs", "s/s/s", "ms; drop", "x" * (LIMIT + 1), "s" * 10_000, "\x00s"),
        *("s**9", "(s)", "s^99", "Infinity", "m/", "/s", "s s s s s"),
    ],
)
def test_what_is_no_unit_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(UnknownUnit, match=r"unit.*\.$"):
        check_unit(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_unit_or_is_refused(typed: str) -> None:
    try:
        kept = check_unit(typed)
    except UnknownUnit:
        return
    assert check_unit(kept) == kept
    assert convert(Decimal(7), kept, kept) == 7


@given(NUMBERS, st.sampled_from(FAMILIES), st.data())
def test_a_number_comes_back_from_another_unit(
    value: Decimal, family: tuple[str, ...], data: st.DataObject
) -> None:
    unit, to = (data.draw(st.sampled_from(family)) for _ in range(2))
    back = convert(convert(value, unit, to), to, unit)
    assert abs(back - value) <= abs(value) * Decimal("1e-35")


@given(NUMBERS, NUMBERS)
def test_the_larger_number_stays_the_larger(one: Decimal, other: Decimal) -> None:
    said = convert(one, "ms", "h"), convert(other, "ms", "h")
    assert (said[0] < said[1]) == (one < other)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "NaN", "inf", "-Infinity", "1e999", "1e99", "12ms", "1_000", "0x10"),
        *("1,5", "１２", "9" * 10_000, "1" + "0" * 20, "0." + "0" * 20 + "1", "--1"),
        *("1e-30", "None", "1 2"),
    ],
)
def test_what_is_no_number_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        read_number(typed)


@given(
    st.decimals(min_value=Decimal("-1e19"), max_value=Decimal("1e19"), places=9),
)
def test_a_written_number_reads_as_the_same(number: Decimal) -> None:
    assert read_number(written(number)) == number


def test_a_kept_unit_that_nobody_knows_compares_with_nothing_but_itself() -> None:
    strange = "`-alert(1)-`"
    assert convert(Decimal(3), strange, strange) == 3
    with pytest.raises(UnitMismatch, match="not a unit that is known here"):
        convert(Decimal(3), strange, "ms")
    with pytest.raises(UnitMismatch):
        check_same_kind("ms", strange)
