"""Mean, median and percentiles by nearest rank, over Decimals."""

import re
from collections.abc import Sequence
from decimal import Decimal

from evaltracker.measures.numbers import EXACT, KEPT

MEAN, MEDIAN = "mean", "median"
_PERCENTILE = re.compile(r"p([1-9][0-9]?)", re.A)


def percentile_of(statistic: str) -> int | None:
    """95 of “p95”; None of mean and median.

    Raises:
        ValueError: with the sentence.

    """
    if statistic in (MEAN, MEDIAN):
        return None
    found = _PERCENTILE.fullmatch(statistic)
    if found is None:
        raise ValueError(
            f"“{statistic[:20]}” is not a statistic; say mean, median, or a "
            "percentile from p1 to p99."
        )
    return int(found[1])


def least_n_of(statistic: str) -> int:
    """How many numbers a statistic needs at least: 1, 20 for p95, 100 for p99.

    With fewer, the percentile would be the largest of them all, or the smallest.
    """
    percentile = percentile_of(statistic)
    if percentile is None:
        return 1
    return -(-100 // min(percentile, 100 - percentile))


def ranks_of(statistic: str, n: int) -> list[int]:
    """The places, from 1, of the numbers whose mean it is; none for the mean of all."""
    percentile = percentile_of(statistic)
    if percentile is not None:
        return [-(-percentile * n // 100)]
    if statistic == MEDIAN:
        return [n // 2 + 1] if n % 2 else [n // 2, n // 2 + 1]
    return []


def statistic_of(statistic: str, values: Sequence[Decimal]) -> Decimal:
    """The statistic of numbers that share one unit; of none there is none.

    Raises:
        ValueError: no number, or no such statistic.

    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("There is no number to take a statistic of.")
    if ranks := ranks_of(statistic, len(ordered)):
        ordered = [ordered[rank - 1] for rank in ranks]
        if len(ordered) == 1:
            return ordered[0]
    return mean_of(ordered)


def mean_of(values: Sequence[Decimal]) -> Decimal:
    """The mean of numbers, of which there is one at least."""
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, value)
    return KEPT.plus(EXACT.divide(total, Decimal(len(values))))
