"""A claimed number beside measured ones: one form of words, kept and read back."""

from decimal import Decimal
from functools import cache
from typing import Any

from evaltracker.toolbox.measures import CellNumbers, Measure, Measured, Reading
from tests.measures.test_measure import measure


@cache
def asked_for() -> Measure:
    return measure(tolerance=None)


def found(value: str | None = "19.6", n: int = 400, **more: Any) -> Measured:
    number = None if value is None else Decimal(value)
    return Measured(**{"measure": asked_for(), "value": number, "n": n, **more})


def cell(
    claimed: str = "12 ms", *measured: Measured, **other: Measure | None
) -> CellNumbers:
    asked = other.get("asked", asked_for())
    return CellNumbers(asked, Reading.from_text(claimed), measured)


def test_it_says_what_was_claimed_and_what_was_measured() -> None:
    both = cell("12 ms", found())
    assert both.words == (
        "Claimed 12 ms; measured p95 19.6 ms of 400 runs (bound at most 20 ms)"
    )
    assert both.measured_words == "p95 19.6 ms of 400 runs"
    assert both.bound_words == "p95 latency at most 20 ms"
    assert cell("12 ms").words == "Claimed 12 ms"
    assert cell("", found(n=1)).words.startswith("Measured p95 19.6 ms of 1 run (")


def test_it_says_how_far_a_claim_is_from_what_was_measured() -> None:
    assert cell("12 ms", found()).against_claim == "7.6 ms more than claimed"
    assert cell("0.02 s", found()).against_claim == "0.4 ms less than claimed"
    assert cell("0.0196 s", found()).against_claim == "as claimed"
    assert cell("12 requests", found()).against_claim == ""
    assert cell("12 ms").against_claim == ""


def test_a_number_of_another_kind_was_said_for_an_earlier_measure() -> None:
    told = "12 requests, said for an earlier measure"
    assert cell("12 requests").claimed_words == told
    assert cell("12 ms", asked=None).claimed_words.endswith("for an earlier measure")
    assert cell("0.012 s").claimed_words == "12 ms (0.012 s)"


def test_what_was_measured_by_another_bound_names_it() -> None:
    moved = cell("12 ms", found(), asked=measure(bound="15"))
    assert moved.measured_words == "p95 19.6 ms of 400 runs (bound at most 20 ms)"


def test_values_of_the_brief_are_named_each() -> None:
    two = cell("", found(named="Runs on: AWS"), found("31", named="Runs on: Azure"))
    assert two.measured_words == (
        "Runs on: AWS: p95 19.6 ms of 400 runs; Runs on: Azure: p95 31 ms of 400 runs"
    )
    assert two.against_claim == ""


def test_tests_passed_or_failed() -> None:
    def tests(n: int, failed: int = 0, **more: Any) -> Measured:
        return found(measure=None, value=None, n=n, failed=failed, **more)

    assert cell("", tests(1)).words == "Passed its one test"
    assert cell("", tests(1, 1)).words == "Failed its one test"
    assert cell("", tests(40)).measured_words == "passed all 40 tests"
    assert cell("12 ms", tests(40, 2)).words == "Claimed 12 ms; failed 2 of 40 tests"
    assert cell("12 ms", tests(40)).against_claim == ""
    both = cell("", found(named="Runs on: AWS"), tests(3, named="Runs on: Azure"))
    assert both.words.endswith("; Runs on: Azure: passed all 3 tests")


def test_a_memo_reads_back_what_it_froze() -> None:
    for each in (
        cell("", found(measure=None, value=None, n=40, failed=2)),
        cell("12 ms", found(named="Runs on: AWS")),
        cell("", found()),
        cell("12 ms", asked=None),
    ):
        assert CellNumbers.from_json(each.as_json()) == each
