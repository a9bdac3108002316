"""Effort to meet: what “yes” costs in days, and whose; a pure module.

Nothing here changes credit, standing, fit, knock-out or order. Not stated is never
zero.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from vendors.effort import (
    BUILD,
    BUYER,
    BYS,
    CUSTOMISE,
    HOWS,
    OFFERED,
    Days,
    Effort,
    written,
)

# The weight from which a requirement matters most.
HEAVY = 7
# So many heavy cells that say how, and so many timed cells, before anything is said.
FEWEST = 3
HOURS_A_DAY, DAYS_A_MONTH = 8, 20


@dataclass(frozen=True, slots=True)
class EffortCell:
    weight: int
    is_must: bool
    availability: str
    effort: Effort | None = None
    # Of its newest trial verdict that counts, unless the vendor ran it on its own
    # data: what was stated when it was given, and the days that it took.
    judged: Effort | None = None
    took: Fraction | None = None

    @property
    def is_heavy(self) -> bool:
        return self.is_must or self.weight >= HEAVY


@dataclass(frozen=True, slots=True)
class EffortSums:
    by_how: dict[str, int]
    not_stated: int
    of: int
    # By whose days; the buyer's times the planning factor. None: not known.
    days: dict[str, Days | None]
    # Whether a cell is not stated, so that each sum is that “or more”.
    or_more: bool
    money: Days | None
    # Months of the whole team; blank: not known.
    load: str
    # A per cent, if it is so much that something is to be said.
    customising: str
    # Promised and taken, as a sentence; blank: too few were timed.
    took: str


def sums_of(
    cells: Sequence[EffortCell],
    *,
    planning_factor: Fraction,
    hourly_rate: Fraction | None,
    engineers: int | None,
) -> EffortSums:
    """The efforts of one candidate; `cells` are of requirements that apply to it."""
    scored = [
        cell for cell in cells if cell.weight > 0 and cell.availability in OFFERED
    ]
    efforts = [cell.effort for cell in scored]
    counts = Counter(effort.how for effort in efforts if effort)
    silent = sum(effort is None or not effort.is_stated for effort in efforts)
    days: dict[str, Days | None] = {}
    for by in BYS:
        stated = [one.days for one in efforts if one and one.days and one.by == by]
        factor = planning_factor if by == BUYER else 1
        low, likely, high = (
            (sum(day) * factor for day in zip(*stated, strict=True))
            if stated
            else (Fraction(0),) * 3
        )
        days[by] = None if silent and not stated else (low, likely, high)
    ours, money = days[BUYER], None
    if ours and hourly_rate is not None:
        low, likely, high = (day * HOURS_A_DAY * hourly_rate for day in ours)
        money = low, likely, high
    return EffortSums(
        by_how={how: counts[how] for how in HOWS},
        not_stated=silent,
        of=len(scored),
        days=days,
        or_more=bool(silent),
        money=money,
        load=_load(ours[1], engineers) if ours and engineers else "",
        customising=_customising(scored),
        took=_took(cells),
    )


def _load(days: Fraction, engineers: int) -> str:
    months = days / (engineers * DAYS_A_MONTH)
    tenths = int(months * 10 + Fraction(1, 2))
    if months and not tenths:
        return "less than 0.1"
    return written(Fraction(tenths, 10))


def _customising(cells: Sequence[EffortCell]) -> str:
    heavy = [
        (cell.weight, cell.effort.how)
        for cell in cells
        if cell.is_heavy and cell.effort
    ]
    whole = sum(weight for weight, _ in heavy)
    part = sum(weight for weight, how in heavy if how in (CUSTOMISE, BUILD))
    if len(heavy) < FEWEST or 4 * part <= whole:
        return ""
    percent = int(Fraction(100 * part, whole) + Fraction(1, 2))
    return f"{percent if part == whole else min(percent, 99)}%"


def _took(cells: Sequence[EffortCell]) -> str:
    judged = [cell for cell in cells if cell.judged and cell.judged.is_stated]
    timed = [
        (cell.judged.likely, cell.took)
        for cell in judged
        if cell.judged and cell.took is not None
    ]
    if len(timed) < FEWEST:
        return ""
    promised = sum((likely for likely, _ in timed), Fraction(0))
    taken = sum((took for _, took in timed), Fraction(0))
    said = f"{written(promised)} day{'' if promised == 1 else 's'}"
    return (
        f"promised {said if promised else 'none'}, took {written(taken)} "
        f"({len(timed)} of {len(judged)} cells timed)"
    )
