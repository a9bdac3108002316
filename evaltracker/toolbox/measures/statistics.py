"""Mean, median and percentiles by nearest rank, over Decimals."""

import re
from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal

# Numbers as people type them, exact: a Decimal, or a sentence.

# What a column of numbers holds: 20 places before the point, and 20 behind it.
PLACES = 20
_TOO_LARGE, _LAST_PLACE = Decimal(10) ** PLACES, Decimal(1).scaleb(-PLACES)
# Sums and quotients are taken more exactly than what is kept of them.
EXACT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)
KEPT = Context(prec=40, Emax=MAX_EMAX, Emin=MIN_EMIN)
_NUMBER = re.compile(
    r"[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,2})?", re.A
)
_COMMA = re.compile(r"[+-]?[\d.]*,\d+", re.A)


def read_number(text: object) -> Decimal:
    """The number that a text says: “20”, “0.5” or “1e3”.

    Raises:
        ValueError: with the sentence; also for NaN, infinity and what no column holds.

    """
    try:
        said = str(text).strip()
    except ValueError:  # an integer of thousands of digits
        said = ""
    if len(said) > 60 or not _NUMBER.fullmatch(said):
        if _COMMA.fullmatch(said) and len(said) <= 60:
            raise ValueError("Write the number with a point, such as 12.5.")
        raise ValueError("This is not a number, such as 20 or 0.5.")
    number = Decimal(said)
    if abs(number) >= _TOO_LARGE:
        raise ValueError(f"The number has more than {PLACES} places before the point.")
    if number != round_off(number):
        raise ValueError(f"The number has more than {PLACES} decimal places.")
    return Decimal(written(number))


def round_off(number: Decimal) -> Decimal:
    """A number with as many decimal places as are kept."""
    return number.quantize(_LAST_PLACE, None, EXACT)


def written(number: Decimal) -> str:
    """A number in digits, without exponent and without zeros that say nothing."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def shown(number: Decimal) -> str:
    """A number as a sentence says it: with eight digits that count, at most."""
    return written(Context(prec=8).plus(number))


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
