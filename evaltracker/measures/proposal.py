"""Which verdict numbers carry. A person confirms it, or gives a reason for another."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from evaltracker.measures.measure import AT_MOST, Measure
from evaltracker.measures.numbers import written
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


def propose(measure: Measure, values: Sequence[Decimal]) -> Proposal:
    """The verdict that numbers in the measure's unit carry.

    Beyond the bound and within the tolerance is *partly*; without a tolerance there is
    no *partly*. With too few numbers there is no verdict.
    """
    n = len(values)
    if not n:
        return Proposal(None, 0, None, None, None, "Nothing was measured yet.")
    value = statistic_of(measure.statistic, values)
    spread = (min(values), max(values))
    if n < measure.least_n:
        need = f"{n} of the {measure.least_n} runs that {measure.statistic} needs."
        return Proposal(None, n, value, *spread, need)
    verdict = _verdict(measure, value)
    return Proposal(verdict, n, value, *spread, _why(measure, verdict, value, n))


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
    number = f"{measure.statistic} is {written(value)} {measure.unit} over {runs}"
    if verdict == "partly" and measure.tolerance is not None:
        return f"{number}: beyond {measure.reach}, within its tolerance."
    return f"{number}; asked was {measure.reach}."
