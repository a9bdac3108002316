"""How figures are shown: rounded once, halves up."""

from collections.abc import Sequence
from fractions import Fraction

HUNDREDTH = Fraction(1, 100)


def half_up(value: Fraction, places: int = 0) -> str:
    """A decimal with so many places."""
    scale = 10**places
    sign = "-" if value < 0 else ""
    whole = (abs(value) * scale * 2 + 1) // 2
    text = f"{int(whole):0{places + 1}d}"
    return sign + (f"{text[:-places]}.{text[-places:]}" if places else text)


def of_100(share: Fraction) -> str:
    """Whole; less than 1 and more than 99 are said so."""
    if 0 < share < HUNDREDTH:
        return "less than 1"
    if 1 - HUNDREDTH < share < 1:
        return "more than 99"
    return half_up(share * 100)


def parts(shares: Sequence[Fraction]) -> list[str]:
    """Listed together they add up, by largest remainder; equal ones the earlier."""
    small = [at for at, share in enumerate(shares) if 0 < share < HUNDREDTH]
    if any(1 - HUNDREDTH < share < 1 for share in shares):
        return [of_100(share) for share in shares]
    floors = [int(share * 100) for share in shares]
    rests = sorted(
        (at for at in range(len(shares)) if at not in small and shares[at]),
        key=lambda at: (floors[at] - shares[at] * 100, at),
    )
    missing = int(half_up(sum(shares, Fraction(0)) * 100)) - sum(
        floors[at] for at in range(len(shares)) if at not in small
    )
    for at in rests[: max(0, missing)]:
        floors[at] += 1
    return [
        "less than 1" if at in small else str(floors[at]) for at in range(len(shares))
    ]


def difference(before: Fraction, after: Fraction) -> tuple[str, str, str]:
    """Both and what lies between, with as many places as make them agree."""
    low = high = gap = ""
    for places in range(1, 5):
        low, high, gap = (
            half_up(one, places) for one in (before, after, after - before)
        )
        if Fraction(high) - Fraction(low) == Fraction(gap) and (
            Fraction(gap) or before == after
        ):
            break
    return low, high, gap
