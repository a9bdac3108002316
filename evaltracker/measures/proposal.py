"""Which verdict numbers carry. A person confirms it, or gives a reason for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evaltracker.measures.measure import AT_MOST, Measure
from evaltracker.measures.numbers import shown
from evaltracker.measures.statistics import statistic_of

type Verdict = Literal["holds", "partly", "fails"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, of how many numbers, and why; all in the measure's unit."""

    verdict: Verdict | None
    n: int
    value: Decimal | None
    lowest: Decimal | None
    highest: Decimal | None
    why: str


NOTHING = Proposal(None, 0, None, None, None, "Nothing was measured yet.")


def propose(measure: Measure, values: Sequence[Decimal]) -> Proposal:
    """The verdict that numbers in the measure's unit carry.

    Beyond the bound and within the tolerance is *partly*; without a tolerance there is
    no *partly*. With too few numbers there is no verdict.
    """
    if not values:
        return NOTHING
    value = statistic_of(measure.statistic, values)
    return propose_of(measure, len(values), value, min(values), max(values))


def propose_of(
    measure: Measure, n: int, value: Decimal, lowest: Decimal, highest: Decimal
) -> Proposal:
    """The same of `n` numbers that were counted elsewhere; `value` is their
    statistic."""
    if n < measure.least_n:
        need = f"{n} of the {measure.least_n} runs that {measure.statistic} needs."
        return Proposal(None, n, value, lowest, highest, need)
    verdict = _verdict(measure, value)
    why = _why(measure, verdict, value, n)
    return Proposal(verdict, n, value, lowest, highest, why)


def propose_of_tests(n: int, failed: int) -> Proposal:
    """The verdict of `n` tests without numbers: it holds if none failed."""
    if not n:
        return NOTHING
    tests = "1 test" if n == 1 else f"{n} tests"
    if failed:
        return Proposal("fails", n, None, None, None, f"{failed} of {tests} failed.")
    passed = "The test passed." if n == 1 else f"All {tests} passed."
    return Proposal("holds", n, None, None, None, passed)


def _verdict(measure: Measure, value: Decimal) -> Verdict:
    if measure.direction == AT_MOST:
        beyond = value - measure.bound
    else:
        beyond = measure.bound - value
    if beyond <= 0:
        return "holds"
    within = measure.tolerance is not None and beyond <= measure.tolerance
    return "partly" if within else "fails"


def _why(measure: Measure, verdict: Verdict, value: Decimal, n: int) -> str:
    runs = "1 run" if n == 1 else f"{n} runs"
    number = f"{measure.statistic} is {shown(value)} {measure.unit} over {runs}"
    if verdict == "partly" and measure.tolerance is not None:
        return f"{number}: beyond {measure.reach}, within its tolerance."
    return f"{number}; asked was {measure.reach}."
